// Words for people: times, durations, shortened ids, and text that came from elsewhere. Rule: pure.

/**
 * Text from elsewhere without control characters, so that it cannot steer a terminal: C0, C1, what turns the direction
 * of writing, and every other character that is invisible.
 */
export function flattenText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(unprintable(), "");
}

/**
 * Whether a text can name a profile. Lower case only: on a file system that does not tell `A` from `a`,
 * two profiles would share one login.
 */
export function isProfileName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name);
}

/** Text without what steers a terminal, its lines and columns as they were. */
export function stripControls(text: string): string {
  return text.replace(CONTROLS, (one) => one === "\n" || one === "\t" ? one : "");
}

/** JSON text with the same characters as escapes, which mean the same; no C0 character is in a string. */
export function escapeJson(text: string): string {
  return text.replace(
    CONTROLS,
    (one) => one === "\n" ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const CONTROLS =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** The usual text, for which the costly pattern need not be made. */
const PLAIN = /^[ -~]*$/;

let hidden: RegExp | undefined;

/** Besides them what no terminal shows, behind which a word looks the same and is another; costly to make. */
function unprintable(): RegExp {
  return hidden ??= new RegExp(`\\p{Default_Ignorable_Code_Point}|${CONTROLS.source}`, "gu");
}

/** The text as a sentence: a capital first, a full stop or a question mark last. */
export function asSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The text as one word of a shell command, quoted only where that is needed. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Paths that begin a word with the home directory, with `~` instead, as a shell understands it. */
export function withTilde(text: string, home: string): string {
  // in many containers it is the root, with which every path begins; a relative one names nothing
  if (home === "/" || !/^([a-z]:)?[/\\]/i.test(home)) return text;
  return text.split(`${home}/`).reduce((before, after) =>
    before + (/(^|[\s(])$/.test(before) ? "~/" : `${home}/`) + after
  );
}
