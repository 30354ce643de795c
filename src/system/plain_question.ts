// Asks one question on a terminal that shows lines and nothing else, or to a screen reader. Rule: no
// control sequence, and what was written stays as it is.

import { CliError } from "../base/errors.ts";
import type { Question } from "./terminal_contract.ts";
import { columns } from "./surroundings.ts";
import { fitLines } from "../base/lines.ts";
import { lineEditor, nextKeys, rawKeys, write } from "./keyboard.ts";
import { type Answering, answerOf, matchingChoices, problemOf } from "./question_frame.ts";

/** What takes a person back where Escape cannot be typed. */
const BACK = "<";

/** See {@link Terminal.ask}. */
export async function askPlainly(question: Question): Promise<string | undefined> {
  const { text, hint, initial, choices = [], above = [], recap = false } = question;
  const answers = recap ? above.map(({ text, shown }) => `${text}: ${shown}`) : [];
  const values = choices.map(({ value, note }) => `  ${value}  ${note}`.trimEnd());
  const lines = [...answers, text, ...values, ...hint === undefined ? [] : [`  ${hint}`]];
  write(fitLines(lines.join("\n"), columns() ?? 80) + "\n");
  while (true) {
    const offered = initial === undefined || question.hidden ? "" : ` (${initial})`;
    const typed = (await line(question, `Answer${offered}, or ${BACK} to go back: `)).trim();
    if (typed === BACK) return undefined;
    // here nothing points at a choice but its name
    const fits = matchingChoices(question, typed);
    const at = typed === "" ? fits.findIndex(({ value }) => value === initial) : 0;
    const answering: Answering = { typed, withCursor: "", at, problem: undefined };
    const isUnclear = typed !== "" && fits.length > 1;
    const problem = isUnclear
      ? `Several choices fit. Type one of them: ${fits.map(({ value }) => value).join(", ")}`
      : problemOf(question, answering);
    if (problem === undefined) return answerOf(question, answering);
    write(`${problem}\n`);
  }
}

async function line({ hidden, signal }: Question, prompt: string): Promise<string> {
  using _raw = hidden ? rawKeys("signal") : undefined;
  write(prompt); // not before a key that is typed at once would stay unseen
  const editor = lineEditor();
  try {
    while (true) {
      const keys = await nextKeys(signal);
      if (keys === undefined) throw new CliError("interrupted", "Interrupted; nothing was saved"); // hung up
      if (!editor.take(keys)) continue;
      if (hidden) write("\n");
      return editor.text;
    }
  } catch (error) {
    write("\n"); // what comes next begins on a line of its own
    throw error;
  }
}
