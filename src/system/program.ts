// Runs a program for the person. Rule: by argument vector, never through a shell.

/** See {@link System.run}. */
export async function runProgram(command: readonly string[]): Promise<number | undefined> {
  const [program, ...args] = command;
  if (program === undefined) return undefined;
  try {
    const child = new Deno.Command(program, { args, stdout: "inherit", stderr: "inherit" }).spawn();
    return (await child.status).code;
  } catch {
    return undefined; // not installed, or not permitted
  }
}
