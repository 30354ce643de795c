// Reads what a person types or pastes. Rule: however it ends, the terminal is left as it was found; where
// nothing can be drawn over, the cursor only ever goes on.

import type { LinePrompt, Question } from "../system.ts";
import { writeAll } from "./stream.ts";

const encoder = new TextEncoder();
const BRACKETED_PASTE_ON = "\x1b[?2004h";
const BRACKETED_PASTE_OFF = "\x1b[?2004l";
const PIPE_LIMIT = 64 * 1024;

/** See {@link Terminal.readLine}. */
export async function readLine(prompt: LinePrompt, canDraw: boolean): Promise<string> {
  prompt.signal.throwIfAborted();
  const input = lineEditor();
  const draw = canDraw ? () => write(frame(prompt, input.text)) : () => {};
  // cbreak: keys arrive at once and are not echoed, but Ctrl-C is still a signal. The kernel's own line
  // editing would cut a pasted line at 4,095 bytes and show the authorization code.
  Deno.stdin.setRaw(true, { cbreak: Deno.build.os !== "windows" });
  if (canDraw) write(BRACKETED_PASTE_ON + (prompt.above ? "\n" : ""));
  else write((prompt.above ? `${prompt.above()}\n` : "") + prompt.prompt);
  draw();
  const clock = setInterval(draw, 1_000);
  try {
    return await Promise.race([typedLine(input, draw), whenAborted(prompt.signal)]);
  } finally {
    clearInterval(clock);
    write(
      canDraw ? `\r\x1b[2K${prompt.above ? "\x1b[1A\x1b[2K" : ""}${BRACKETED_PASTE_OFF}` : "\n",
    );
    Deno.stdin.setRaw(false);
  }
}

/** See {@link Terminal.readPipe}. */
export function readPipe(signal: AbortSignal): Promise<string | undefined> {
  return Promise.race([firstLine(), whenAborted(signal)]);
}

/** See {@link Terminal.ask}. */
export async function ask(question: Question): Promise<string> {
  const [{ isCancel, password, text }, process] = await Promise.all([
    import("@clack/prompts"),
    import("node:process"),
  ]);
  const validate = (value: string | undefined): string | undefined =>
    question.required && !value?.trim() && question.initial === undefined
      ? "An answer is needed here"
      : undefined;
  const options = { message: question.text, validate, output: process.default.stderr };
  const answer = question.hidden ? await password(options) : await text({
    ...options,
    ...(question.initial === undefined
      ? {}
      : { placeholder: question.initial, defaultValue: question.initial }),
  });
  if (isCancel(answer)) throw await cancelled();
  return (answer ?? "").trim();
}

/** The same on a line of its own, for a terminal on which nothing can be drawn over. */
export async function askPlainly(question: Question, signal: AbortSignal): Promise<string> {
  const { text, hidden, initial, required } = question;
  const prompt = `${text}${initial === undefined ? "" : ` (${initial})`}: `;
  while (true) {
    const answer = hidden
      ? await readLine({ prompt, signal }, false)
      : await Promise.race([echoedLine(prompt), whenAborted(signal)]);
    if (answer === undefined) throw await cancelled();
    if (answer.trim() !== "" || initial !== undefined || !required) {
      return answer.trim() || (initial ?? "");
    }
  }
}

/** A line as the terminal itself edits and echoes it. */
async function echoedLine(prompt: string): Promise<string | undefined> {
  write(prompt);
  const buffer = new Uint8Array(4096);
  const length = await Deno.stdin.read(buffer);
  return length === null ? undefined : new TextDecoder().decode(buffer.subarray(0, length));
}

async function cancelled(): Promise<Error> {
  const { CliError } = await import("../errors.ts");
  return new CliError("interrupted", "Interrupted; nothing was saved", {
    signal: "SIGINT",
    next: "anaplan-auth login, when you are ready",
  });
}

/** Two lines at most, drawn over what stands there; each cut to the terminal's width. */
function frame(prompt: LinePrompt, typed: string): string {
  const width = columns() - 1;
  const above = prompt.above ? `\x1b[1A\r\x1b[2K${cut(prompt.above(), width)}\n` : "";
  return `${above}\r\x1b[2K${cut(prompt.prompt + typed, width)}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

interface LineEditor {
  text: string;
  /** Takes what was typed; true once the line was ended by Enter. */
  take(typed: string): boolean;
}

/** A line that knows Enter, Backspace, Ctrl-U, and pastes with line breaks in them. */
function lineEditor(): LineEditor {
  let isPaste = false;
  const editor: LineEditor = {
    text: "",
    take(typed) {
      // deno-lint-ignore no-control-regex
      for (const [key] of typed.matchAll(/\x1b\[[0-9;]*[ -\/]*[@-~]|\x1bO.|[^]/gu)) {
        if (key === "\x1b[200~" || key === "\x1b[201~") isPaste = key === "\x1b[200~";
        else if (key === "\r" || key === "\n") {
          if (!isPaste) return true;
        } else if (key === "\x7f" || key === "\b") {
          editor.text = Array.from(editor.text).slice(0, -1).join("");
        } else if (key === "\x15") editor.text = "";
        else if (key >= " " && !key.startsWith("\x1b")) editor.text += key;
      }
      return false;
    },
  };
  return editor;
}

async function typedLine(input: LineEditor, draw: () => void): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  while (true) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) return await new Promise<never>(() => {}); // hung up; the other ways go on
    if (input.take(decoder.decode(buffer.subarray(0, length), { stream: true }))) return input.text;
    draw();
  }
}

async function firstLine(): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  while (text.length < PIPE_LIMIT) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) return text === "" ? undefined : text;
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
    const end = text.search(/\S[^\S\n]*\n/); // blank lines before the answer are forgiven
    if (end >= 0) return text.slice(0, end + 1);
  }
  return text;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function write(text: string): void {
  writeAll(Deno.stderr, encoder.encode(text));
}
