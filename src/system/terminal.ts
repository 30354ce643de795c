// Reads what a person types or pastes while something else may end the wait. Rule: however it ends, the
// terminal is left as it was found.

import { CliError } from "../base/errors.ts";
import type { LinePrompt } from "./terminal_contract.ts";
import { canDraw, columns, screen } from "./surroundings.ts";
import { flattenText } from "../base/words.ts";
import { type LineEditor, lineEditor, nextKeys, rawKeys, whenAborted, write } from "./keyboard.ts";
import { cutToWidth } from "./question_frame.ts";

const BRACKETED_PASTE_ON = "\x1b[?2004h";
const BRACKETED_PASTE_OFF = "\x1b[?2004l";
const CTRL_D = "\x04";
const PIPE_LIMIT = 64 * 1024;

/** See {@link Terminal.readLine}. */
export async function readLine(prompt: LinePrompt): Promise<string> {
  prompt.signal.throwIfAborted();
  const input = lineEditor();
  using _raw = rawKeys("signal");
  using _screen = takeScreen();
  using drawing = canDraw() ? drawInPlace(prompt, input) : drawOnce(prompt);
  return await typedLine(input, drawing.draw, prompt);
}

function takeScreen(): Disposable {
  const before = screen.isTaken;
  screen.isTaken = true;
  return { [Symbol.dispose]: () => void (screen.isTaken = before) };
}

/** See {@link Terminal.readPipe}. */
export async function readPipe(signal: AbortSignal): Promise<string | undefined> {
  let text = "";
  while (text.length < PIPE_LIMIT) {
    const more = await nextKeys(signal);
    if (more === undefined) return text === "" ? undefined : text;
    text += more;
    const end = text.search(/\S[^\S\n]*\n/); // blank lines before the answer are forgiven
    if (end >= 0) return text.slice(0, end + 1);
  }
  return text;
}

interface Drawing extends Disposable {
  draw(): void;
}

/** A few lines, drawn over the lines before, every second and at every key, and erased at the end. */
function drawInPlace(prompt: LinePrompt, input: LineEditor): Drawing {
  let up = "";
  const draw = (): void => {
    const lines = frame(prompt, input.text);
    write(`${up}\r${lines.map((line) => `\x1b[2K${line}`).join("\r\n")}\x1b[J`);
    up = lines.length > 1 ? `\x1b[${lines.length - 1}A` : "";
  };
  write(BRACKETED_PASTE_ON);
  draw();
  const clock = setInterval(draw, 1_000);
  return {
    draw,
    [Symbol.dispose]() {
      clearInterval(clock);
      write(`${up}\r\x1b[J${BRACKETED_PASTE_OFF}`);
    },
  };
}

/** For a terminal that cannot take back what it shows. */
function drawOnce({ above, prompt }: LinePrompt): Drawing {
  write(`${above === undefined ? "" : `${above(columns() ?? 80)}\n`}${prompt}`);
  return { draw: () => {}, [Symbol.dispose]: () => write("\n") };
}

function frame({ above, prompt }: LinePrompt, typed: string): readonly string[] {
  const width = (columns() ?? 80) - 1;
  const lines = above?.(width).split("\n") ?? [];
  return [...lines, prompt + flattenText(typed)].map((line) => cutToWidth(line, width)); // pasted from anywhere
}

async function typedLine(
  input: LineEditor,
  draw: () => void,
  { signal, isOneOfSeveral = false }: LinePrompt,
): Promise<string> {
  while (true) {
    const keys = await nextKeys(signal);
    const isEnd = keys === undefined || (keys === CTRL_D && input.text === "");
    if (isEnd && !isOneOfSeveral) throw new CliError("interrupted", "Interrupted");
    if (keys === undefined) return await whenAborted(signal); // hung up; the other ways go on
    if (input.take(keys)) return input.text;
    draw();
  }
}
