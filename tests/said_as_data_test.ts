// What is said to a person is data: nothing in the program reads a message or an advice again, and every command
// of ours is a value that cli/print.ts writes. Rule: the source itself is read; system/ reads Deno's own messages.
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../src/cli/tree/commands.ts";

const SOURCES = new Map(filesBelow("src/").map((path) => [path, Deno.readTextFileSync(at(path))]));
const NAMES = Object.keys(COMMANDS).join("|");

/** Where a command is still text: in scripts for shells, and as the heading of a page. */
const TEXTS: Readonly<Record<string, RegExp>> = {
  "src/cli/completion/completion_scripts.ts": /.*/,
  "src/oauth/relay.ts": /foot: "anaplan-auth relay"/,
};

/** Ways to take a text apart. */
const READ =
  "(replace|replaceAll|match|matchAll|startsWith|endsWith|includes|indexOf|search|split|slice|substring|trim)";
const READS: readonly RegExp[] = [
  new RegExp(`\\b(message|next|advice)\\)?\\??(\\.|\\s*\\n\\s*\\.)${READ}\\(`),
  /\.(test|exec)\([^()\n]*\b(message|next|advice)\b/,
  /\b(message|next)\)? (===|!==) (?!undefined|null|""|"(string|object)")/,
];

/** The lines of the sources that something is true of. */
function found(
  isFound: (line: string, path: string) => boolean,
  paths: readonly string[] = [...SOURCES.keys()],
): string[] {
  return paths.flatMap((path) =>
    (SOURCES.get(path) ?? "").split("\n").filter((line) => isFound(line, path))
      .map((line) => `${path}: ${line.trim()}`)
  );
}

Deno.test("nothing takes a message or an advice apart", () => {
  const paths = [...SOURCES.keys()].filter((path) => !path.startsWith("src/system/"));
  const whole = paths.filter((path) => READS[0]?.test(code(SOURCES.get(path) ?? "")));
  assertEquals(whole, []);
  assertEquals(found((line) => READS.some((pattern) => pattern.test(line)), paths), []);
});

Deno.test("a way to take a message apart is noticed", () => {
  const broken = [
    'error.message.replace("a", "b")',
    'error.next?.startsWith("chmod")',
    'loginCommand(next).replace("login", "refresh")',
    "/clock is wrong/.test(error.message)",
    'error.message\n      .split(":")',
    "error.message === NEWER",
  ];
  for (const line of broken) {
    const isNoticed = READS.some((pattern) =>
      pattern.test(line.replace("loginCommand(next)", "next"))
    );
    assert(isNoticed, line);
  }
});

Deno.test("every command of ours is a value, and no text", () => {
  const command = new RegExp(`anaplan-auth (<|(${NAMES})\\b)`);
  const texts = found((line, path) =>
    command.test(code(line)) && !(TEXTS[path]?.test(line) ?? false)
  );
  assertEquals(texts, []);
});

Deno.test("only the printer reads how the program is typed, and the system whether a task runs it", () => {
  const readers = found((line) => /ANAPLAN_AUTH_COMMAND/.test(line)).map((line) =>
    line.split(":")[0] ?? ""
  );
  assertEquals(readers, ["src/cli/print.ts", "src/system/needs.ts", "src/system/surroundings.ts"]);
});

/** The text without its comments. */
function code(text: string): string {
  return text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
}

function at(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

function filesBelow(directory: string): string[] {
  return [...Deno.readDirSync(at(directory))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${directory}${name}/`) : [`${directory}${name}`]
  ).sort();
}
