// The command `complete`: a shell's script, or the answer to that script. Rule: once a person presses
// Tab nothing fails: whatever goes wrong is an answer without candidates.

import type { CommandContext, CommonFlags, Verbatim } from "../../command.ts";
import { run, words } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { type Proposal, propose } from "./candidates.ts";
import { SCRIPTS, type Shell, SHELLS } from "./completion_scripts.ts";

/** The script of a shell; with what its script has sent behind the name, the candidates instead. */
export async function complete(
  _flags: CommonFlags,
  context: CommandContext,
  shell = "",
  ...sent: readonly string[]
): Promise<Verbatim> {
  if (!isShell(shell)) throw await unknownShellError(shell);
  const text = sent.length === 0 ? SCRIPTS[shell] : await answer(shell, sent, context);
  return { kind: "verbatim", text, data: text };
}

function isShell(name: string): name is Shell {
  return Object.hasOwn(SHELLS, name);
}

async function unknownShellError(shell: string): Promise<CliError> {
  const { nearNames } = await import("../../base/near_names.ts");
  const names = Object.keys(SHELLS);
  const [near = "bash"] = nearNames(shell, names);
  return new CliError("usage", `Cannot print completions for "${shell}"`, {
    next: words`give one of ${names.join(" ")}, such as ${run(`complete ${near}`)}`,
    misspelled: { typed: shell, names },
  });
}

async function answer(
  shell: Shell,
  sent: readonly string[],
  { system }: CommandContext,
): Promise<string> {
  try {
    const words = typedWords(shell, sent);
    if (shell === "bash" && isRedirection(words)) return ":file";
    return formatProposal(shell, sent, words, await propose(words, system));
  } catch {
    return ""; // a message would appear in the middle of the line that is being typed
  }
}

/** The words behind the program's name, the one that is being typed last. */
function typedWords(shell: Shell, sent: readonly string[]): string[] {
  const [first = "", second = ""] = sent;
  switch (shell) {
    case "bash":
      return wordsOf(second).slice(1);
    case "powershell": // in one word of letters and digits, since Windows changes any other on the way
      return new TextDecoder().decode(Uint8Array.fromBase64(first)).split("\n");
    case "fish": // takes the quotes off every word but the last
      return [...sent.slice(0, -1), wordsOf(sent.at(-1) ?? "").join(" ")];
    case "zsh":
      return [...sent];
  }
}

/** Whether the last word is where output goes or input comes from; the other shells know by themselves. */
function isRedirection(words: readonly string[]): boolean {
  const [before = "", word = ""] = words.slice(-2);
  return /^[\d&]?[<>]+$/.test(before) || /^[\d&]?[<>]/.test(word);
}

function formatProposal(
  shell: Shell,
  [replaced = ""]: readonly string[],
  words: readonly string[],
  proposal: Proposal,
): string {
  if (proposal.kind !== "words") return shell === "powershell" ? "" : `:${proposal.kind}`;
  const word = words.at(-1) ?? "";
  // bash replaces only what follows the last = or : of a word
  const kept = shell === "bash" && word.endsWith(replaced) ? word.length - replaced.length : 0;
  return proposal.candidates.map(({ value, description }) => {
    if (shell === "bash") return value.slice(kept);
    if (shell !== "zsh") return `${value}\t${description}`;
    const escaped = value.replace(/[\\:]/g, "\\$&");
    return description === "" ? escaped : `${escaped}:${description}`;
  }).join("\n");
}

const PARTS = /(\s+)|\\([^]?)|'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|[^\s\\'"]+/g;

/**
 * The words of an unfinished line as a POSIX shell reads them, without their quotes; the last one is
 * being typed and may be empty, and its quote may be open.
 */
export function wordsOf(line: string): string[] {
  const words = [""];
  for (const [part, blank, escaped, single, double] of line.trimStart().matchAll(PARTS)) {
    if (blank !== undefined) words.push("");
    else {
      words[words.length - 1] += escaped ?? single ??
        double?.replace(/\\(["\\$`])/g, "$1") ?? part;
    }
  }
  return words;
}
