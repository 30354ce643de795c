// What may follow when you press Tab: the tree knows, through Stricli. Rule: nothing is listed
// here; the tree says where words come from, and word_sources.ts fetches them.

import { type InputCompletion, proposeCompletions } from "@stricli/core";
import { applicationWith } from "../tree/parser.ts";
import type { TreeContext, TreeReaders } from "../tree/loading.ts";
import { walk } from "../tree/tree.ts";
import { toKebabCase } from "../../base/parse.ts";
import { type Candidate, candidatesFrom, type CompletionSystem } from "./word_sources.ts";

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
const NOT_RUN: TreeReaders = {
  help: notRun,
  complete: notRun,
  usageError: notRun,
};

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
  const candidates = fitting(proposed, before).map(({ kind, completion, brief }) => ({
    value: completion,
    description: descriptions.get(completion) ?? (kind === "argument:value" ? "" : brief),
  }));
  return { kind: "words", candidates };
}

/** Flags only where nothing else fits: they would crowd it out while nothing has been typed. */
function fitting(
  proposed: readonly InputCompletion[],
  before: readonly string[],
): readonly InputCompletion[] {
  const others = proposed.filter(({ kind }) => kind !== "argument:flag");
  if (others.length > 0 || before.includes("--") || takesValue(before)) return others;
  return proposed.filter(({ completion }) => completion !== "--");
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
