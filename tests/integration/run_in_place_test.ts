// Running a program in this one's place: its exit code, its signals, and what a shell says when it cannot.
import { assertEquals } from "@std/assert";
import { denoSystem } from "../../src/system/deno.ts";
import { runInPlace } from "../../src/system/program.ts";
import { tempDir } from "../support/temp_dir.ts";

const SYSTEM = denoSystem();
const ON_POSIX = { ignore: Deno.build.os === "windows" };

function shell(script: string, env: Record<string, string> = {}) {
  return SYSTEM.runInPlace(["sh", "-c", script], env);
}

Deno.test("an exit code is passed on", ON_POSIX, async () => {
  assertEquals([await shell("exit 0"), await shell("exit 3"), await shell("exit 255")], [
    0,
    3,
    255,
  ]);
  await SYSTEM.sleep(500); // a signal listener that was removed ends a little later
});

Deno.test("a program that a signal ended is 128 and its number", ON_POSIX, async () => {
  assertEquals([await shell("kill -TERM $$"), await shell("kill -KILL $$")], [143, 137]);
});

Deno.test("the variables are added to those that are there", ON_POSIX, async () => {
  assertEquals(await shell('test "$ADDED" = "a b" && test -n "$PATH"', { ADDED: "a b" }), 0);
});

Deno.test(
  "a program that does not exist and one that cannot be run have different exit codes",
  ON_POSIX,
  async () => {
    using dir = tempDir();
    Deno.writeTextFileSync(`${dir.path}/plain`, "echo", { mode: 0o644 });
    const run = (program: string) => SYSTEM.runInPlace([program], {});
    assertEquals(await run(`${dir.path}/nothing`), "not found");
    assertEquals(await run("there-is-no-such-program"), "not found");
    assertEquals(await run(`${dir.path}/plain`), "not executable");
    assertEquals(await run(dir.path), "not executable");
  },
);

/** This file imports what only tests do. */
const DEV_CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const HANDED_ON = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
const KEYS = ["SIGINT", "SIGQUIT"];

/**
 * For each signal what a waiting shell ends with: 42 when the signal came to it, 1 when not. A process of
 * its own sends them to itself, since a signal would also end the test runner.
 */
async function whatArrives(isAtTerminal: boolean): Promise<Record<string, unknown>> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--config",
      DEV_CONFIG,
      "-A",
      "--no-prompt",
      import.meta.url,
      String(isAtTerminal),
    ],
    stdin: "null",
  });
  const { stdout } = await child.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("signals are handed on, and the program's end is waited for", ON_POSIX, async () => {
  const all = [...HANDED_ON, ...KEYS].map((signal) => [signal, 42]);
  assertEquals(await whatArrives(false), Object.fromEntries(all));
});

Deno.test("keys are not handed on where a terminal sends them to both", ON_POSIX, async () => {
  const all = [...HANDED_ON.map((signal) => [signal, 42]), ...KEYS.map((signal) => [signal, 1])];
  assertEquals(await whatArrives(true), Object.fromEntries(all));
});

async function ending(signal: Deno.Signal, isAtTerminal: boolean): Promise<unknown> {
  const ready = await Deno.makeTempFile();
  const script = `trap 'exit 42' ${signal.slice(3)}; echo > '${ready}'; sleep 0.3 & wait; exit 1`;
  const ended = runInPlace(["sh", "-c", script], {}, isAtTerminal);
  while (Deno.statSync(ready).size === 0) await SYSTEM.sleep(5);
  Deno.kill(Deno.pid, signal);
  const code = await ended;
  await Deno.remove(ready);
  return code;
}

if (import.meta.main) {
  const [isAtTerminal] = Deno.args;
  const seen: Record<string, unknown> = {};
  for (const signal of [...HANDED_ON, ...KEYS] as Deno.Signal[]) {
    seen[signal] = await ending(signal, isAtTerminal === "true");
  }
  SYSTEM.write("stdout", JSON.stringify(seen));
}
