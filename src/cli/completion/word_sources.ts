// Where the words come from that a shell completes. Rule: the names in one directory are read, and no
// file's text.

import { ifPossible } from "../../base/errors.ts";
import { isProfileName } from "../../base/text.ts";
import { configDirectory } from "../../settings/location.ts";
import { profileNames } from "../../settings/location.ts";
import { ROWS, typedName } from "../../settings/table.ts";
import { REGIONS } from "../../provider/regions.ts";
import type { System } from "../../system/contract.ts";
import { SHELLS } from "./completion_scripts.ts";
import type { WordSource } from "../tree/loading.ts";
import { toKebabCase } from "../../base/parse.ts";
import { ROOT, walk } from "../tree/tree.ts";

/** One word that may be typed there; the description may be empty. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What has to be known of the surroundings. */
export type CompletionSystem = Pick<System, "env" | "platform" | "absolutePath">;

/** Every word of a source; `before` are the words in front, behind the program's name. */
export function candidatesFrom(
  source: Exclude<WordSource, "file" | "directory">,
  before: readonly string[],
  world: CompletionSystem,
): readonly Candidate[] {
  const given = before.slice(1).filter((word) => !word.startsWith("-"));
  switch (source) {
    case "profile": // a name that is not valid could be anything, and would have to be quoted
      return savedProfiles(before, world).filter(isProfileName).map(plainCandidate);
    case "region":
      return Object.entries(REGIONS).map(([value, { description }]) => ({ value, description }));
    case "setting":
      return ROWS.map(([name]) => plainCandidate(typedName(name)));
    case "shell":
      return given.length > 0 ? [] : describedCandidates(SHELLS);
    case "topic":
      return topics(given);
  }
}

function plainCandidate(value: string): Candidate {
  return { value, description: "" };
}

function describedCandidates(words: Readonly<Record<string, string>>): Candidate[] {
  return Object.entries(words).map(([value, description]) => ({ value, description }));
}

/** The command itself says why there are none; flags can still be completed. */
function savedProfiles(before: readonly string[], world: CompletionSystem): string[] {
  return ifPossible(() => profileNames(configDirOf(before, world))) ?? [];
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

function topics(given: readonly string[]): Candidate[] {
  const { target } = walk(given);
  if ("loader" in target) return [];
  const entries = target.getAllEntries().map((entry) => {
    return { value: toKebabCase(entry.name.original), description: entry.target.brief };
  });
  const reference = { value: "reference", description: "Exit codes and variables" };
  return target === ROOT ? [...entries, reference] : entries;
}
