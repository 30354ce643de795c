// What the program makes while the umask is set: files that their owner alone can read, and always can.
// Rule: real processes that a mode can stop, as it stops every user but root.
import { assertEquals } from "@std/assert";
import { WITHOUT_PRIVILEGE, wrappedTest } from "../hostile/wrapped.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";

/** Runs what follows it with this umask, and without root's right to read everything. */
function withUmask(umask: string): string[] {
  return [...WITHOUT_PRIVILEGE, "sh", "-c", `umask ${umask}; exec "$@"`, "sh"];
}

/** The paths below a directory whose mode is not 0700 (a directory) or 0600 (a file). */
async function wrongModes(directory: string): Promise<string[]> {
  const wrong: string[] = [];
  async function walk(path: string): Promise<void> {
    const { isDirectory, mode } = await Deno.lstat(path);
    const expected = isDirectory ? 0o700 : 0o600;
    const actual = (mode ?? 0) & 0o7777;
    if (actual !== expected) wrong.push(`${path} has mode 0${actual.toString(8)}`);
    if (isDirectory) {
      for await (const { name } of Deno.readDir(path)) await walk(`${path}/${name}`);
    }
  }
  await walk(directory);
  return wrong;
}

/** Runs the commands that write, one after the other; each has to end with its exit code. */
async function runWriters(home: Home, wrapper: readonly string[]): Promise<void> {
  const run = async (expected: number, ...argv: string[]): Promise<Outcome> => {
    const outcome = await runProgram(argv, { home: home.path, wrapper });
    assertEquals(outcome.code, expected, `${argv.join(" ")}: ${outcome.stderr}`);
    return outcome;
  };
  await run(0, "refresh");
  await run(0, "token");
  await run(0, "profile", "set", "eu", "--region", "eu3");
  await run(0, "profile", "use", "eu");
  await run(0, "profile", "use", "default");
  await run(0, "profile", "remove", "eu");
  await run(0, "cert", "renew");
  await run(0, "cert", "trust");
  await run(6, "validate", "--profile", "default"); // an error is kept for doctor
}

for (const umask of ["0777", "0000", "0277"]) {
  wrappedTest(
    withUmask(umask),
    `with umask ${umask} all files are 0600, all directories 0700, and every command works`,
    async () => {
      const wrapper = withUmask(umask);
      await using sandbox = await startSandbox();
      await using home = await makeHome();
      await signIn(sandbox, home, { wrapper });
      assertEquals(await wrongModes(`${home.path}/.config`), []);
      sandbox.fault("/token/validate", { status: 500, times: Infinity });
      await runWriters(home, wrapper);
      assertEquals(await wrongModes(`${home.path}/.config`), []);
      await signIn(sandbox, home, { wrapper }); // a second one replaces every file
      const { code } = await runProgram(["logout"], { home: home.path, wrapper });
      assertEquals(code, 0);
      assertEquals(await wrongModes(`${home.path}/.config`), []);
    },
  );
}
