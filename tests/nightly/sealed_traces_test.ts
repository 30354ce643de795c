// What the system sees of a sealed login and its key: every program that is started, and every write to a file.
// Rule: the keychain is a real one, and strace writes down all that the program and its children do.
import { assert, assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { findKeychains, startPass, startSecretService } from "../support/keyring.ts";
import { findStrace, testWith } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { openByHand } from "../support/sealed.ts";
import { signedIn } from "../support/signed_in.ts";

const { path, hint } = findStrace();
const keychains = findKeychains();
const TOOLS = { path: path && keychains.path, hint: path === undefined ? hint : keychains.hint };
const WRITES = ["write", "pwrite64", "writev", "pwritev", "pwritev2"];

/** What is traced, with every string in full. */
function tracedTo(log: string): string[] {
  const what = ["-f", "-yy", "-v", "-s", "1000000", "-e", `trace=execve,${WRITES.join()}`];
  return ["strace", ...what, "-o", log];
}

/** A write to a file that has a name, and not to a pipe, a socket or a device. */
const TO_FILE = new RegExp(`^\\d+ +(${WRITES.join("|")})\\(\\d+</(?!dev/|proc/)`);

for (const [name, start] of [["secretservice", startSecretService], ["pass", startPass]] as const) {
  testWith(
    TOOLS,
    `with ${name} no program is started with the key or a token, and no file is written with one`,
    async () => {
      await using sandbox = await startSandbox();
      await using home = await makeHome();
      await signedIn(sandbox, home);
      await using keychain = await start(home.path);
      const { accessToken = "", refreshToken = "" } = await home.credentials() ?? {};
      const secrets = [accessToken, refreshToken];
      const lines: string[] = [];
      const env = { ...keychain.env, TMPDIR: home.path };
      for (const argv of [["seal"], ["refresh", "--verbose"], ["seal", "--rotate"], ["token"]]) {
        const log = await Deno.makeTempFile({ prefix: "anaplan-auth-strace-" });
        const { code, stderr } = await runProgram(argv, {
          ...{ home: home.path, env, wrapper: tracedTo(log) },
        });
        lines.push(...(await Deno.readTextFile(log)).split("\n"));
        await Deno.remove(log);
        assertEquals(code, 0, `${argv.join(" ")}: ${stderr}`);
        const [id = ""] = await keychain.keyIds();
        const key = await secretOf(name, id, { ...env, HOME: home.path });
        const { login } = openByHand(await Deno.readTextFile(home.credentialsFile()), key);
        secrets.push(key, login.accessToken, login.refreshToken ?? "");
      }
      const started = lines.filter((line) => line.includes(` execve(`));
      const helper = `docker-credential-${name}`;
      assert(started.some((line) => line.includes(`${helper}", "store"]`)), "it was traced");
      const written = lines.filter((line) => TO_FILE.test(line));
      assert(written.some((line) => line.includes('\\"sealed\\"')), "so were the files");
      for (const secret of new Set(secrets)) {
        assert(secret.length > 10);
        const found = [...started, ...written].filter((line) => line.includes(secret));
        assertEquals(found.map((line) => line.slice(0, 120)), []);
      }
    },
  );
}

/** A key, by the keychain's own helper. */
async function secretOf(name: string, id: string, env: Record<string, string>): Promise<string> {
  const child = new Deno.Command(`docker-credential-${name}`, {
    ...{ args: ["get"], env, stdin: "piped", stdout: "piped" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`anaplan-auth://${id}`));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout)).Secret;
}
