// What a user may have meant. Rule: pure, and loaded only when a name was not found.

import { run, type Words } from "./words.ts";
import type { CliError } from "./errors.ts";
import { toKebabCase } from "./parse.ts";
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The shortest beginning of a name that counts as the name. */
const SHORTEST = 4;

/** The names nearest to what was typed, else those that begin with it; three at most. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const lower = typed.toLowerCase();
  const near = nearest(typed, names);
  const begun = names.filter((name) => lower.length >= SHORTEST && name.startsWith(lower));
  return (near.length === 0 ? begun : near).slice(0, 3);
}

/** The names that are nearest to what was typed, and at most two edits away. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const lower = typed.toLowerCase();
  const near = names
    .map((name) => ({ name, distance: levenshteinDistance(lower, name.toLowerCase()) }))
    .filter(({ distance, name }) => distance <= 2 && distance < name.length);
  const least = Math.min(...near.map(({ distance }) => distance));
  return near.filter(({ distance }) => distance === least).map(({ name }) => name);
}

/** `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" or ");
}

/** The end of a sentence that names what may have been meant; empty where nothing is near. */
export function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? "" : `; did you mean ${oneOf(near)}?`;
}

/** The error with the names that may have been meant, and what to type with the first of them. */
export function withNearNames(error: CliError, argv: readonly string[] = []): CliError {
  if (error.misspelled === undefined) return error;
  const { typed, names, flag } = error.misspelled;
  const near = nearNames(typed, names);
  const [guess] = near;
  if (guess === undefined) return error;
  const corrected = withGuess(argv, typed, guess) ??
    (flag === EVERYWHERE ? withFlag(argv, flag, guess) : undefined);
  const message = error.message + didYouMean(near);
  if (corrected !== undefined) return error.with({ message, next: corrected });
  return flag === undefined || flag === EVERYWHERE
    ? error.with({ message })
    : error.with({ next: `did you mean ${oneOf(near)}? Give it with ${flag}` });
}

/** The flag that every command has. */
const EVERYWHERE = "--profile";
/** A word that needs no quotes, and is no flag whose value may be a secret. */
const PLAIN = /^(?!-[Hd]|--(header|data|\w*-?(secret|token|password))(=|$))[\w@%+=:,./~-]+$/i;
/** What is longer is not typed again. */
const LONGEST = 160;

/** What was typed, with the guess in the place of the name that does not exist. */
function withGuess(argv: readonly string[], typed: string, guess: string): Words | undefined {
  const words = argv.map((word) => {
    if (word === typed || isFlag(word, typed)) return guess;
    if (word.startsWith(`${typed}=`)) return guess + word.slice(typed.length);
    return word.startsWith("--") && word.endsWith(`=${typed}`)
      ? word.slice(0, -typed.length) + guess
      : word;
  });
  return words.every((word, index) => word === argv[index]) ? undefined : typedAgain(words);
}

/** Whether a word is that flag in the spelling of the code, such as `--clientId`. */
function isFlag(word: string, flag: string): boolean {
  return word.startsWith("--") && `--${toKebabCase(word.slice(2))}` === flag;
}

/** What was typed, with a flag that overrides where the name came from. */
function withFlag(argv: readonly string[], flag: string, guess: string): Words | undefined {
  if (argv.length === 0) return undefined;
  const end = argv.indexOf("--");
  const words = [...argv];
  words.splice(end < 0 ? argv.length : end, 0, flag, guess);
  return typedAgain(words);
}

function typedAgain(words: readonly string[]): Words | undefined {
  const line = words.join(" ");
  return words.every((word) => PLAIN.test(word)) && line.length <= LONGEST ? run(line) : undefined;
}
