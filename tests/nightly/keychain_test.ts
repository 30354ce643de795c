// seal, --rotate and unseal with real keychains: gnome-keyring's secret service, and pass with a GPG key.
// Rule: the keychains are started by the test, and read by their own tools.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { startPass, startSecretService, testWithKeychains } from "../support/keyring.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { filesWith, openByHand } from "../support/sealed.ts";
import { registeredListener, sandboxFlags, signIn } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { output } from "../../tools/tool.ts";

for (const [name, start] of [["secretservice", startSecretService], ["pass", startPass]] as const) {
  testWithKeychains(
    `with the keychain ${name}: seal, token, refresh, --rotate, unseal`,
    async () => {
      await using sandbox = await startSandbox();
      await using home = await makeHome();
      await signedIn(sandbox, home);
      await signedIn(sandbox, home, { profile: "eu" });
      const plain = [await home.credentials(), await home.credentials("eu")];
      const tokens = plain.flatMap((
        login,
      ) => [login?.accessToken ?? "", login?.refreshToken ?? ""]);
      await using keychain = await start(home.path);
      const run = (...argv: string[]): Promise<Outcome> =>
        runProgram(argv, { home: home.path, env: { ...keychain.env, TMPDIR: home.path } });

      const sealed = await run("seal", "--json");
      assertEquals(sealed.code, 0, sealed.stderr);
      const { key_id: first, ...rest } = JSON.parse(sealed.stdout);
      assertEquals(rest, { sealed: "keychain", profiles: ["default", "eu"] });
      assertEquals(await keychain.keyIds(), [first]);
      assertEquals(filesWith(tokens, [home.path]), []);
      assertEquals((await run("token")).stdout.trim(), plain[0]?.accessToken);
      const status = await run("status", "--profile", "eu");
      assertStringIncludes(status.stdout, "credentials/eu.json, sealed (keychain)");
      const doctor = await run("doctor");
      assertStringIncludes(doctor.stdout, `on: key ${first} from the keychain`);
      assertStringIncludes(doctor.stdout, `(docker-credential-${name})`);
      const refreshed = await run("refresh");
      assertEquals(refreshed.code, 0, refreshed.stderr);

      const rotated = await run("seal", "--rotate", "--json");
      const second = JSON.parse(rotated.stdout).key_id;
      assert(second !== first);
      assertEquals(await keychain.keyIds(), [second], "the old key is removed");
      assertEquals((await run("token", "--profile", "eu")).stdout.trim(), plain[1]?.accessToken);
      assertEquals((await run("seal", "--json")).stdout, rotated.stdout, "there is nothing to do");

      const back = await run("unseal", "--yes");
      assertEquals(back.code, 0, back.stderr);
      assertEquals(await keychain.keyIds(), []);
      assertEquals((await home.credentials("eu"))?.refreshToken, plain[1]?.refreshToken);
      const config = JSON.parse(await Deno.readTextFile(`${home.configDir}/config.json`));
      assertEquals(config, { version: 1, currentProfile: "default" });
    },
  );
}

testWithKeychains(
  "a key that a killed seal left in the keychain is used by nothing, and the next seal removes it",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    await using keychain = await startPass(home.path);
    const run = (...argv: string[]): Promise<Outcome> =>
      runProgram(argv, { home: home.path, env: keychain.env });
    await run("seal");
    const [key = ""] = await keychain.keyIds();
    const config = `${home.configDir}/config.json`;
    const saved = JSON.parse(await Deno.readTextFile(config));
    await run("seal", "--rotate");
    const [orphan = ""] = await keychain.keyIds();
    // as it is when the first rotation was killed right after it had stored the new key
    await run("seal", "--rotate");
    const [present = ""] = await keychain.keyIds();
    const now = JSON.parse(await Deno.readTextFile(config));
    now.sealing.old = [{ ...saved.sealing.key, id: orphan }];
    await Deno.writeTextFile(config, JSON.stringify(now));
    assertStringIncludes((await run("doctor")).stdout, "a change of the key is not complete");
    assertEquals((await run("seal")).code, 0);
    assertEquals(await keychain.keyIds(), [present]);
    assert(new Set([key, orphan, present]).size === 3);
    assertEquals((await run("token")).code, 0);
  },
);

for (const [name, start] of [["secretservice", startSecretService], ["pass", startPass]] as const) {
  testWithKeychains(
    `while the keychain ${name} is away a stale login sends nothing, and it works when that is back`,
    async () => {
      await using sandbox = await startSandbox();
      await using home = await makeHome();
      await signedIn(sandbox, home);
      await home.changeCredentials({ expiresAt: Date.now() - 1 });
      await using keychain = await start(home.path);
      const run = (argv: readonly string[], env = keychain.env): Promise<Outcome> =>
        runProgram(argv, { home: home.path, env: { TMPDIR: home.path, ...env } });
      assertEquals((await run(["seal", "--keychain", name])).code, 0);
      const [id = ""] = await keychain.keyIds();
      const text = await Deno.readTextFile(home.credentialsFile());
      const { rotating } = sandbox.clients;
      const login = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
      const before = sandbox.requests.length;
      const all = [["refresh"], ["token"], ["whoami"], ["logout"], ["seal"], login];
      for (const argv of name === "pass" ? all : all.slice(0, 1)) { // they ask each helper alike
        const away = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret }; // without what leads to it
        const { code, stdout, stderr } = await run(argv, away);
        assertEquals([code, stdout], [7, ""], argv[0]);
        const where = `Cannot get key ${id} of the logins from the keychain (docker-credential-`;
        assertStringIncludes(stderr, `${where}${name}): `, argv[0]);
      }
      assertEquals(sandbox.requests.length, before);
      assertEquals(await Deno.readTextFile(home.credentialsFile()), text);
      assertEquals((await run(["refresh"])).code, 0);
    },
  );
}

