// Sealed logins with the real program: refreshed, shared, refused, and without a trace of the key.
// Rule: real processes, a real key file, and a look at every file that is left.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { keyId, newKey } from "../support/sealed.ts";
import { sealedHome } from "./sealed_home.ts";
import { startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS, signIn } from "../support/sign_in.ts";

const AT_ONCE = 8;

Deno.test(`${AT_ONCE} processes with a stale sealed login send one refresh request, and all are served`, async () => {
  await using at = await sealedHome();
  at.change({ expiresAt: Date.now() - 1 });
  const before = at.sandbox.requests.length;
  const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => at.run(["token"])));
  assertEquals(outcomes.map(({ code }) => code), Array(AT_ONCE).fill(0), outcomes[0]?.stderr);
  assertEquals(new Set(outcomes.map(({ stdout }) => stdout.trim())).size, 1);
  assertEquals(outcomes[0]?.stdout.trim(), at.login().accessToken);
  assertEquals(at.sandbox.requests.slice(before).map(({ path }) => path), ["/oauth/token"]);
  assertEquals(at.plainFiles(), []);
});

Deno.test("without the key nothing is sent: token, refresh, whoami, logout and login exit 7 and name the key", async () => {
  await using at = await sealedHome();
  at.change({ expiresAt: Date.now() - 1 });
  const text = Deno.readTextFileSync(at.home.credentialsFile());
  await Deno.remove(at.keyFile);
  const before = at.sandbox.requests.length;
  const login = sandboxFlags(
    at.sandbox,
    at.sandbox.clients.rotating,
    registeredListener(at.sandbox),
  );
  const commands = [["token"], ["refresh"], ["whoami"], ["logout"], ["login", ...login]];
  for (const argv of commands) {
    const { code, stdout, stderr } = await at.run(argv, { ANAPLAN_CLIENT_SECRET: "secret" });
    assertEquals([code, stdout], [7, ""], argv[0]);
    assertStringIncludes(
      stderr,
      `Cannot get key ${keyId(at.key)} of the logins from ${at.keyFile}: no such file or directory`,
    );
    assertStringIncludes(stderr, "\nNext: ");
  }
  assertEquals(at.sandbox.requests.length, before);
  assertEquals(Deno.readTextFileSync(at.home.credentialsFile()), text);
});

Deno.test("a key that is taken away while a sign-in waits seals nothing: no code is sent, and the login is as it was", async () => {
  await using at = await sealedHome();
  const before = at.login();
  const { rotating } = at.sandbox.clients;
  await using program = await startProgram(
    ["login", ...sandboxFlags(at.sandbox, rotating, registeredListener(at.sandbox))],
    { home: at.home.path, env: { ANAPLAN_CLIENT_SECRET: rotating.clientSecret } },
  );
  const [address] = await program.said(SIGN_IN_ADDRESS);
  await Deno.remove(at.keyFile);
  const sent = at.sandbox.requests.filter(({ path }) => path === "/oauth/token").length;
  await browse(address);
  const { code, stderr } = await program.outcome;
  assertEquals(code, 7, stderr);
  assertStringIncludes(stderr, `Cannot get key ${keyId(at.key)}`);
  assertEquals(at.sandbox.requests.filter(({ path }) => path === "/oauth/token").length, sent);
  assertEquals(at.login().accessToken, before.accessToken);
  assertEquals(at.plainFiles(), []);
});

