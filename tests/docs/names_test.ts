// Every command, flag, variable and task that README and docs/ name exists.
// Rule: names are taken from code only, and compared with the tree, the reference and deno.json.
import { assert, assertEquals } from "@std/assert";
import { pages } from "../support/pages.ts";
import { variablesOnPage } from "../support/reference_page.ts";
import { commands, flagsOf, groups } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url);
const COMMANDS = new Map(commands().map((entry) => [entry.name, entry]));
const GROUPS = new Map(groups());
const TASKS = Object.keys(JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).tasks);
/** What the program sets for others, or reads for tests and tools only. */
const OTHER_VARIABLES = ["ANAPLAN_ACCESS_TOKEN", "ANAPLAN_BASE_URL", "ANAPLAN_SOCKET"];
/** Words that follow the program's name without being commands: they are in text that is shown. */
const SHOWN = ["is", "failed", "listener", "when", "on"];

const CODE = (await Promise.all((await pages()).map(codeOf))).flat();

Deno.test("every command and flag in the documentation exists", () => {
  const calls = CODE.flatMap(({ page, code }) =>
    code.replaceAll("\\\n", " ").split(/\n|&&|\||;| -- |"|\$\(/)
      .flatMap((
        line,
      ) => [...line.matchAll(/(?:anaplan-auth|deno task(?: -q| --quiet)?) ([a-z].*)/g)])
      .map(([, words = ""]) => ({ page, words: words.split(/[\s']+/) }))
  );
  assert(calls.length > 150, `only ${calls.length} calls were found`);
  const unknown = calls.filter(({ words: [name = ""] }) => !SHOWN.includes(name))
    .flatMap(({ page, words }) => unknownIn(words).map((name) => `${page}: ${name}`));
  assertEquals([...new Set(unknown)], []);
});

Deno.test("every variable in the documentation is read by the program", () => {
  const known = [...variablesOnPage(), ...OTHER_VARIABLES];
  const unknown = CODE.flatMap(({ page, code }) =>
    (code.match(/\bANAPLAN_[A-Z_]+\b/g) ?? []).filter((name) => !known.includes(name))
      .map((name) => `${page}: ${name}`)
  );
  assertEquals([...new Set(unknown)], []);
});

/** What of a call does not exist: the command, or its flags. */
function unknownIn([name = "", sub = "", ...rest]: readonly string[]): string[] {
  const isGroup = COMMANDS.has(`${name} ${sub}`);
  const command = isGroup ? `${name} ${sub}` : name;
  if (!COMMANDS.has(command)) return TASKS.includes(name) || GROUPS.has(name) ? [] : [command];
  return (isGroup ? rest : [sub, ...rest])
    .map((word) => /^(--[a-z][\w-]*|-[A-Za-z])/.exec(word)?.[1])
    .filter((flag) => flag !== undefined)
    .filter((flag) => flag !== "--help" && !hasFlag(command, flag))
    .map((flag) => `${command} ${flag}`);
}

function hasFlag(name: string, flag: string): boolean {
  const entry = COMMANDS.get(name);
  if (entry === undefined) return false;
  const letters = Object.keys(entry.command.parameters.aliases ?? {}).map((letter) => `-${letter}`);
  return flagsOf(entry).has(flag) || letters.includes(flag);
}

interface Code {
  readonly page: string;
  readonly code: string;
}

/** The blocks and spans of code on a page. */
async function codeOf(page: string): Promise<Code[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return Array.from(text.matchAll(/```\w*\n(.*?)```|`([^`]+)`/gs), ([, block, span]) => ({
    page,
    code: block ?? span ?? "",
  }));
}
