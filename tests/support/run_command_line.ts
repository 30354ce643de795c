// A whole command line in this process: from argv to what is printed and the exit code.
// Rule: the real dispatch and the real disk; the rest of the world is as a test has arranged it.
import { run } from "../../src/cli/app.ts";
import { type Arranged, fakeSystem } from "./fake_system.ts";

/** What came of a command line. */
export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line. */
export async function runCommandLine(
  argv: readonly string[],
  arranged: Arranged = {},
): Promise<CommandRun> {
  const system = fakeSystem({ env: { HOME: "/home/nobody" }, ...arranged });
  const code = await run(argv, () => system);
  return { code, ...system.written };
}
