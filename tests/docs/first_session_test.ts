// The transcript of a newcomer's first session still fits README. `deno task first-session` makes it again.
import { assert, assertEquals } from "@std/assert";

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}

Deno.test("every command that the newcomer typed from README is still in README", async () => {
  const [readme, page] = await Promise.all([
    read("README.md"),
    read("tests/first_session/transcript.md"),
  ]);
  const rows = [...page.matchAll(/^\| \d+ +\| `(.+?)` +\| README /gm)];
  const commands = rows.map(([, command = ""]) => command);
  assert(commands.length >= 3, `only ${commands.length} commands were found`);
  const missing = commands.filter((command) => !readme.includes(command));
  assertEquals(missing, [], "`deno task first-session` plays it again");
});
