// What a question looks like. Rule: pure; one line a question once it is answered, and nothing about how
// keys are read.

import type { Choice, Question } from "./terminal_contract.ts";
import { wrapText } from "../base/lines.ts";

/** How far a person is with their answer. */
export interface Answering {
  readonly typed: string;
  /** The typed text with a cursor in it, masked where it is hidden. */
  readonly withCursor: string;
  /** Which of the matching choices is pointed at. */
  readonly at: number;
  readonly problem: string | undefined;
}

/** From this width on, an answer is beside its question. */
const WIDE = 50;
/** Where the answers begin. */
const LABEL_WIDTH = 15;
/** How many choices are seen at a time. */
const WINDOW = 7;

/** The choices that what was typed leaves; all, while nothing is typed. */
export function matchingChoices(question: Question, typed: string): readonly Choice[] {
  const { choices = [] } = question;
  const words = typed.toLowerCase().split(/\s+/);
  const meant = question.meant?.(typed)?.values;
  if (meant !== undefined) return choices.filter(({ value }) => meant.includes(value));
  const fits = choices.filter(({ value, note }) => {
    const text = `${value} ${note}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const exact = fits.filter(({ value }) => value === typed.trim().toLowerCase());
  return question.open && typed.trim() !== "" ? [] : exact.length > 0 ? exact : fits;
}

/** Where to point first: at the initial answer. */
export function startOf({ choices = [], initial }: Question): number {
  return Math.max(0, choices.findIndex(({ value }) => value === initial));
}

/** The answer that Enter gives now, without blanks around it. */
export function answerOf(question: Question, { typed, at }: Answering): string {
  const chosen = matchingChoices(question, typed)[at]?.value;
  return chosen ?? (typed.trim() || (question.initial ?? ""));
}

/** What keeps that answer from being one, in words. */
export function problemOf(question: Question, answering: Answering): string | undefined {
  const { choices = [], open = false } = question;
  if (choices.length > 0 && !open && matchingChoices(question, answering.typed).length === 0) {
    return "Nothing matches that.";
  }
  return question.problem?.(answerOf(question, answering));
}

/** The question while it is asked. */
export function openFrame(question: Question, answering: Answering, columns: number): string {
  const { typed, withCursor, problem } = answering;
  const ghost = typed === "" && !question.hidden && question.choices === undefined
    ? question.initial ?? ""
    : "";
  const faint = (text: string): string => question.plain ? text : `\x1b[2m${text}\x1b[22m`;
  const indent = columns >= WIDE ? LABEL_WIDTH : 2;
  const room = columns - indent;
  const under = [
    ...problem === undefined ? [] : wrapText(problem, room),
    ...wrapText(question.meant?.(typed)?.note ?? "", room).filter(Boolean),
    ...choiceLines(question, answering, room),
    ...wrapText(hintOf(question), room).map(faint),
  ];
  const beside = withCursor + (ghost === "" ? "" : ` ${faint(ghost)}`);
  return [
    ...linesAbove(question, columns),
    labelAnswer(question.text, beside, columns),
    ...under.map((line) => " ".repeat(indent) + line),
  ].join("\n");
}

function hintOf({ choices = [], open, hint = "", above = [] }: Question): string {
  const keys = choices.length === 0 || open ? "" : "Type to search, or use the arrows; then Enter.";
  const back = above.length === 0 ? "" : "Esc goes back.";
  return [hint, keys, back].filter(Boolean).join(" ");
}

/** What stays of the question once it is answered; empty when that is nothing. */
export function answeredFrame(question: Question, answer: string, columns: number): string {
  const shown = question.shown?.(answer);
  if (shown === undefined) return "";
  return [...linesAbove(question, columns), labelAnswer(question.text, shown, columns)].join("\n");
}

/** What stays of a question that the user no longer answers. */
export function abandonedFrame(question: Question, columns: number): string {
  return [...linesAbove(question, columns), question.text].join("\n");
}

function linesAbove({ above = [] }: Question, columns: number): string[] {
  return above.map(({ text, shown }) => labelAnswer(text, shown, columns));
}

/** The question with its answer beside it, or below where the terminal is narrow. */
function labelAnswer(text: string, answer: string, columns: number): string {
  if (columns >= WIDE) return `${text.padEnd(LABEL_WIDTH - 2)}  ${answer}`.trimEnd();
  return `${text}\n  ${answer}`.trimEnd();
}

function choiceLines(question: Question, { typed, at }: Answering, columns: number): string[] {
  const choices = matchingChoices(question, typed);
  const from = Math.max(0, Math.min(at - Math.floor(WINDOW / 2), choices.length - WINDOW));
  const width = Math.max(0, ...choices.map(({ value }) => value.length));
  const lines = choices.slice(from, from + WINDOW).map(({ value, note }, index) => {
    const pointer = from + index === at ? "›" : " ";
    const whole = `${pointer} ${value.padEnd(width)}  ${note}`.trimEnd();
    return whole.length <= columns ? whole : cutToWidth(`${pointer} ${value}`, columns);
  });
  const rest = choices.length - from - lines.length;
  return [...lines, ...rest > 0 ? [`  and ${rest} more`] : []];
}

/** The text on one line, its end left out where that is needed. */
export function cutToWidth(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
