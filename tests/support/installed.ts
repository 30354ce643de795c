// The program as a machine has it: `anaplan-auth` on the PATH, and a shell that knows little else.
// Rule: the environment is as poor as cron's, and what a test adds to it is said there.
import { bareEnvironment } from "./program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "./task_command.ts";

/** How a shell ended, and what it printed. */
export interface ShellEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine of one test. */
export interface Machine {
  /** The directory that holds `anaplan-auth`. */
  readonly bin: string;
  readonly home: string;
  /** Runs a script as `sh -e` in the home directory, without a terminal. */
  run(script: string, env?: Readonly<Record<string, string>>): Promise<ShellEnd>;
  /** Runs any program there. */
  start(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<ShellEnd>;
}

/** Puts `anaplan-auth` into a directory of its own; it has the permissions of `exec`, the widest. */
export async function installed(home: string, bin: string): Promise<Machine> {
  await Deno.mkdir(bin, { recursive: true });
  await Deno.writeTextFile(`${bin}/anaplan-auth`, await launcher(home), { mode: 0o755 });
  const machine: Machine = {
    bin,
    home,
    run: (script, env) => machine.start(["/bin/sh", "-e", "-c", script], env),
    async start([program = "", ...args], env = {}) {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args,
        cwd: home,
        clearEnv: true,
        env: { HOME: home, LOGNAME: "job", SHELL: "/bin/sh", PATH: `${bin}:/usr/bin:/bin`, ...env },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
  };
  return machine;
}

async function launcher(home: string): Promise<string> {
  const { program, args } = await commandLineOf(["exec"]);
  const { DENO_DIR = "" } = await bareEnvironment(home);
  const words = [program, ...args.slice(0, -1)]
    .map((word) => word === "main.ts" ? `${PROJECT_DIRECTORY}/main.ts` : word);
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return `#!/bin/sh\nDENO_DIR='${DENO_DIR}' DENO_NO_UPDATE_CHECK=1 exec ${line} "$@"\n`;
}