Deno.test("every place for a key works: a file, a command with the program's own permissions, a variable", async () => {
  await using at = await sealedHome();
  const { accessToken } = at.login();
  await Deno.remove(`${at.home.configDir}/config.json`);
  assertEquals((await at.run(["token"])).code, 7);
  for (
    const [env, kind] of [
      [{ ANAPLAN_AUTH_KEY_FILE: at.keyFile }, "environment"],
      [{ ANAPLAN_AUTH_KEY: at.key }, "environment"],
    ] as const
  ) {
    const { stdout } = await at.run(["token"], env);
    assertEquals(stdout.trim(), accessToken);
    const status = await at.run(["status", "--json"], env);
    assertEquals(JSON.parse(status.stdout).sealed, kind);
  }
  const command = { ANAPLAN_AUTH_KEY_COMMAND: `cat '${at.keyFile}'` };
  const asTask = await at.run(["token"], command);
  assertEquals(asTask.code, 7);
  assertStringIncludes(asTask.stderr, "this task may not run cat");
  assertStringIncludes(asTask.stderr, "--allow-run=cat");
  const exec = await at.run(["exec", "--", "env"], command); // the one task that may run any program
  assertStringIncludes(exec.stdout, `ANAPLAN_ACCESS_TOKEN=${accessToken}`);
  assertEquals(exec.stdout.includes("ANAPLAN_AUTH_KEY"), false, "exec removes the variables");
});

Deno.test("the key is in no output, no error and no child's environment or arguments", async () => {
  await using at = await sealedHome();
  at.change({ expiresAt: Date.now() - 1 });
  const key = { ANAPLAN_AUTH_KEY: at.key };
  const wrong = { ANAPLAN_AUTH_KEY: newKey() };
  const spellings = [at.key, wrong.ANAPLAN_AUTH_KEY].flatMap((text) => {
    const bytes = Uint8Array.fromBase64(text);
    return [text, text.slice(0, 20), bytes.toHex(), bytes.toBase64({ alphabet: "base64url" })];
  });
  const runs = [
    [["refresh", "--verbose"], key],
    [["token", "--json", "--verbose"], key],
    [["status", "--verbose"], wrong],
    [["doctor", "--json"], wrong],
    [["seal", "--verbose"], key],
    [["seal", "--key-file", at.keyFile, "--json"], wrong],
    [["exec", "--", "sh", "-c", "env; cat /proc/$PPID/cmdline"], key],
    [["whoami", "--verbose"], { ANAPLAN_AUTH_KEY: `${at.key.slice(4)}` }],
  ] as const;
  for (const [argv, env] of runs) {
    const { stdout, stderr } = await at.run(argv, env);
    for (const spelling of spellings) {
      assertEquals((stdout + stderr).includes(spelling), false, `${argv.join(" ")}: ${spelling}`);
    }
  }
});

Deno.test("a key helper that fails, floods or says odd things is exit 7 with its own first line, escaped", async () => {
  await using at = await sealedHome();
  const bin = `${at.home.path}/bin`;
  await Deno.mkdir(bin);
  const config = `${at.home.configDir}/config.json`;
  const saved = JSON.parse(await Deno.readTextFile(config));
  saved.sealing.key = { by: "keychain", name: "pass", id: keyId(at.key) };
  await Deno.writeTextFile(config, JSON.stringify(saved));
  const bytes = Uint8Array.fromBase64(at.key);
  const hex = bytes.toHex();
  const pairs = (hex.match(/../g) ?? []).join(":");
  const url = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const answers = [
    ["echo 'no \x1b[31mcredentials\x1b[0m'; echo second; exit 1", "“no [31mcredentials[0m”"],
    ["yes", "it printed more than 64 KiB"],
    ["exit 9", "exit 9"],
    [`echo 'wrong: ${at.key}'; exit 8`, "exit 8"],
    [`echo '{"Secret":"${at.key}"}'; exit 1`, "exit 1"],
    [`echo 'wrong: key_${hex}x'; exit 8`, "exit 8"],
    [`echo 'wrong: /${pairs}x'; exit 8`, "exit 8"],
    ["echo not json", "credentials not found"],
    [`echo '{"Secret":"c2hvcnQ="}'`, "it is not a key of 32 bytes"],
    [`echo '{"Secret":"${newKey()}"}'`, "cannot be opened with key"],
  ];
  for (const [script = "", expected = ""] of answers) {
    await Deno.writeTextFile(
      `${bin}/docker-credential-pass`,
      `#!/bin/sh\ncat >/dev/null\n${script}\n`,
    );
    await Deno.chmod(`${bin}/docker-credential-pass`, 0o700);
    const { code, stdout, stderr } = await at.run(["token"], {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
    });
    assertEquals([code, stdout], [7, ""], script);
    assertStringIncludes(stderr, expected);
    assert([at.key, hex, pairs, url].every((key) => !stderr.includes(key.slice(0, 20))), stderr);
    assert(!stderr.includes("\x1b") && !stderr.includes("second"));
  }
});

