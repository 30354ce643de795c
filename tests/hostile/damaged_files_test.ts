// Damaged files of a login, in each way that a disk, an editor or a crash can damage them. The program
// reports them, and the commands that replace or remove them move them to .bad. Rule: nothing is overwritten.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runHere } from "../support/here.ts";
import { makeHome } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { login, loginHere } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { modeOf, namesIn } from "../support/temp_dir.ts";
import { assertTwoLines, type StaleLogin, staleLogin } from "./stale_login.ts";
import { runBounded, WITHOUT_PRIVILEGE, wrappedTest } from "./wrapped.ts";

const NOWHERE = "https://127.0.0.1:1";
const SERVICE = {
  endpoints: { authorization: NOWHERE, token: NOWHERE, apiUrl: NOWHERE, authUrl: NOWHERE },
  caFile: "/dev/null",
};
const HAS_MODES = Deno.build.os !== "windows";

/** Damages the file at the path. */
type Damage = (path: string) => void;

const rewritten = (change: (text: string) => string | Uint8Array): Damage => (path) => {
  const text = change(Deno.readTextFileSync(path));
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  Deno.writeFileSync(path, bytes);
};

const DAMAGES: Readonly<Record<string, Damage>> = {
  "torn in the middle": rewritten((text) => text.slice(0, text.length / 2)),
  "empty": rewritten(() => ""),
  "not UTF-8": rewritten((text) => {
    const bytes = new TextEncoder().encode(text);
    const [found = ""] = /": ?"\w/.exec(text) ?? [];
    bytes[text.indexOf(found) + found.length - 1] = 0xff; // in a text: still JSON
    return bytes;
  }),
  "50 MB of garbage": (path) => {
    Deno.writeTextFileSync(path, "garbage");
    Deno.truncateSync(path, 50_000_000); // with a hole
  },
  "another program's JSON": rewritten(() => '{"hello":"world"}'),
  "a directory": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(`${path}/full`, { recursive: true, mode: 0o700 });
  },
  "a link to itself": (path) => {
    Deno.removeSync(path);
    Deno.symlinkSync(path, path);
  },
};

const NEWER = rewritten((text) => JSON.stringify({ ...JSON.parse(text), version: 99 }));

/** What is at a path, to be compared: a text, which file it is when it is very long, where a link leads, or the names in a directory. */
function whatIsAt(path: string): string {
  const { isSymlink, isDirectory, size, ino, mtime } = Deno.lstatSync(path);
  if (isSymlink) return `link to ${Deno.readLinkSync(path)}`;
  if (isDirectory) return `directory of ${namesIn(path)}`;
  if (size > 10_000_000) return `file ${ino} of ${size} bytes, written ${mtime?.getTime()}`;
  return new TextDecoder("latin1").decode(Deno.readFileSync(path));
}

