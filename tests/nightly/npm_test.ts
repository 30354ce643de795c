// The npm package: installed with nothing but npm into an empty place, it signs in.
// Rule: nothing of this checkout is used by what was installed, and npm's cache is empty.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/tree/commands.ts";
import { nodeLauncher } from "../../tools/launchers.ts";
import { pack } from "../../tools/pack.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { testWith, type Tool } from "../support/needs.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { SIGN_IN_ADDRESS, signIn } from "../support/sign_in.ts";
import { tempDir } from "../support/temp_dir.ts";

/** What every launcher has to do: run, exit, read stdin, sign in, and pass on a signal. */
async function judge(executable: string): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const run = (...argv: string[]) => runProgram(argv, { executable, home: home.path });
  assertEquals((await run("--version")).stdout, `${VERSION}\n`);
  assertEquals((await run("token")).code, 3);
  await signIn(sandbox, home, { executable });
  assertEquals((await run("token")).stdout.trim(), (await home.credentials())?.accessToken);
  assertMatch((await run("whoami")).stdout, /^Ada Lovelace/);

  const flags = ["--client-id", sandbox.clients.rotating.clientId, "--profile", "piped"];
  const address = "https://127.0.0.1:8443/callback?code=x&state=y";
  const pasted = await runProgram([
    "login",
    "--paste",
    "--client-secret-file",
    "/dev/null",
    ...flags,
  ], {
    executable,
    home: home.path,
    stdin: `${address}\n`,
  });
  assert(pasted.code !== 0 && !pasted.stderr.includes("internal"), pasted.stderr);

  await using waiting = await startProgram(["login", "--no-browser", ...flags], {
    executable,
    home: home.path,
    env: { ANAPLAN_CLIENT_SECRET: "a-secret" },
  });
  await waiting.said(SIGN_IN_ADDRESS);
  waiting.signal("SIGTERM");
  assertEquals((await waiting.outcome).code, 143);
}

testWith(
  await findNpm(),
  "npm install of the package with an empty cache makes a program that signs in, by both launchers",
  async (npm) => {
    using dir = tempDir();
    const tarball = await pack(dir.path);
    const { success, stderr } = await new Deno.Command(npm, {
      args: [
        ...["install", "--global", "--prefix", `${dir.path}/prefix`],
        ...["--cache", `${dir.path}/cache`, "--no-audit", "--no-fund", tarball],
      ],
      stdout: "null",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const executable = `${dir.path}/prefix/bin/anaplan-auth`;
    await judge(executable);
    // As it is where npm may not run scripts, and where there is no shell.
    await Deno.writeTextFile(await Deno.realPath(executable), nodeLauncher());
    await judge(executable);
  },
);

/** npm, where it is installed and reaches a registry with the Deno that is tested with. */
async function findNpm(): Promise<Tool> {
  const hint = "npm and a registry that it can reach";
  try {
    const { success } = await new Deno.Command("npm", {
      args: ["view", `deno@${Deno.version.deno}`, "version", "--fetch-retries=0"],
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(30_000),
    }).output();
    return { path: success ? "npm" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}
