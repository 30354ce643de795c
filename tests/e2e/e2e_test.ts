// Plays every case folder; see README.md.
// Rule: one folder, one test, named after it; `UPDATE_GOLDEN=1` writes what came instead of comparing.
import { assertEquals } from "@std/assert";
import { formatCase, parseCase, sentenceOf } from "../support/case_file.ts";
import { play } from "../support/case_run.ts";

const HERE = new URL("./", import.meta.url);
const UPDATES = Deno.env.get("UPDATE_GOLDEN") === "1";
const HINT = "What came differs from what the case says; UPDATE_GOLDEN=1 writes what came into it";

for (const command of foldersIn(HERE)) {
  for (const name of foldersIn(new URL(`${command}/`, HERE))) {
    const file = new URL(`${command}/${name}/case.txt`, HERE);
    const text = Deno.readTextFileSync(file);
    const steps = parseCase(text);
    Deno.test(`${command}/${name}: ${sentenceOf(steps)}`, async () => {
      const played = formatCase(await play(steps));
      if (UPDATES) await Deno.writeTextFile(file, played);
      else assertEquals(played, text, HINT);
    });
  }
}

function foldersIn(directory: URL): string[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name)
    .sort();
}
