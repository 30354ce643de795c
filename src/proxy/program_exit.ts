// The reply of a command that ran a program. Rule: the program's streams and its exit code are all there is to it.

import type { Exit, Talk } from "../command.ts";
import { shell, shellWord, words } from "../base/words.ts";
import type { NotRunReason } from "../system/contract.ts";

/** What a shell answers for a program that it cannot run (POSIX, 2.8.2). */
const EXIT_CODES_OF_A_SHELL: Readonly<Record<NotRunReason, number>> = {
  "not executable": 126,
  "not found": 127,
};

/** The program's exit code, or a shell's when it could not run: then the user learns why. */
export function programExit(
  [program = ""]: readonly string[],
  ended: number | NotRunReason,
  { insist }: Talk,
): Exit {
  if (typeof ended === "number") return { kind: "exit", code: ended };
  insist(
    ended === "not found"
      ? `Cannot run ${program}: there is no such program.\nNext: check its name and PATH`
      : words`Cannot run ${program}: it cannot be executed.\nNext: ${
        shell(`chmod +x ${shellWord(program)}`)
      }, or name its interpreter`,
  );
  return { kind: "exit", code: EXIT_CODES_OF_A_SHELL[ended] };
}
