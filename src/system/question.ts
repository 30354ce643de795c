// Asks one question, on the screen's last lines. Rule: whatever the answer is, the terminal is left as it
// was found.

import type { TextPrompt } from "@clack/core";
import { CliError } from "../base/errors.ts";
import type { Question } from "./terminal_contract.ts";
import { flattenText } from "../base/words.ts";
import { nextKeys, rawKeys, wantsPlainLines, write } from "./keyboard.ts";
import {
  abandonedFrame,
  answeredFrame,
  type Answering,
  answerOf,
  matchingChoices,
  openFrame,
  problemOf,
  startOf,
} from "./question_frame.ts";

/** See {@link Terminal.ask}. */
export async function ask({ initial, ...rest }: Question): Promise<string | undefined> {
  // what is offered may come from a file
  const question = initial === undefined ? rest : { ...rest, initial: flattenText(initial) };
  question.signal.throwIfAborted();
  if (wantsPlainLines()) return await (await import("./plain_question.ts")).askPlainly(question);
  const [clack, { PassThrough }, { default: process }] = await Promise.all([
    import("@clack/core"),
    import("node:stream"),
    import("node:process"),
  ]);
  const input = new PassThrough(); // node's own stdin keeps a read open, which would swallow the next key
  const columns = (): number => clack.getColumns(process.stderr);
  const asked = questionState(question);
  const prompt: TextPrompt = new clack.TextPrompt({
    input,
    output: process.stderr,
    signal: question.signal,
    validate: () => problemOf(question, asked.of(prompt)),
    render: () => asked.frame(prompt, columns()),
  });
  prompt.on("userInput", (typed) => asked.search(typed));
  prompt.on("key", (_, key) => asked.take(prompt, key));
  await readAnswer(prompt, input, question.signal);
  if (asked.leaving === "end") throw interruptedError();
  const answer = answerOf(question, asked.of(prompt));
  const isEmptyFrame = asked.leaving === "back" ||
    answeredFrame(question, answer, columns()) === "";
  if (isEmptyFrame) write("\x1b[1A\r\x1b[J"); // clack ends every frame with a line break
  return asked.leaving === "back" ? undefined : answer;
}

/** Runs the prompt on the keys that are typed until it has its answer, or the user has left it. */
async function readAnswer(
  prompt: TextPrompt,
  input: { write(text: string): unknown },
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  using _raw = rawKeys("key");
  const answer = prompt.prompt();
  const keys = feed(input, AbortSignal.any([done.signal, signal]));
  try {
    await Promise.race([answer, keys]);
  } finally {
    done.abort();
    await Promise.allSettled([keys]);
  }
  signal.throwIfAborted();
}

async function feed(input: { write(text: string): unknown }, signal: AbortSignal): Promise<void> {
  while (true) {
    const keys = await nextKeys(signal);
    if (keys === undefined) throw interruptedError(); // the terminal has hung up
    input.write(keys);
  }
}

interface QuestionState {
  readonly leaving: "back" | "end" | undefined;
  of(prompt: TextPrompt): Answering;
  search(typed: string): void;
  take(prompt: TextPrompt, key: Key): void;
  frame(prompt: TextPrompt, columns: number): string;
}

interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What clack does not know about a question: where its choices are, and how it is left. */
function questionState(question: Question): QuestionState {
  let at = startOf(question);
  let searched = "";
  let leaving: QuestionState["leaving"];
  return {
    get leaving() {
      return leaving;
    },
    of: (prompt) => ({
      typed: prompt.userInput,
      withCursor: question.hidden
        ? `${"•".repeat(prompt.userInput.length)}█`
        : prompt.userInputWithCursor,
      at,
      problem: prompt.state === "error" ? prompt.error : undefined,
    }),
    search(typed) {
      if (typed !== searched) at = typed === "" ? startOf(question) : 0; // clack reports every key
      searched = typed;
    },
    take(prompt, { name, ctrl }) {
      const { length } = matchingChoices(question, prompt.userInput);
      if (name === "up") at = (at + length - 1) % Math.max(1, length);
      if (name === "down") at = (at + 1) % Math.max(1, length);
      if (name === "escape") leaving = "back";
      const isEnd = ctrl === true && (name === "c" || (name === "d" && prompt.userInput === ""));
      if (isEnd) leaving = "end";
      if (leaving !== undefined) prompt.state = "cancel";
    },
    frame(prompt, columns) {
      if (leaving === "back") return "";
      if (prompt.state === "cancel") return abandonedFrame(question, columns);
      const answering = this.of(prompt);
      if (prompt.state !== "submit") return openFrame(question, answering, columns);
      return answeredFrame(question, answerOf(question, answering), columns);
    },
  };
}

function interruptedError(): CliError {
  return new CliError("interrupted", "Interrupted; nothing was saved");
}