/** Asserts that the file was moved to the name, whole and for its owner alone, and that stderr says so. */
function assertMoved(path: string, before: string, stderr: string, bad = `${path}.bad`): void {
  assert(whatIsAt(bad) === before, `${bad} is not what ${path} was`);
  if (HAS_MODES && Deno.lstatSync(bad).isFile) assertEquals(modeOf(bad), "600");
  assertStringIncludes(stderr, bad.slice(bad.indexOf("/.config/")));
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

const LOGIN = "credentials/default.json";

/** Whether the row is one that a process of its own shows: the program does the same, whatever takes memory. */
function isAsProcess(damage: Damage): boolean {
  return damage === DAMAGES["torn in the middle"] || damage === DAMAGES["50 MB of garbage"];
}

/** A login with damage, and what the command made of it. */
async function damaged(
  file: string,
  damage: Damage,
  argv: readonly string[],
): Promise<{ outcome: Outcome; path: string; before: string; home: StaleLogin } & AsyncDisposable> {
  const home = await staleLogin(SERVICE);
  const path = `${home.configDir}/${file}`;
  damage(path);
  const before = whatIsAt(path);
  const run = argv[0] === "token" && isAsProcess(damage) ? runBounded : runHere;
  const outcome = await run(argv, { home: home.path });
  return { outcome, path, before, home, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}

for (const [what, damage] of Object.entries(DAMAGES)) {
  for (const argv of [["logout"], ["profile", "remove", "default"]]) {
    Deno.test(`a login that is ${what} is moved to .bad by ${argv.join(" ")}, which says so`, async () => {
      await using at = await damaged(LOGIN, damage, argv);
      assertEquals(at.outcome.code, 0, at.outcome.stderr);
      assertMoved(at.path, at.before, at.outcome.stderr);
      assert(!exists(at.path));
    });
  }

  for (const argv of [["token"], ["status"]]) {
    Deno.test(`a login that is ${what} is reported by ${argv.join(" ")}, and stays`, async () => {
      await using at = await damaged(LOGIN, damage, argv);
      assertTwoLines(at.outcome, 7);
      assertStringIncludes(at.outcome.stderr, "Cannot use ~/.config/anaplan-auth/credentials/");
      assertStringIncludes(at.outcome.stderr, "Next: anaplan-auth login\n");
      if (/MB/.test(what)) assertStringIncludes(at.outcome.stderr, "it is too large"); // and not read
      assert(whatIsAt(at.path) === at.before);
    });
  }

  Deno.test(`a login that is ${what} is reported by profile list and doctor, and stays`, async () => {
    await using at = await damaged(LOGIN, damage, ["profile", "list"]);
    assertEquals(at.outcome.code, 0, at.outcome.stderr);
    assertEquals(at.outcome.stdout, "* default  us1, unreadable\n");
    assertStringIncludes(at.outcome.stderr, "Warning: Cannot use ~/.config/");
    const { code, stdout } = await runHere(["doctor"], { home: at.home.path });
    assert(code !== 0);
    const seen = /✗ (Login +Cannot use |Files +)~\/\.config\/anaplan-auth\/credentials\//;
    assertMatch(stdout, seen); // what is said of the files is not said again
    assert(whatIsAt(at.path) === at.before);
  });
}

for (const argv of [["logout", "--all"], ["token"], ["login", "--paste", "--client-id", "c"]]) {
  Deno.test(`a login of a newer version asks ${argv.join(" ")} for an upgrade, and stays`, async () => {
    await using at = await damaged(LOGIN, NEWER, argv);
    assertTwoLines(at.outcome, 7);
    assertStringIncludes(at.outcome.stderr, "it was written by a newer version of anaplan-auth");
    assertStringIncludes(at.outcome.stderr, "Next: install ");
    assert(whatIsAt(at.path) === at.before);
    assertEquals(
      namesIn(`${at.home.configDir}/credentials`).filter((name) => /bad/.test(name)),
      [],
    );
  });
}

Deno.test("a second damaged file does not take the place of the first that was moved", async () => {
  await using home = await staleLogin(SERVICE);
  const path = home.credentialsFile();
  for (const [text, bad] of [["one", ".bad"], ["two", ".bad.2"], ["three", ".bad.3"]] as const) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    const { code, stderr } = await runHere(["logout"], { home: home.path });
    assertEquals(code, 0);
    assertMoved(path, text, stderr, path + bad);
  }
  assertEquals(await Deno.readTextFile(`${path}.bad`), "one");
});

/** Signs in over what is damaged. */
async function signedInOver(
  file: string,
  damage: Damage,
  check: (outcome: Outcome, path: string, before: string) => void,
): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const path = `${home.configDir}/${file}`;
  damage(path);
  const before = whatIsAt(path);
  const signIn = damage === DAMAGES["torn in the middle"] ? login : loginHere;
  const { outcome } = await signIn(sandbox, home);
  assertEquals(outcome.code, 0, outcome.stderr);
  check(outcome, path, before);
  const whoami = await runHere(["whoami"], { home: home.path });
  assertEquals([whoami.code, whoami.stderr], [0, ""]);
}

for (const [what, damage] of Object.entries(DAMAGES)) {
  Deno.test(`login replaces a login that is ${what}, which is moved to .bad`, async () => {
    await signedInOver(LOGIN, damage, ({ stderr }, path, before) => {
      assertMoved(path, before, stderr);
    });
  });
}

