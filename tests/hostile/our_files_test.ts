// What may replace each of our files: links, directories, open modes, other owners, texts
// that are torn, foreign or newer. The program refuses them all with exit 7 and touches nothing.
// Rule: a pair of file and damage that a case of tests/e2e has already is left out.
import { assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import {
  assertTwoLines,
  assertUntouched,
  filesUnder,
  type StaleLogin,
  staleLogin,
  writeJson,
} from "./stale_login.ts";
import { runBounded, runBoundedHere } from "./wrapped.ts";

const HAS_MODES = Deno.build.os !== "windows";
const IS_ROOT = HAS_MODES && Deno.uid() === 0;
const ANOTHER_USER = 54_321;

/** Does something to the file at the path. */
type Damage = (path: string) => Promise<void>;

const IN_PLACE: Readonly<Record<string, Damage>> = {
  "a symbolic link": async (path) => {
    const target = `${path.slice(0, path.indexOf("/.config/"))}/elsewhere`;
    await Deno.rename(path, target);
    await Deno.symlink(target, path);
  },
  "a link that leads nowhere": async (path) => {
    await Deno.remove(path);
    await Deno.symlink(`${path.slice(0, path.indexOf("/.config/"))}/nowhere`, path);
  },
  "a directory": async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path, { mode: 0o700 });
  },
  "a file that others can read": (path) => Deno.chmod(path, 0o644),
  "a file that others can write": (path) => Deno.chmod(path, 0o620),
  "another user's file": (path) => Deno.chown(path, ANOTHER_USER, ANOTHER_USER),
};

const TEXTS: Readonly<Record<string, (text: string) => string>> = {
  "torn in the middle": (text) => text.slice(0, text.length / 2),
  "empty": () => "",
  "full of zeros": (text) => "\0".repeat(text.length), // what some file systems leave after a power cut
  "another program's JSON": () => '{"hello":"world"}',
  "a list": () => "[1,2,3]",
  "of a newer version": (text) => JSON.stringify({ ...JSON.parse(text), version: 99 }),
};

/** Our files, each with a command that needs it. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "credentials/default.json": ["whoami"],
  "credentials/default.lock": ["refresh"],
  "profiles/default.json": ["status"],
  "config.json": ["status"],
  "tls/listener.json": ["cert", "show"],
  "tls/listener.lock": ["cert", "renew"],
};

const ELSEWHERE = new Set([
  "credentials/default.json, a symbolic link", // tests/e2e/files_test.ts
  "credentials/default.json, a file that others can read", // whoami/open_to_others
  "tls/listener.json, a file that others can read", // cert/open_to_others
  "credentials/default.json, torn in the middle", // whoami/corrupt_login
]);

/** What `cert show` makes anew, as tests/hostile/damaged_files_test.ts shows. */
const isMadeAnew = (file: string, what: string): boolean =>
  file === "tls/listener.json" && !/symbolic|others can|another user's file/.test(what);

for (const [file, command] of Object.entries(FILES)) {
  for (const [what, damage] of Object.entries(IN_PLACE)) {
    if (ELSEWHERE.has(`${file}, ${what}`) || isMadeAnew(file, what)) continue;
    Deno.test({
      name: `${what} in the place of ${file} is refused by ${command.join(" ")}`,
      ignore: what.startsWith("another") ? !IS_ROOT : !HAS_MODES,
      fn: () => assertRefused(file, command, damage),
    });
  }
  if (file.endsWith(".lock")) continue;
  for (const [what, change] of Object.entries(TEXTS)) {
    if (ELSEWHERE.has(`${file}, ${what}`) || isMadeAnew(file, what)) continue;
    Deno.test(`a text that is ${what} in ${file} is refused by ${command.join(" ")}`, () =>
      assertRefused(file, command, async (path) => {
        await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
      }));
  }
}

async function assertRefused(
  file: string,
  command: readonly string[],
  damage: Damage,
): Promise<void> {
  await using home = await homeWithFiles();
  await damage(`${home.configDir}/${file}`);
  const before = await home.files();
  const around = await filesUnder(home.path);
  const run = damage === IN_PLACE["a directory"] ? runBounded : runBoundedHere; // one for each file
  assertTwoLines(await run(command, { home: home.path }), 7);
  assertUntouched(before, await home.files());
  const isOutside = ([path]: [string, string]): boolean => !path.startsWith(".config/");
  assertEquals(
    [...await filesUnder(home.path)].filter(isOutside),
    [...around].filter(isOutside),
  );
}

/** A home with every file, and no server to talk to. */
async function homeWithFiles(): Promise<StaleLogin> {
  const url = "https://127.0.0.1:1";
  const endpoints = { authorization: url, token: url, apiUrl: url, authUrl: url };
  const home = await staleLogin({ endpoints, caFile: "/dev/null" });
  const pem = "-----BEGIN NOTHING-----\n-----END NOTHING-----\n";
  const notAfter = Date.now() + 300 * 86_400_000;
  const listener = { certificate: pem, key: pem, fingerprint: "A".repeat(64), notAfter };
  await writeJson(home, "tls/listener.json", listener);
  for (const name of ["credentials/default.lock", "tls/listener.lock"]) {
    await Deno.writeTextFile(`${home.configDir}/${name}`, "1\n", { mode: 0o600 });
  }
  return home;
}

Deno.test({
  name: "a link in the place of the last failure is not written through",
  ignore: !HAS_MODES,
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox);
    const target = `${home.path}/elsewhere`;
    await Deno.writeTextFile(target, "mine", { mode: 0o600 });
    await Deno.mkdir(`${home.configDir}/failures`, { mode: 0o700 });
    await Deno.symlink(target, `${home.configDir}/failures/default.json`);
    sandbox.fault("/oauth/token", { status: 500 });
    assertTwoLines(await runBoundedHere(["refresh"], { home: home.path }), 6);
    assertEquals(await Deno.readTextFile(target), "mine");
  },
});
