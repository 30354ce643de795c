// The command tree as tests walk over it.
// Rule: read from the tree itself, so that a new command is in every such test by being there.
import { toKebabCase } from "../../src/base/parse.ts";
import { ROOT } from "../../src/cli/tree/tree.ts";

type Group = typeof ROOT;
type Target = ReturnType<Group["getAllEntries"]>[number]["target"];

/** Every name in the tree with what it leads to, groups and what is in them. */
function entries(group: Group, prefix = ""): { name: string; target: Target }[] {
  return group.getAllEntries().flatMap(({ name, target }) => {
    const entry = { name: prefix + toKebabCase(name.original), target };
    return "parameters" in target ? [entry] : [entry, ...entries(target, `${entry.name} `)];
  });
}

/** The commands that have commands of their own. */
export function groups(): [string, Group][] {
  return entries(ROOT).flatMap(({ name, target }) =>
    "parameters" in target ? [] : [[name, target] as [string, Group]]
  );
}

/** A command with its whole name, such as `profile list`. */
export interface Entry {
  readonly name: string;
  readonly command: Extract<Target, { parameters: unknown }>;
}

/** What a test sees of a flag. */
export interface Flag {
  readonly brief: string;
  readonly variadic?: boolean;
}

/** The flags of a command, by what is typed for each. */
export function flagsOf({ command }: Entry): ReadonlyMap<string, Flag> {
  const flags = Object.entries(command.parameters.flags ?? {}) as [string, Flag][];
  return new Map(flags.map(([name, flag]) => [`--${toKebabCase(name)}`, flag]));
}

/** The flags that may be given more than once, sorted. */
export function repeatableFlags(): string[] {
  const all = commands().flatMap((entry) => [...flagsOf(entry)]);
  return [...new Set(all.filter(([, flag]) => flag.variadic).map(([name]) => name))].sort();
}

/** Every command that does something. */
export function commands(): Entry[] {
  return entries(ROOT).flatMap(({ name, target }) =>
    "parameters" in target ? [{ name, command: target }] : []
  );
}
