// Runs a program that a tool needs. Rule: what fails stops the tool, with what the program said.

/** Runs it to its end. @returns what it wrote to stdout. */
export async function output(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { ...options, args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${program} ${args.join(" ")} failed\n${text(stderr)}`);
  return text(stdout);
}

/** Tells the person who runs the tool. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
