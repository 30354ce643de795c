// A case is played, and what its `Next:` lines say is typed right there, as a person types it.
// Rule: prose around a command is not typed, and a word in capitals is filled in.
import { assertEquals } from "@std/assert";
import { stepsOf } from "./case_tests.ts";
import type { Step } from "./case_file.ts";
import { inWorld, type Played } from "./case_run.ts";
import { make } from "./case_world.ts";
import type { Home } from "./home.ts";
import { newKey } from "./sealed.ts";

/** A command in a `Next:` line of a case. */
export interface NextCommand {
  readonly command: string;
  /** The steps up to the command that said it, that one included. */
  readonly steps: readonly Step[];
  /** The whole line. */
  readonly line: string;
  /** What is typed, one after the other. */
  readonly typed: readonly string[];
}

/** What a word in capitals is replaced by, in the words of a case. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/<HOME>/, "$HOME"],
  [/\bNEW_FILE\b/, "$HOME/new-key"],
  [/--client-secret-file FILE\b/, "--client-secret-file $HOME/secret"],
  [/\bFILE\b/, "$HOME/key"],
  [/postgresql:\/\/\S*(<STORE_PORT>|USER@HOST|127\.0\.0\.1:1\/)\S*/, "$STORE"],
  [/\bID\b/, "$DEVICE_CLIENT_ID"],
  [/--region NAME\b/, "--region us2"],
  [/--api-url URL\b/, "--api-url $ISSUER"],
  [/\bADDRESS\b/, "$STORE"],
  [/\bprofile use NAME\b/, "profile use default"],
  [/\bPROGRAM ARGUMENTS…/, "true"],
];

/** Every command in a `Next:` line of a command's cases, each command and line once. */
export function nextCommandsOf(command: string): NextCommand[] {
  const found = new Map<string, NextCommand>();
  let steps: Step[] = [];
  for (const step of stepsOf(command)) {
    if (step.kind === "words" && step.line !== "") steps = []; // another case begins
    steps = [...steps, step];
    if (step.kind !== "command") continue;
    const { stdout, stderr } = step.result;
    const [variables = ""] = /^(\w+=\S+ )*/.exec(step.line) ?? [];
    const name = step.line.replace(/^(\w+=\S+ )*/, "").split(" ").slice(0, 2).join(" ");
    const lines = (stdout + stderr).matchAll(/^ *(Next: .*)$/gm); // doctor's have a column
    for (const [, line = ""] of lines) {
      for (const typed of waysToType(line, variables, step.line)) {
        const key = `${name}: ${line}: ${typed}`;
        if (!found.has(key)) found.set(key, { command, steps, line, typed });
      }
    }
  }
  return [...found.values()];
}

/** The commands in a line: alternatives, or what is typed one after the other. */
function waysToType(line: string, variables: string, again: string): string[][] {
  const [, named = ""] = /\b(?:un)?set (\w+),? .*anaplan-auth/.exec(line) ?? [];
  const gone = line.includes("install certutil") ? "PATH" : named; // its package puts it into the PATH
  const left = variables.split(/(?<= )/).filter((one) => !one.startsWith(`${gone}=`)).join("");
  const [, chmod] = /^Next: (chmod [^,]+)/.exec(line) ?? [];
  if (chmod !== undefined) return [[chmod, again]];
  const commands = commandsIn(line).map((typed) => withValues(left) + typed);
  return line.includes(", then anaplan-auth") && commands.length > 1
    ? [commands]
    : commands.map((typed) => [typed]);
}

function withValues(typed: string): string {
  return VALUES.reduce((text, [word, value]) => text.replace(word, value), typed);
}

/** The commands in a line, with values for the words in capitals. */
function commandsIn(line: string): string[] {
  const found = line.match(/\b(?:anaplan-auth|deno task)\b(?: [^\s,;()]+)*/g) ?? [];
  return found.map(withValues);
}

/**
 * The words of the command in the `Next:` line on stderr, without the program's name; the line has to be this one.
 * For a test that types it where no case can.
 */
export function nextWords(stderr: string, line: string): string[] {
  const [said] = stderr.split("\n").filter((one) => one.startsWith("Next: "));
  assertEquals(said, line);
  return commandsIn(line)[0]?.split(" ").slice(1) ?? [];
}

/** Plays the steps, and types the command there, and what its own `Next:` line says; gives what came last. */
export async function typeNext({ steps, typed }: NextCommand): Promise<Played> {
  return await inWorld(steps, async (type, world) => {
    const { sandbox, home } = world;
    sandbox.clearFaults(); // what went wrong was one answer
    const { rotating } = sandbox.clients;
    await writeOnce(`${home.path}/secret`, rotating.clientSecret);
    await writeOnce(`${home.path}/key`, KEY_OF_CASES);
    await writeOnce(`${home.path}/new-key`, newKey());
    let played: Played | undefined;
    for (const line of typed) {
      if (line.startsWith("chmod ")) {
        await inShell(line, home);
        continue;
      }
      if (line.includes("$STORE") && world.storePort === undefined) {
        await make(world, "a login store that wants no password"); // as an administrator does
      }
      played = await typeAndFollow(line, type, home);
    }
    if (played === undefined) throw new Error("there is nothing to type");
    return played;
  });
}

/** Types it, and then what its own `Next:` line says. */
async function typeAndFollow(
  typed: string,
  type: (line: string) => Promise<Played>,
  home: Home,
): Promise<Played> {
  let played = await type(typed);
  for (let count = 0; count < MOST_STEPS && played.code !== 0; count++) {
    const [, next = ""] = /(?:^ *Next: |"next":")(.*)$/m.exec(played.stderr) ?? [];
    const [command] = commandsIn(next.replace(/".*/, ""));
    const [chmod] = /^chmod [^,]+/.exec(next) ?? [];
    if (chmod !== undefined) await inShell(chmod, home);
    else if (command === undefined || command.endsWith("--help")) break; // that helps with a mistake only
    played = await type(chmod === undefined ? command ?? "" : typed);
  }
  return played;
}

/** The key that cases seal logins with. */
const KEY_OF_CASES = btoa("sixteen bytes and sixteen more..");
/** How many more `Next:` lines are followed. */
const MOST_STEPS = 2;

async function writeOnce(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600, createNew: true }).catch(() => undefined);
}

async function inShell(line: string, home: Home): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", line], env: { HOME: home.path } }).output();
}
