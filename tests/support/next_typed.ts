// A case is played, and what its `Next:` lines say is typed right there, as a person types it.
// Rule: prose behind the command is not typed, and a word in capitals is filled in.
import { stepsOf } from "./case_tests.ts";
import type { Step } from "./case_file.ts";
import { inWorld, type Played } from "./case_run.ts";
import { newKey } from "./sealed.ts";

/** A `Next:` line of a case: where it is, and the command in it. */
export interface NextLine {
  readonly command: string;
  /** The steps up to the command that said it, that one included. */
  readonly steps: readonly Step[];
  /** The whole line. */
  readonly line: string;
  /** What is typed. */
  readonly typed: string;
}

/** What a word in capitals is replaced by, in the words of a case. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/\bNEW_FILE\b/, "$HOME/new-key"],
  [/--client-secret-file FILE\b/, "--client-secret-file $HOME/secret"],
  [/\bFILE\b/, "$HOME/key"],
  [/postgresql:\/\/\S*<STORE_PORT>\S*/, "$STORE"],
  [/\bID\b/, "$DEVICE_CLIENT_ID"],
  [/--region NAME\b/, "--region us2"],
  [/--api-url URL\b/, "--api-url $ISSUER"],
  [/\bADDRESS\b/, "$STORE"],
  [/\bPROGRAM ARGUMENTS…/, "true"],
];

/** Every line `Next: anaplan-auth …` of a command's cases, each command and line once. */
export function nextLinesOf(command: string): NextLine[] {
  const found = new Map<string, NextLine>();
  let steps: Step[] = [];
  for (const step of stepsOf(command)) {
    if (step.kind === "words" && step.line !== "") steps = []; // another case begins
    steps = [...steps, step];
    if (step.kind !== "command") continue;
    const { stdout, stderr } = step.result;
    const [variables = ""] = /^(\w+=\S+ )*/.exec(step.line) ?? [];
    const name = step.line.replace(/^(\w+=\S+ )*/, "").split(" ").slice(0, 2).join(" ");
    const lines = (stdout + stderr).matchAll(/^ *(Next: (anaplan-auth .*))$/gm); // doctor's have a column
    for (const [, line = "", rest = ""] of lines) {
      if (found.has(`${name}: ${line}`)) continue;
      found.set(`${name}: ${line}`, { command, steps, line, typed: variables + typedFrom(rest) });
    }
  }
  return [...found.values()];
}

function typedFrom(rest: string): string {
  const [typed = ""] = rest.split(/[,;] | \(|,$/);
  return VALUES.reduce((line, [word, value]) => line.replace(word, value), typed);
}

/** Plays the steps, and types the command there, and what its own `Next:` line says; gives what came last. */
export async function typeNext({ steps, typed }: NextLine): Promise<Played> {
  return await inWorld(steps, async (type, { sandbox, home }) => {
    sandbox.clearFaults(); // what went wrong was one answer
    const { rotating } = sandbox.clients;
    await writeOnce(`${home.path}/secret`, rotating.clientSecret);
    await writeOnce(`${home.path}/key`, KEY_OF_CASES);
    await writeOnce(`${home.path}/new-key`, newKey());
    let played = await type(typed);
    for (let count = 0; count < MOST_STEPS && played.code !== 0; count++) {
      const [, next = ""] = /(?:^Next: |"next":")(.*)$/m.exec(played.stderr) ?? [];
      const [command] = /anaplan-auth [^"]*/.exec(next) ?? [];
      const [, mode = "", path] = /^chmod (\S+) ~\/(\S+)$/.exec(next) ?? [];
      if (path !== undefined) await chmod(mode, `${home.path}/${path}`);
      else if (command === undefined) break;
      played = await type(path === undefined ? typedFrom(command ?? "") : typed);
    }
    return played;
  });
}

/** The key that cases seal logins with. */
const KEY_OF_CASES = btoa("sixteen bytes and sixteen more..");
/** How many more `Next:` lines are followed. */
const MOST_STEPS = 2;

async function writeOnce(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600, createNew: true }).catch(() => undefined);
}

async function chmod(mode: string, path: string): Promise<void> {
  await new Deno.Command("chmod", { args: [mode, path] }).output();
}