Deno.test("seal, another key and unseal among refreshes: no process fails, and no login is lost", async () => {
  await using at = await sealedHome();
  const other = `${at.keyFile}.other`;
  await Deno.writeTextFile(other, newKey());
  let isOver = false;
  const worker = async (argv: readonly string[]): Promise<string[]> => {
    const failures: string[] = [];
    while (!isOver) {
      const { code, stderr } = await at.run(argv);
      if (code !== 0) failures.push(stderr);
    }
    return failures;
  };
  const workers = [["refresh"], ["token"], ["status"], ["token"]].map(worker);
  const changes = [
    ["seal", "--key-file", other],
    ["seal", "--key-file", at.keyFile],
    ["unseal", "--yes"],
    ["seal", "--key-file", other],
    ["unseal", "--yes"],
    ["seal", "--key-file", at.keyFile],
  ];
  for (const argv of changes) {
    const { code, stderr } = await at.run(argv);
    assertEquals(code, 0, stderr);
  }
  isOver = true;
  assertEquals((await Promise.all(workers)).flat(), []);
  assertEquals(at.plainFiles(), []);
});

Deno.test("a key in the directory of the logins is refused, however it is named, and links are followed", async () => {
  await using at = await sealedHome();
  const { configDir } = at.home;
  await Deno.writeTextFile(`${configDir}/k`, at.key);
  await Deno.symlink(configDir, `${at.home.path}/link`);
  await Deno.symlink(`${configDir}/k`, `${at.home.path}/key`);
  const inside = [
    `${configDir}/k`,
    `${at.home.path}/.config/./anaplan-auth/k`,
    `${configDir}/profiles/../k`,
    `${at.home.path}/link/k`,
    `${at.home.path}/key`,
  ];
  for (const path of inside) {
    for (
      const [argv, env] of [
        [["seal", "--key-file", path], {}],
        [["seal"], { ANAPLAN_AUTH_KEY_FILE: path }],
        [["seal", "--key-file", path, "--config-dir", `${at.home.path}/link`], {}],
      ] as const
    ) {
      const { code, stderr } = await at.run(argv, env);
      assertEquals(code, 2, `${argv.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, ": the key is in the directory of the logins");
    }
  }
  await Deno.rename(`${configDir}/credentials`, `${at.home.path}/elsewhere`);
  await Deno.symlink(`${at.home.path}/elsewhere`, `${configDir}/credentials`);
  await Deno.writeTextFile(`${at.home.path}/elsewhere/k`, at.key);
  assertEquals((await at.run(["seal", "--key-file", `${at.home.path}/elsewhere/k`])).code, 2);
  await Deno.symlink(at.keyFile, `${configDir}/link`);
  const { code, stderr } = await at.run(["seal", "--key-file", `${configDir}/link`]);
  assertEquals(code, 0, `the key itself is elsewhere: ${stderr}`);
});

Deno.test("seal removes what a killed save left in plain text, also of a profile without a login", async () => {
  await using at = await sealedHome();
  const directory = `${at.home.configDir}/credentials`;
  const text = JSON.stringify({ version: 1, ...at.login() });
  const end = "33408227-686a-44ae-8b7f-bc34ed5db1ba.tmp";
  for (const profile of ["default", "eu", "us"]) {
    await Deno.writeTextFile(`${directory}/${profile}.json.${end}`, text, { mode: 0o600 });
  }
  await Deno.writeTextFile(`${directory}/us.lock`, "", { mode: 0o600 });
  assertEquals(at.plainFiles().length, 3);
  assertEquals((await at.run(["seal"])).code, 0);
  assertEquals(at.plainFiles(), []);
});

Deno.test("a refresh for which seal waits seals its tokens, also when seal is interrupted", async () => {
  await using at = await sealedHome();
  assertEquals((await at.run(["unseal", "--yes"])).code, 0);
  const gate = Promise.withResolvers<void>();
  at.sandbox.fault("/oauth/token", { until: gate.promise });
  const before = at.sandbox.requests.length;
  await using refresh = await startProgram(["refresh"], { home: at.home.path });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await until(() => at.sandbox.requests.length > before);
  await using seal = await startProgram(["seal", "--key-file", at.keyFile], { home: at.home.path });
  const config = `${at.home.configDir}/config.json`;
  await until(() => Deno.readTextFileSync(config).includes('"sealing"'));
  seal.signal("SIGINT");
  assertEquals((await seal.outcome).code, 130);
  gate.resolve();
  const { code, stderr } = await refresh.outcome;
  assertEquals([code, stderr], [0, ""]);
  assertEquals((await at.run(["token"])).stdout.trim(), at.login().accessToken);
  assertEquals(at.plainFiles(), []);
});

Deno.test("the three lines that docs/sealing.md has for a lost key work as they are typed", async () => {
  await using at = await sealedHome();
  await Deno.remove(at.keyFile);
  const page = await Deno.readTextFile(new URL("../../docs/sealing.md", import.meta.url));
  const [, block = ""] = /If the key is lost[^`]*```text\n([^`]+)```/.exec(page) ?? [];
  const [remove, seal = "", login] = block.trim().split("\n");
  assertEquals(remove, "rm ~/.config/anaplan-auth/credentials/default.json");
  assertEquals(login, "anaplan-auth login");
  await Deno.remove(at.home.credentialsFile());
  const [, flag = "", file = ""] = /^anaplan-auth seal (--\S+) ~\/(\S+)$/.exec(seal) ?? [];
  await Deno.writeTextFile(`${at.keyFile}.${file}`, newKey());
  assertEquals((await at.run(["seal", flag, `${at.keyFile}.${file}`])).code, 0);
  await signIn(at.sandbox, at.home);
  assertEquals((await at.run(["token"])).code, 0);
});

for (const text of ['{"version":1,"seali', "{}"]) {
  Deno.test(`a config.json that is ${text} beside sealed logins is moved away, and the key is named again`, async () => {
    await using at = await sealedHome();
    const { accessToken } = at.login();
    const config = `${at.home.configDir}/config.json`;
    await Deno.writeTextFile(config, text);
    const login = sandboxFlags(
      at.sandbox,
      at.sandbox.clients.rotating,
      registeredListener(at.sandbox),
    );
    const commands = [
      ["token", "--profile", "default"],
      ["profile", "use", "default"],
      ["seal", "--key-file", at.keyFile],
      ["unseal", "--yes"],
      ["login", "--profile", "default", ...login],
    ];
    const env = { ANAPLAN_CLIENT_SECRET: "secret" };
    for (const argv of commands) {
      const { code, stderr } = await at.run(argv, env);
      assertEquals([argv[0], code], [argv[0], 7], stderr);
      assertStringIncludes(stderr, "Next: move it away, then run the same command again\n");
    }
    assertStringIncludes((await at.run(["token"])).stderr, "profile use NAME");
    assertEquals(await Deno.readTextFile(config), text);
    await Deno.rename(config, `${config}.bad`);
    for (const argv of commands.filter(([name]) => name === "token" || name === "unseal")) {
      const { code, stderr } = await at.run(argv);
      assertEquals(code, 7);
      const next = "Next: anaplan-auth seal --key-file FILE, or --keychain NAME\n";
      assertStringIncludes(stderr, next);
    }
    assertEquals((await at.run(["seal", "--key-file", at.keyFile])).code, 0);
    assertEquals((await at.run(["token"])).stdout.trim(), accessToken);
  });
}
