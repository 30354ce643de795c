// What was typed to say which login is meant, in each command that is to be typed next. Rule: pure, and loaded only when
// it was typed.

import { piecesOf, type Run, shellWord, type Words } from "../base/words.ts";

/**
 * What adds the `--config-dir` of the command line to the commands in a text; and `--profile default`, which need not
 * be typed otherwise, since another profile may be the one in use.
 */
export function carry(argv: readonly string[]): (said: Words) => Words {
  const directory = typedValue(argv, /^--config-?dir(=|$)/i);
  const isDefaultTyped = typedValue(argv, /^--profile(=|$)/) === "default";
  const flag = directory === undefined ? undefined : `--config-dir ${shellWord(directory)}`;
  return (said) =>
    piecesOf(said).map((piece) => {
      if (typeof piece !== "object" || !("command" in piece)) return piece;
      const carried = flag !== undefined && needs(piece) ? withFlag(piece, flag) : piece;
      const isAbout = isDefaultTyped && carried.profile === "default";
      return isAbout ? withFlag(carried, "--profile default") : carried;
    });
}

/** What was typed for a flag, the last time. */
function typedValue(argv: readonly string[], flag: RegExp): string | undefined {
  const end = argv.indexOf("--");
  const words = argv.slice(0, end < 0 ? argv.length : end);
  const at = words.findLastIndex((word) => flag.test(word));
  const [, value = words[at + 1]] = /=([^]*)/.exec(words[at] ?? "") ?? [];
  return at < 0 ? undefined : value;
}

/** The help reads no login, and a command line that is typed again has the flag. */
function needs({ command, flags = "" }: Run): boolean {
  return !/^(help|-.*)?$|^help |--help$|--config-?dir/i.test(`${command} ${flags}`.trim());
}

function withFlag(piece: Run, flag: string): Run {
  const [, own = "", rest = ""] = /^(.*?)( --(?: .*)?)?$/.exec(piece.command) ?? [];
  if (rest !== "") return { ...piece, command: `${own} ${flag}${rest}` };
  return { ...piece, flags: [flag, piece.flags].filter(Boolean).join(" ") };
}