testWithKeychains(
  "a lost config.json is no lost login: seal finds the key in the same keychain",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    const token = (await home.credentials())?.accessToken;
    await using keychain = await startPass(home.path);
    const run = (...argv: string[]): Promise<Outcome> =>
      runProgram(argv, { home: home.path, env: keychain.env });
    await run("seal", "--keychain", "pass");
    await Deno.remove(`${home.configDir}/config.json`);
    const shut = await run("token");
    assertEquals(shut.code, 7);
    assertStringIncludes(shut.stderr, "it is not known where its key");
    const sealed = await run("seal", "--keychain", "pass");
    assertEquals(sealed.code, 0, sealed.stderr);
    assertEquals((await run("token")).stdout.trim(), token);
  },
);

testWithKeychains(
  "without any keychain seal says what each helper said, and changes nothing",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    const { code, stderr } = await runProgram(["seal"], { home: home.path });
    assertEquals(code, 7);
    assertStringIncludes(stderr, "Cannot find a keychain: docker-credential-secretservice: “");
    assertStringIncludes(stderr, "docker-credential-pass: “");
    assertStringIncludes(stderr, "Next: anaplan-auth seal --key-file FILE");
    assert((await home.credentials())?.accessToken !== undefined, "the login is as it was");
    assertEquals((await runProgram(["token"], { home: home.path })).stderr, "");
  },
);

testWithKeychains("a sealed key in the keychain opens the login by hand", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const token = (await home.credentials())?.accessToken;
  await using keychain = await startSecretService(home.path);
  await runProgram(["seal"], { home: home.path, env: keychain.env });
  const [id = ""] = await keychain.keyIds();
  const tool = new Deno.Command("secret-tool", {
    args: ["lookup", "server", `anaplan-auth://${id}`],
    env: { ...keychain.env, HOME: home.path },
  });
  const key = new TextDecoder().decode((await tool.output()).stdout).trim();
  assertEquals(
    openByHand(Deno.readTextFileSync(home.credentialsFile()), key).login.accessToken,
    token,
  );
});

testWithKeychains(
  "a key that is gone from the keychain costs a sign-in: each Next line leads to the next step",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    await using keychain = await startPass(home.path);
    const run = (...argv: string[]): Promise<Outcome> =>
      runProgram(argv, { home: home.path, env: keychain.env });
    assertEquals((await run("seal", "--keychain", "pass")).code, 0);
    await Deno.remove(keychain.env.PASSWORD_STORE_DIR + "/docker-credential-helpers", {
      recursive: true,
    });
    const next = async (...argv: string[]): Promise<string> => {
      const { code, stderr } = await run(...argv);
      assertEquals(code, 7, stderr);
      return /^Next: .*?(?:lost|key): (.*)$/m.exec(stderr)?.[1] ?? stderr;
    };
    assertEquals(await next("token"), "anaplan-auth seal --rotate");
    const step = await next("seal", "--rotate");
    assertEquals(step, "remove ~/.config/anaplan-auth/credentials/default.json and sign in again");
    await Deno.remove(home.credentialsFile());
    await signIn(sandbox, home, { env: keychain.env });
    assertEquals((await run("token")).code, 0);
    assertEquals(await home.credentials().then((login) => login?.accessToken), undefined, "sealed");
    assertEquals((await run("seal")).code, 0);
    assertEquals((await keychain.keyIds()).length, 1);
  },
);

testWithKeychains(
  "a directory with a copied config.json is advised to get a key of its own, and never removes the first one's key",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    await using keychain = await startPass(home.path);
    const run = (...argv: string[]): Promise<Outcome> =>
      runProgram(argv, { home: home.path, env: keychain.env });
    assertEquals((await run("seal", "--keychain", "pass")).code, 0);
    const [first = ""] = await keychain.keyIds();
    const copy = `${home.path}/copy`;
    await output("cp", ["-r", home.configDir, copy]);
    const there = ["--config-dir", copy];

    const warned = await run("token", ...there);
    assertEquals(warned.code, 0, warned.stderr);
    assertStringIncludes(warned.stderr, `key ${first} was made for ~/.config/anaplan-auth`);
    assertStringIncludes(warned.stderr, "anaplan-auth seal --config-dir ~/copy --rotate");
    assertEquals((await run("token")).stderr, "");
    await Deno.symlink(home.configDir, `${home.path}/link`);
    assertEquals((await run("token", "--config-dir", `${home.path}/link`)).stderr, "");

    const rotated = await run("seal", "--rotate", ...there);
    assertEquals(rotated.code, 0, rotated.stderr);
    assertStringIncludes(rotated.stderr, `key ${first} stays in the keychain`);
    assertEquals((await keychain.keyIds()).length, 2);
    assertEquals((await run("token", ...there)).stderr, "");
    assertEquals((await run("token")).code, 0, "the first directory is as it was");
    assertEquals((await run("seal", "--rotate")).code, 0);
    assertEquals((await keychain.keyIds()).includes(first), false, "who made it removes it");
    assertEquals((await run("token", ...there)).code, 0);

    await Deno.rename(copy, `${home.path}/moved`);
    const moved = ["--config-dir", `${home.path}/moved`];
    assertEquals((await run("token", ...moved)).stderr, "", "a directory that moved keeps its key");
    assertEquals((await run("unseal", "--yes", ...moved)).code, 0);
    assertEquals((await keychain.keyIds()).length, 1);
  },
);
