// The configuration directory that was typed, in each command that is to be typed next. Rule: pure, and loaded only
// when it was typed.

import { piecesOf, type Run, type Words } from "../base/advice.ts";
import { shellWord } from "../base/text.ts";

/** What adds the `--config-dir` of the command line to the commands in a text. */
export function carry(argv: readonly string[]): (said: Words) => Words {
  const flag = typedFlag(argv);
  if (flag === undefined) return (said) => said;
  return (said) =>
    piecesOf(said).map((piece) =>
      typeof piece === "object" && "command" in piece && needs(piece)
        ? withFlag(piece, flag)
        : piece
    );
}

/** The flag with its value, as a shell reads it. */
function typedFlag(argv: readonly string[]): string | undefined {
  const end = argv.indexOf("--");
  const words = argv.slice(0, end < 0 ? argv.length : end);
  const at = words.findLastIndex((word) => /^--config-?dir(=|$)/i.test(word));
  const [, value = words[at + 1]] = /=([^]*)/.exec(words[at] ?? "") ?? [];
  return value === undefined ? undefined : `--config-dir ${shellWord(value)}`;
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
