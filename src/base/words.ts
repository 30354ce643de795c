// What is said to a person: text, the commands in it as data, and text from elsewhere made harmless. Rule: pure; which
// words a command of ours begins with is for cli/print.ts to say, and no text is ever treated as a command.

/** A command of this program. */
export interface Run {
  /** Such as `profile list`; empty for the program itself. */
  readonly command: string;
  /** The profile that it is for; `null` for the one in use, which the session fills in. */
  readonly profile?: string | null;
  /** What follows the profile. */
  readonly flags?: string;
}

/** A command line for the shell, of another program. */
export interface Shell {
  readonly shell: string;
}

/** A part of what is said: a text, or a command to type. */
export type Piece = string | Run | Shell;

/** What is said to a person. */
export type Words = Piece | readonly Piece[];

/** A command of this program. */
export function run(command: string, details: Omit<Run, "command"> = {}): Run {
  return { command, ...details };
}

/** What the user types for this program. */
export const PROGRAM: Run = run("");

/** The sign-in to the profile that is in use. */
export function signIn(flags?: string): Run {
  return { command: "login", profile: null, ...(flags === undefined ? {} : { flags }) };
}

/** A command line of another program. */
export function shell(line: string): Shell {
  return { shell: line };
}

/** The tag of a text with commands in it: ``words`${run("login")}, and finish there` ``. */
export function words(texts: TemplateStringsArray, ...between: readonly Words[]): readonly Piece[] {
  return texts.flatMap((text, index) => [text, ...piecesOf(between[index] ?? "")])
    .filter((piece) => piece !== "");
}

/** The parts of what is said. */
export function piecesOf(said: Words): readonly Piece[] {
  return Array.isArray(said) ? said : [said as Piece];
}

/** What is said as one text, with the words that a command of ours begins with, and `blank` between those of any. */
export function formatWords(said: Words, program = "anaplan-auth", blank = " "): string {
  return piecesOf(said).map((piece) =>
    typeof piece === "string" ? piece : formatCommand(piece, program).replaceAll(" ", blank)
  ).join("");
}

function formatCommand(piece: Run | Shell, program: string): string {
  if ("shell" in piece) return piece.shell;
  const { command, profile, flags } = piece;
  const named = profile && profile !== "default" ? `--profile ${profile}` : "";
  return [program, command, named, flags].filter(Boolean).join(" ");
}

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
  if (PLAIN_LINES.test(text)) return text;
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
/** The usual text, for which the costly patterns need not be made. */
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[\n -~]*$/;

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
  if (!text.includes(`${home}/`)) return text;
  // in many containers it is the root, with which every path begins; a relative one names nothing
  if (home === "/" || !/^([a-z]:)?[/\\]/i.test(home)) return text;
  return text.split(`${home}/`).reduce((before, after) =>
    before + (/(^|[\s(])$/.test(before) ? "~/" : `${home}/`) + after
  );
}
