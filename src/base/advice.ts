// What a person can type or do, as data: text, and the commands in it. Rule: pure; which words a command of
// ours begins with is for cli/print.ts to say, and no text is ever treated as a command.

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
