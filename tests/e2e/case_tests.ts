// One Deno.test for each case folder of some commands, named after it; see tests/e2e/README.md.
// Rule: `UPDATE_GOLDEN=1` writes what came instead of comparing.
import { assertEquals } from "@std/assert";
import { formatCase, parseCase, sentenceOf, type Step } from "./case_file.ts";
import { play, startHereOrThere } from "./case_run.ts";
import { PLAYS_HERE } from "../support/here.ts";
import { startProgram } from "../support/program.ts";

const CASES = new URL("./", import.meta.url);
const UPDATES = Deno.env.get("UPDATE_GOLDEN") === "1";
const HINT = "What came differs from what the case says; UPDATE_GOLDEN=1 writes what came into it";

/** What these cases are about is what the process may do. */
const DECIDED_BY_PERMISSIONS = /_outside_the_wall$|^addresses$/;

/** What needs a database, or a program that not every machine has. */
const NEEDS_TOOL = /^given (a login store|~\/bin has the program)/m;

/** The commands that have cases, in their order. */
export function commandsWithCases(): string[] {
  return foldersIn(CASES);
}

/** The steps of all cases of a command. */
export function stepsOf(command: string): Step[] {
  return foldersIn(new URL(`${command}/`, CASES)).flatMap((name) =>
    parseCase(Deno.readTextFileSync(new URL(`${command}/${name}/case.txt`, CASES)))
  );
}

/** Defines the tests of one command's cases. */
export function testCasesOf(command: string): void {
  for (const name of foldersIn(new URL(`${command}/`, CASES))) {
    const file = new URL(`${command}/${name}/case.txt`, CASES);
    const text = Deno.readTextFileSync(file);
    const steps = parseCase(text);
    if (PLAYS_HERE && NEEDS_TOOL.test(text)) continue; // `deno task ok` runs with Deno and git alone
    Deno.test(`${command}/${name}: ${sentenceOf(steps)}`, async () => {
      const isHere = PLAYS_HERE && !DECIDED_BY_PERMISSIONS.test(name);
      const played = formatCase(await play(steps, isHere ? startHereOrThere : startProgram));
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
