// Words for people: times, durations, shortened ids, and text that came from elsewhere. Rule: pure.

/**
 * Text from a server or a URL without control characters, so that it cannot steer a terminal: C0, C1,
 * what turns the direction of writing, and every other character that is invisible.
 */
export function printable(text: string): string {
  return unsteering(text).slice(0, 300);
}

/** The same at any length. */
export function unsteering(text: string): string {
  return PLAIN.test(text) ? text : text.replace(unprintable(), "");
}

/**
 * What a server said, between marks that no sentence of ours has and that it cannot close. A terminal that
 * breaks it makes no line of ours of it: it has single blanks, and no label such as `Next:`.
 */
export function quoted(words: string): string {
  const plain = printable(words.replace(BLANKS, " ")).replace(BLANKS, " ");
  return `“${plain.replace(/[“”]/g, '"').replace(LABELS, "$1…")}”`;
}

const BLANKS = /[\s\u2800]+/g;
const LABELS = /(next|warning)\s*[:：∶ː꞉﹕︓]/gi;

/** Text without what steers a terminal, its lines and columns as they were. */
export function harmless(text: string): string {
  return text.replace(CONTROLS, (one) => one === "\n" || one === "\t" ? one : "");
}

/** JSON text with the same characters as escapes, which mean the same; none of C0 stands in a string. */
export function escapedJson(text: string): string {
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

/** The command that signs in to a profile. */
export function loginCommandOf(profile: string): string {
  return profile === "default" ? "anaplan-auth login" : `anaplan-auth login --profile ${profile}`;
}

/** How long, for people: `45 s`, `34 min`, `3 h`, `5 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** A duration as flags take it: `90s`, `12h`. */
export function flagTime(milliseconds: number): string {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000]] as const;
  const found = units.find(([, factor]) => milliseconds % factor === 0);
  const [unit, factor] = found ?? ["s", 1_000];
  return `${Math.round(milliseconds / factor)}${unit}`;
}

/** The time left as a clock shows it: `4:52`. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The local time of day, `14:35`; with the date when that is not today. */
export function clockTime(time: number, now: number): string {
  const full = dateTime(time);
  return full.slice(0, 10) === dateTime(now).slice(0, 10) ? full.slice(11) : full;
}

/** The local date and time: `2026-11-24 14:35`. By hand, since Intl costs milliseconds to load. */
export function dateTime(time: number): string {
  const date = new Date(time);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The time as JSON has it (ISO 8601). */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** Label and value lines with the values under each other; rows without a value are left out. */
export function table(
  rows: readonly (readonly [label: string, value: string | undefined])[],
): string {
  const cells = rows.map((row) => row.map((cell) => cell && unsteering(cell))); // a row is one line
  const width = Math.max(...cells.map(([label = ""]) => label.length)) + 2;
  return cells
    .filter(([, value]) => value !== undefined)
    .map(([label = "", value]) => label.padEnd(width) + value)
    .join("\n");
}

/**
 * The text with this program's name as the person types it: whoever runs the tasks of a checkout has
 * no `anaplan-auth` to type, and the tasks say so. What a server said stays as it said it.
 */
export function asTyped(text: string, command: string | undefined): string {
  if (command === undefined) return text;
  const isQuoted = (index: number): boolean => index % 2 === 1;
  return text.split(/(“[^”]*”)/)
    .map((part, index) => isQuoted(index) ? part : part.replace(TYPED, `${command} `))
    .join("");
}

/** The program's name where a command of it, or `<command>`, follows. */
const TYPED =
  /(?<![\w/.-])anaplan-auth (?=<|(?:login|whoami|refresh|status|logout|token|api|exec|proxy|profile|relay|cert|validate|doctor|complete|help)\b)/g;

/** The text with backticks around the commands in it, for a page that shows them as such. */
export function commandsMarked(text: string): string {
  return text.replace(COMMANDS, "`$&`");
}

/** A command ends where the sentence goes on. */
const COMMANDS = new RegExp(
  `(?:${TYPED.source}|(?<![^ (])(?:chmod|mv|rm) )[^,;()]*[^,;()\\s]`,
  "g",
);

/** The text as the terminal shows it: commands as they are typed, paths from the home directory. */
export function asShown(text: string, env: (name: string) => string | undefined): string {
  const home = env("HOME");
  const typed = asTyped(text, env(COMMAND_VARIABLE));
  return home === undefined ? typed : withTilde(typed, home);
}

/** The variable in which the tasks say how they are typed. */
export const COMMAND_VARIABLE = "ANAPLAN_AUTH_COMMAND";

/** The text on lines of at most `width` characters, as far as its words are shorter than that. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** The text with every line broken at its words where it is too long, and indented as it begins. */
export function fitted(text: string, width: number): string {
  return text.split("\n").flatMap((line) => {
    if (line.length <= width) return [line];
    const [indent = ""] = /^ *(\d\. )?/.exec(line) ?? [];
    const [first = "", ...others] = wrapped(line.slice(indent.length), width - indent.length);
    return [indent + first, ...others.map((other) => " ".repeat(indent.length) + other)];
  }).join("\n");
}

/** Paths that begin a word with the home directory, with `~` instead, as a shell understands it. */
export function withTilde(text: string, home: string): string {
  // in many containers it is the root, with which every path begins; a relative one names nothing
  if (home === "/" || !/^([a-z]:)?[/\\]/i.test(home)) return text;
  return text.split(`${home}/`).reduce((before, after) =>
    before + (/(^|[\s(])$/.test(before) ? "~/" : `${home}/`) + after
  );
}
