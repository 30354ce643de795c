// `exec`: signals, and where the token is to be found.
// Rule: real processes on Linux, where their command lines and environments can be looked at.
import { assert, assertEquals } from "@std/assert";
import { staleLogin } from "../hostile/stale_login.ts";
import { findSecrets, watchCommandLines } from "../hostile/sweep.ts";
import { type Home } from "../support/home.ts";
import { startProgram } from "../support/program.ts";

const ON_LINUX = { ignore: Deno.build.os !== "linux" };
const TOKEN = "an-access-token~hush";

/** A login that is valid for an hour; no server is at its addresses. */
function login(): Promise<Home> {
  const url = "https://127.0.0.1:1";
  const endpoints = { authorization: url, token: url, apiUrl: url, authUrl: url };
  const fields = { accessToken: TOKEN, expiresAt: Date.now() + 3_600_000 };
  return staleLogin({ endpoints, caFile: "/dev/null" }, fields);
}

/** Runs a shell that says on stderr when it is ready. */
async function startShell(home: Home, script: string) {
  const program = await startProgram(["exec", "--", "sh", "-c", script], { home: home.path });
  await program.said(/ready/);
  return program;
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  Deno.test(`${signal} reaches the program, whose own answer counts`, ON_LINUX, async () => {
    await using home = await login();
    const trap = `trap 'echo bye; exit 9' ${signal.slice(3)}`;
    await using program = await startShell(
      home,
      `${trap}; echo ready >&2; sleep 1 >&- 2>&- & wait`,
    );
    program.signal(signal);
    const { code, stdout } = await program.outcome;
    assertEquals([code, stdout], [9, "bye\n"]);
  });
}

Deno.test(
  "the token is in the program's environment, and on no command line",
  ON_LINUX,
  async () => {
    await using home = await login();
    const seen = new Set<string>();
    await using program = await startShell(home, "echo ready >&2; sleep 0.3");
    const watch = watchCommandLines(program.pid, seen);
    const children = await Deno.readTextFile(`/proc/${program.pid}/task/${program.pid}/children`);
    const environ = (pid: string | number): Promise<string> =>
      Deno.readTextFile(`/proc/${pid}/environ`);
    const [own, ...others] = await Promise.all(
      [program.pid, ...children.trim().split(" ")].map(environ),
    );
    assertEquals((await program.outcome).code, 0);
    clearInterval(watch);
    assert([...seen].some((line) => line.includes("sleep 0.3")));
    assertEquals(findSecrets([...seen].join("\n"), { token: TOKEN }), []);
    assertEquals(findSecrets(own ?? "", { token: TOKEN }), [], "it is not in our own environment");
    const holders = others.flatMap((text) => text.split("\0")).filter((one) => one.includes(TOKEN));
    assertEquals(new Set(holders), new Set([`ANAPLAN_ACCESS_TOKEN=${TOKEN}`]));
  },
);

Deno.test("a program under nohup outlives a hangup", ON_LINUX, async () => {
  await using home = await login();
  const script = "kill -HUP $$; echo still here";
  const argv = ["exec", "--", "nohup", "sh", "-c", script];
  await using program = await startProgram(argv, { home: home.path });
  const { code, stdout } = await program.outcome;
  assertEquals([code, stdout], [0, "still here\n"]);
});
