// The flags that several commands share, in Stricli's words. Rule: a setting's flag is made from its row in the table
// of settings; another flag's brief names its variable.

import {
  type Aliases,
  buildCommand,
  type FlagParametersForType,
  type TypedFlagParameter,
  type TypedPositionalParameters,
} from "@stricli/core";
import type { Command as Run, CommonFlags } from "../../command.ts";
import { reasonOf } from "../../base/errors.ts";
import type { TreeCommand, TreeContext, TreeReaders, WordSource } from "./loading.ts";
import { parseSetup, parseText, type Setup } from "../../base/parse.ts";
import { briefOf, flagKey, type GivenFlags, type Row, ROWS } from "../../settings/table.ts";

type Flag<Value> = TypedFlagParameter<Value | undefined, TreeContext>;

/** A flag with a text, which a shell completes from `source`. */
export function text(brief: string, placeholder: string, source?: WordSource): Flag<string> {
  return valueFlag(parseText, brief, placeholder, source);
}

/** A flag that may be given several times. */
export function texts(
  brief: string,
  placeholder: string,
  source?: WordSource,
): Flag<readonly string[]> {
  return { ...valueFlag(parseText, brief, placeholder, source), variadic: true };
}

/** A flag that is there or not. */
export function yes(brief: string): Flag<boolean> {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

export function time(brief: string, parse: (input: string) => number): Flag<number> {
  return valueFlag(parse, brief, "TIME");
}

export function oneOf<Value extends string>(values: readonly Value[], brief: string): {
  readonly kind: "enum";
  readonly values: readonly Value[];
  readonly optional: true;
  readonly brief: string;
} {
  return { kind: "enum", values, optional: true, brief };
}

type Argument = ReturnType<typeof valueOf>;

/** The one argument of a command. */
export function argument(
  brief: string,
  placeholder: string,
  source?: WordSource,
): { readonly kind: "tuple"; readonly parameters: readonly [Argument] } {
  return { kind: "tuple", parameters: [valueOf(brief, placeholder, source)] };
}

export function allArguments(
  brief: string,
  placeholder: string,
  source?: WordSource,
): { readonly kind: "array"; readonly parameter: Argument } {
  return { kind: "array", parameter: valueOf(brief, placeholder, source) };
}

function valueOf(brief: string, placeholder: string, source?: WordSource) {
  const completed = source && {
    proposeCompletions(this: TreeContext, partial: string) {
      return this.propose?.(source, partial) ?? [];
    },
  };
  return { brief, parse: String, placeholder, ...completed } as const;
}

function valueFlag<Value>(
  parse: (input: string) => Value | Promise<Value>,
  brief: string,
  placeholder: string,
  source?: WordSource,
) {
  return { kind: "parsed", ...valueOf(brief, placeholder, source), parse, optional: true } as const;
}

const { caFile, ...ofSettings } = Object.fromEntries(
  ROWS.map(([name, row]) => [flagKey(name), flagOf(row)]),
) as FlagParametersForType<GivenFlags, TreeContext>;

function flagOf(row: Row): object {
  const { parse = parseText, placeholder = "VALUE", words, values, isList, isNegated } = row;
  const brief = briefOf(row);
  if (isNegated) return yes(brief);
  if (values) return oneOf(values as readonly string[], brief);
  if (words === "region") return valueFlag(regionNamed, brief, placeholder, words);
  return { ...valueFlag<unknown>(parse, brief, placeholder, words), variadic: isList };
}

async function regionNamed(text: string): Promise<string> {
  const { regionNamed } = await import("../../provider/region_named.ts");
  try {
    return regionNamed(text);
  } catch (error) { // Stricli adds no flag to what is thrown later
    throw new Error(`Cannot use "${text}" for --region: ${reasonOf(error)}`);
  }
}

/** A text of `--setup` with its region by name; a region that does not exist is said to be one of this flag. */
export async function setupNamed(text: string): Promise<Setup> {
  try {
    const setup = parseSetup(text);
    const { existingRegion } = await import("../../provider/region_named.ts");
    return { ...setup, region: existingRegion(setup.region) };
  } catch (error) { // as above
    throw new Error(`Cannot use "${text}" for --setup: ${reasonOf(error)}`);
  }
}

export const COMMON_FLAGS = {
  profile: text("The profile to use [ANAPLAN_PROFILE]", "NAME", "profile"),
  configDir: text("Where logins are stored [ANAPLAN_AUTH_CONFIG_DIR]", "DIR", "directory"),
  json: yes("Print one JSON value"),
  verbose: yes("Show requests, with secrets masked [ANAPLAN_AUTH_DEBUG]"),
  quiet: yes("Print only the result and warnings"),
  noColor: yes("No color [NO_COLOR]"),
  noInput: yes("Never ask; stop if an answer is missing"),
  caFile,
} as const;

/** The flags that say whom to talk to, and that a profile keeps. */
export const SETTING_FLAGS = ofSettings;

/** The same with the client secret itself, which no profile keeps. */
export const CONNECTION_FLAGS = {
  clientSecretStdin: yes("Read the client secret from stdin"),
  ...SETTING_FLAGS,
} as const;

interface CommandParts<Flags extends CommonFlags, Args extends readonly unknown[]> {
  readonly flags?: FlagParametersForType<Omit<Flags, keyof CommonFlags>, TreeContext>;
  readonly aliases?: Aliases<keyof Flags & string>;
  readonly positional?: TypedPositionalParameters<Args, TreeContext>;
}

/**
 * A command of the tree.
 *
 * @param load imports the command when it is run, and not before; one that reads the tree is one of the readers.
 */
export function command<Flags extends CommonFlags, Args extends readonly unknown[]>(
  { brief }: { readonly brief: string },
  load: (readers: TreeReaders) => Promise<Run<Flags, Args>>,
  { flags, ...others }: CommandParts<Flags, Args> = {},
): TreeCommand {
  return buildCommand(
    {
      func(this: TreeContext, flags: Flags, ...args: Args) {
        this.perform(() => load(this.readers), flags, args);
      },
      parameters: { ...others, flags: { ...flags, ...COMMON_FLAGS } },
      docs: { brief },
    } as Parameters<typeof buildCommand<Flags, Args, TreeContext>>[0],
  );
}
