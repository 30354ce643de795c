// What may follow when you press Tab: the tree knows, through Stricli. Rule: nothing is listed
// here; the tree says where words come from.

import { proposeCompletions } from "@stricli/core";
import { applicationWith } from "../tree/parser.ts";
import type { TreeContext, TreeReaders, WordSource } from "../tree/loading.ts";
import { ROOT, walk } from "../tree/tree.ts";
import { toKebabCase } from "../../base/parse.ts";
import { ifPossible } from "../../base/errors.ts";
import { isProfileName } from "../../base/words.ts";
import { configDirectory, profileNames } from "../../settings/location.ts";
import { ROWS, typedName } from "../../settings/table.ts";
import { REGIONS } from "../../provider/regions.ts";
import type { System } from "../../system/contract.ts";
import { SHELLS } from "./completion_scripts.ts";

/** What may be typed there: one of these words, or a path, which the shell completes by itself. */
export type Proposal =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "file" | "directory" };

/** What may replace the last word; the words begin after the program's name. */
export async function propose(
  words: readonly string[],
  world: CompletionSystem,
): Promise<Proposal> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? "";
  const [, flag, value = ""] = /^(--[^=]+)=([^]*)$/.exec(typed) ?? [];
  if (flag === undefined) return await proposeFor(before, typed, world);
  if (!takesValue([...before, flag])) return { kind: "words", candidates: [] };
  const proposal = await proposeFor([...before, flag], value, world);
  if (proposal.kind !== "words") return proposal;
  const candidates = proposal.candidates.map((candidate) => {
    return { ...candidate, value: `${flag}=${candidate.value}` };
  });
  return { kind: "words", candidates };
}

const notRun = (): never => {
  throw new Error("nothing is run while a shell completes");
};
const NOT_RUN: TreeReaders = { help: notRun, complete: notRun, usageError: notRun };

async function proposeFor(
  before: readonly string[],
  partial: string,
  world: CompletionSystem,
): Promise<Proposal> {
  const descriptions = new Map<string, string>();
  let path: "file" | "directory" | undefined;
  const context: TreeContext = {
    process: { stdout: { write() {} }, stderr: { write() {} } },
    perform: notRun,
    readers: NOT_RUN,
    propose(source, start) {
      if (source === "file" || source === "directory") {
        path = source;
        return [];
      }
      const found = candidatesFrom(source, before, world)
        .filter(({ value }) => value.startsWith(start));
      for (const { value, description } of found) descriptions.set(value, description);
      return found.map(({ value }) => value);
    },
  };
  const proposed = await proposeCompletions(applicationWith(), [...before, partial], context);
  if (path !== undefined) return { kind: path };
  // flags only where nothing else fits: they would crowd it out while nothing has been typed
  const others = proposed.filter(({ kind }) => kind !== "argument:flag");
  const hasFlags = others.length === 0 && !before.includes("--") && !takesValue(before);
  const fitting = hasFlags ? proposed.filter(({ completion }) => completion !== "--") : others;
  const candidates = fitting.map(({ kind, completion, brief }) => ({
    value: completion,
    description: descriptions.get(completion) ?? (kind === "argument:value" ? "" : brief),
  }));
  return { kind: "words", candidates };
}

/** Whether the last word is a flag that wants a value behind it. */
function takesValue(words: readonly string[]): boolean {
  const name = words.at(-1) ?? "";
  const { target } = walk(words);
  if (!name.startsWith("--") || !("loader" in target)) return false;
  const flags = Object.entries(target.parameters.flags ?? {});
  const [, found] = flags.find(([flag]) => `--${toKebabCase(flag)}` === name) ?? [];
  return found !== undefined && found.kind !== "boolean";
}

/** One word that may be typed there; the description may be empty. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What has to be known of the surroundings. */
type CompletionSystem = Pick<System, "env" | "platform" | "absolutePath">;

/** Every word of a source; `before` are the words in front, behind the program's name. */
function candidatesFrom(
  source: Exclude<WordSource, "file" | "directory">,
  before: readonly string[],
  world: CompletionSystem,
): readonly Candidate[] {
  const given = before.slice(1).filter((word) => !word.startsWith("-"));
  switch (source) {
    case "profile": { // the command itself says why there are none; flags can still be completed
      const names = ifPossible(() => profileNames(configDirOf(before, world))) ?? [];
      // a name that is not valid could be anything, and would have to be quoted
      return names.filter(isProfileName).map((value) => ({ value, description: "" }));
    }
    case "region":
      return Object.entries(REGIONS).map(([value, { description }]) => ({ value, description }));
    case "setting":
      return ROWS.map(([name]) => ({ value: typedName(name), description: "" }));
    case "shell":
      if (given.length > 0) return [];
      return Object.entries(SHELLS).map(([value, description]) => ({ value, description }));
    case "topic": {
      const { target } = walk(given);
      if ("loader" in target) return [];
      const entries = target.getAllEntries().map((entry) => {
        return { value: toKebabCase(entry.name.original), description: entry.target.brief };
      });
      const reference = { value: "reference", description: "Exit codes and variables" };
      return target === ROOT ? [...entries, reference] : entries;
    }
  }
}

/** Where profiles are kept: as the line says it, or the environment. */
function configDirOf(before: readonly string[], world: CompletionSystem): string {
  const at = before.findLastIndex((word) => /^--config-dir(=|$)/.test(word));
  const said = before[at] === "--config-dir" ? before[at + 1] : before[at]?.replace(/^[^=]*=/, "");
  if (said === undefined) return configDirectory({}, world);
  const home = world.env("HOME");
  const configDir = home === undefined ? said : said.replace(/^~(?=\/|$)/, () => home);
  return configDirectory({ configDir }, world);
}