for (const file of ["profiles/default.json", "config.json"]) {
  for (const what of ["torn in the middle", "a link to itself"]) {
    Deno.test(`login replaces ${file} that is ${what}, which is moved to .bad`, async () => {
      await signedInOver(file, DAMAGES[what] ?? (() => {}), ({ stderr }, path, before) => {
        assertMoved(path, before, stderr);
      });
    });
  }

  Deno.test(`${file} of a newer version asks profile remove for an upgrade, and the login stays`, async () => {
    await using at = await damaged(file, NEWER, ["profile", "remove", "default"]);
    assertTwoLines(at.outcome, 7);
    assertStringIncludes(at.outcome.stderr, "Next: install ");
    assertEquals((await at.home.credentials())?.refreshToken, "old-refresh-token");
  });
}

Deno.test("profile remove leaves the login when config.json is damaged and may name its key", async () => {
  const damage: Damage = (path) => Deno.writeTextFileSync(path, '{"version":1,"sealing":{{');
  await using at = await damaged("config.json", damage, ["profile", "remove", "default"]);
  assertEquals(at.outcome.code, 7, at.outcome.stderr);
  assertEquals((await at.home.credentials())?.refreshToken, "old-refresh-token");
});

Deno.test("logout removes the login of a damaged profile, and sends its tokens nowhere", async () => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 600_000 });
  await Deno.writeTextFile(`${home.configDir}/profiles/default.json`, "{");
  const { code, stdout, stderr } = await runBounded(["logout"], { home: home.path });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "Signed out here (profile default).");
  assertStringIncludes(stderr, "profiles/default.json: it is not JSON");
  assertEquals(namesIn(`${home.configDir}/credentials`), ["default.lock"]);
  assertEquals(sandbox.requests, []);
});

const TORN_CERTIFICATE = rewritten((text) => text.replace(/(?<=CERTIFICATE-----\\n.{20})./, "*"));
const OTHER_KEY = rewritten((text) => text.replace(/(?<=PRIVATE KEY-----\\n.{60}).{4}/, "AAAA"));

for (
  const [what, damage] of [
    ...Object.entries(DAMAGES).filter(([what]) => /torn|directory/.test(what)),
    ["with a torn certificate", TORN_CERTIFICATE],
    ["with a torn key", OTHER_KEY],
  ] as const
) {
  Deno.test(`login and cert renew make the listener's certificate anew when it is ${what}`, async () => {
    await using sandbox: Sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    const path = `${home.configDir}/tls/listener.json`;
    const made = JSON.parse(Deno.readTextFileSync(path)).fingerprint;
    const works = (): boolean => JSON.parse(Deno.readTextFileSync(path)).fingerprint !== made;
    damage(path);
    const signIn = damage === TORN_CERTIFICATE ? login : loginHere;
    const { outcome } = await signIn(sandbox, home);
    assertEquals(outcome.code, 0, outcome.stderr);
    assertStringIncludes(outcome.stderr, "Cannot use ~/.config/anaplan-auth/tls/listener.json: ");
    assert(works());
    damage(path);
    assertEquals((await runHere(["cert", "renew"], { home: home.path })).code, 0);
    assert(works());
    assertEquals((await runHere(["cert", "show"], { home: home.path })).code, 0);
  });
}

wrappedTest(WITHOUT_PRIVILEGE, "files with mode 0000 are opened to their owner again", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const wrapper = WITHOUT_PRIVILEGE;
  await signedIn(sandbox, home);
  const files = [
    ...["config.json", "credentials/default.json", "credentials/default.lock"],
    ...["profiles/default.json", "tls/listener.json", "tls/listener.lock"],
  ].map((file) => `${home.configDir}/${file}`);
  for (const path of files.filter((path) => path.endsWith(".lock"))) {
    Deno.writeTextFileSync(path, "");
  }
  const close = (): void => files.forEach((path) => Deno.chmodSync(path, 0o000));
  for (const argv of [["token"], ["refresh"], ["cert", "renew"], ["profile", "list"], ["doctor"]]) {
    close();
    const { code, stderr } = await runProgram(argv, { home: home.path, wrapper });
    assertEquals(code, 0, `${argv}: ${stderr}`);
  }
  close();
  assertEquals((await login(sandbox, home, { wrapper })).outcome.code, 0);
  close();
  const { code, stderr } = await runProgram(["logout"], { home: home.path, wrapper });
  assertEquals([code, stderr], [0, ""]);
});
