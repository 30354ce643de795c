// What the whole program says. Rule: read from src/ once, for all tests that look at it.
import { type FileMessages, messagesOf } from "./messages.ts";

const ROOT = new URL("../../", import.meta.url);

/** Scripts for shells, which are no sentences. */
const CODE = "src/cli/completion/completion_scripts.ts";

/** The files that say something. */
export const SAID = saidBy(sources("src/").filter((path) => path !== CODE));

/** Every sentence, and where it is said. */
export const LINES = [...SAID].flatMap(([path, { messages }]) =>
  messages.map(({ kind, text }) => ({ kind, text, where: `${path}: ${text}` }))
);

/** Every error, and where it is made. */
export const ERRORS = [...SAID].flatMap(([path, { errors }]) =>
  errors.map((error) => ({ ...error, where: `${path}: ${error.texts.join(" | ")}` }))
);

function saidBy(paths: readonly string[]): ReadonlyMap<string, FileMessages> {
  const all = paths.map((path) =>
    [path, messagesOf(path, Deno.readTextFileSync(new URL(path, ROOT)))] as const
  );
  return new Map(all.filter(([, { messages }]) => messages.length > 0));
}

function sources(directory: string): string[] {
  const entries = [...Deno.readDirSync(new URL(directory, ROOT))];
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory ? sources(`${directory}${name}/`) : [`${directory}${name}`]
  ).sort();
}
