// The flags that several commands share, in Stricli's words. Rule: a setting's flag is made from its row in the table
// of settings; another flag's brief names the variable that stands for it.

import type { FlagParametersForType } from "@stricli/core";
import { type Completed, completedFrom, type TreeContext, type WordSource } from "./loading.ts";
import type { CommonFlags } from "../../command.ts";
import { parseText } from "../../base/parse.ts";
import { briefOf, flagKey, type GivenFlags, type Row, ROWS } from "../../settings/table.ts";

/** A flag with a text, which a shell completes from `source`. */
export function text(brief: string, placeholder: string, source?: WordSource): TextFlag {
  const completed = source === undefined ? {} : completedFrom(source);
  return { kind: "parsed", parse: parseText, optional: true, brief, placeholder, ...completed };
}

/** A flag that may be given several times. */
export function texts(
  brief: string,
  placeholder: string,
  source?: WordSource,
): TextFlag & { readonly variadic: true } {
  return { ...text(brief, placeholder, source), variadic: true };
}

/** A flag that is there or not. */
export function yes(brief: string): YesFlag {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

/** A flag with a duration. */
export function time(brief: string, parse: (input: string) => number): TimeFlag {
  return { kind: "parsed", parse, optional: true, brief, placeholder: "TIME" };
}

interface ParsedFlag<Value> {
  readonly kind: "parsed";
  readonly parse: (input: string) => Value;
  readonly optional: true;
  readonly brief: string;
  readonly placeholder: string;
}

type TimeFlag = ParsedFlag<number>;
type TextFlag = ParsedFlag<string> & Partial<Completed>;

interface YesFlag {
  readonly kind: "boolean";
  readonly optional: true;
  readonly withNegated: false;
  readonly brief: string;
}

/** The flag of a setting. */
function flagOf(row: Row): object {
  const { parse, placeholder = "VALUE", words, isList, isNegated } = row;
  const brief = briefOf(row);
  if (isNegated) return yes(brief);
  if (row.values) return { kind: "enum", values: row.values, optional: true, brief };
  const flag = text(brief, placeholder, words);
  return { ...flag, parse, ...(isList ? { variadic: true } : {}) };
}

type FlagsFor<Names extends keyof GivenFlags> = FlagParametersForType<
  Pick<GivenFlags, Names>,
  TreeContext
>;

function flagsOf<Names extends keyof GivenFlags>(isWanted: (row: Row) => boolean): FlagsFor<Names> {
  const rows = ROWS.filter(([, row]) => isWanted(row));
  return Object.fromEntries(rows.map(([name, row]) => [flagKey(name), flagOf(row)])) as FlagsFor<
    Names
  >;
}

/** The flags that every command has. */
export const COMMON_FLAGS = {
  profile: text("The login to use [ANAPLAN_PROFILE]", "NAME", "profile"),
  configDir: text("Where logins are kept [ANAPLAN_AUTH_CONFIG_DIR]", "DIR", "directory"),
  json: yes("Print one JSON value"),
  verbose: yes("Show requests, with secrets masked [ANAPLAN_AUTH_DEBUG]"),
  quiet: yes("Print only the answer, and what must be known"),
  noColor: yes("No colour [NO_COLOR]"),
  ...flagsOf<keyof GivenFlags & keyof CommonFlags>(({ group }) => group === "every command"),
} as const;

/** The names of the flags that every command has, as they stand in the tree. */
export const COMMON_FLAG_NAMES: readonly string[] = Object.keys(COMMON_FLAGS);

/** The flags that say whom to talk to, and that a profile keeps. */
export const SETTING_FLAGS: FlagsFor<Exclude<keyof GivenFlags, keyof CommonFlags>> = flagsOf(
  ({ group }) => group !== "every command",
);

/** The same with the client secret, which no profile keeps. */
export const CONNECTION_FLAGS = {
  clientSecretFile: text(
    "Read the client secret from a file [ANAPLAN_CLIENT_SECRET]",
    "FILE",
    "file",
  ),
  clientSecretStdin: yes("Read the client secret from stdin"),
  ...SETTING_FLAGS,
} as const;
