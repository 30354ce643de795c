// What is read from a stdin that is a pipe: its first line, whatever surrounds it.
import { assertEquals } from "@std/assert";
import { startSystem } from "../support/system_process.ts";

async function read(stdin: string): Promise<unknown> {
  const { lines } = await startSystem("pipe", { stdin }).ended;
  const line: unknown = JSON.parse(lines[0] ?? "");
  return typeof line === "string" ? line.trim() : line;
}

const LONG = `https://127.0.0.1:8443/callback?code=${"c".repeat(20_000)}&state=s`;

const PIPES: Readonly<Record<string, readonly [string, unknown]>> = {
  "a line": ["one\n", "one"],
  "a line without an end": ["one", "one"],
  "the first of several lines": ["one\ntwo\n", "one"],
  "a line after empty ones": ["\n \r\n\none\ntwo\n", "one"],
  "a line that Windows ended": ["one\r\n", "one"],
  "a line longer than any buffer": [`${LONG}\n`, LONG],
  "nothing": ["", null],
};
for (const [what, [stdin, expected]] of Object.entries(PIPES)) {
  Deno.test(`from a pipe is read: ${what}`, async () => {
    assertEquals(await read(stdin), expected);
  });
}
