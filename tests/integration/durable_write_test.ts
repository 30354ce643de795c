// The order in which a private file reaches the disk, as the kernel sees it.
// Rule: recorded with strace from a real process; nothing in the program knows of it.
import { assertEquals } from "@std/assert";
import { findStrace, testWith } from "../support/needs.ts";
import { tempDir } from "../support/temp_dir.ts";

testWith(
  findStrace(),
  "a private file is written, synced and renamed, and then its directory is synced",
  async () => {
    using dir = tempDir();
    assertEquals(await callsOf(dir.path), ["write", "fsync file", "rename", "fsync directory"]);
  },
);

/** The calls that concern the directory, in their order, of a process that writes one file there. */
async function callsOf(directory: string): Promise<string[]> {
  const script = new URL("../../src/files/replacement.ts", import.meta.url).href;
  const code =
    `import { writePrivateFile } from "${script}"; writePrivateFile("${directory}/a.json", "new");`;
  const log = `${directory}/strace.log`;
  const command = new Deno.Command("strace", {
    args: [
      ...["-f", "-y", "-o", log, "-e", "trace=write,fsync,rename,renameat,renameat2"],
      ...[Deno.execPath(), "eval", "--quiet", code],
    ],
  });
  await command.output();
  const lines = (await Deno.readTextFile(log)).split("\n").filter((line) =>
    line.includes(directory)
  );
  return lines.flatMap((line) => nameOf(line, directory));
}

function nameOf(line: string, directory: string): string[] {
  if (/ write\(\d+<[^>]*\.tmp>/.test(line)) return ["write"];
  if (/ fsync\(\d+<[^>]*\.tmp>/.test(line)) return ["fsync file"];
  if (/ rename\w*\(/.test(line)) return ["rename"];
  return line.includes(`<${directory}>`) && line.includes(" fsync(") ? ["fsync directory"] : [];
}
