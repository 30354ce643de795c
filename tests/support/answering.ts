// A person at a terminal who gives the answers that a test has prepared.
// Rule: says nothing that was not prepared; what they were asked can be read.
import type { Question, Terminal } from "../../src/system/terminal_contract.ts";

/** What they say to a question: an answer, Enter alone, that they go back, or how they end it. */
export type Said = string | { readonly key: "Enter" | "Esc" } | Error;

/** Enter alone: what is offered. */
export const ENTER = { key: "Enter" } as const;
/** Back to the question before. */
export const ESC = { key: "Esc" } as const;

/** A person, and the questions that they heard. */
export interface Person {
  readonly terminal: Partial<Terminal>;
  readonly questions: readonly Question[];
  /** The first word or two of each question, without its flag. */
  asked(): string[];
}

/** A person who says these one after the other. */
export function answering(...answers: Said[]): Person {
  const questions: Question[] = [];
  const ask = (question: Question): Promise<string | undefined> => {
    questions.push(question);
    const said = answers.shift();
    if (said === undefined) return Promise.reject(new Error(`Unexpected: ${question.text}`));
    if (said instanceof Error) return Promise.reject(said);
    if (typeof said === "string") return Promise.resolve(said);
    return Promise.resolve(said.key === "Esc" ? undefined : question.initial ?? "");
  };
  return {
    questions,
    terminal: { stdin: true, stderr: true, ask },
    asked: () => questions.map(({ text }) => text.replace(/ \[.*| ?\?$/, "")),
  };
}
