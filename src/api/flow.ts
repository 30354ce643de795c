// Bytes on their way from an API to the person. Rule: piece by piece, never whole, except where it has to be
// read before it can be shown.

import { format } from "@std/fmt/bytes";
import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import { parseExactly } from "../json.ts";
import { escapedJson, unsteering } from "../text.ts";

/** Bytes on their way. */
export type Bytes = AsyncIterable<Uint8Array>;

/** What is read whole, at most: to be shown nicely, or to find out what is wrong. */
const WHOLE = 8 * 1024 * 1024;
const REDRAW_EVERY = 200;

/** The bytes of a body, as far as it is not too long. */
export async function wholeOf(body: Bytes, limit = WHOLE): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(new Uint8Array(chunk));
    length += chunk.length;
    if (length > limit) break;
  }
  return await new Blob(chunks).bytes();
}

/** The same as a text. */
export async function textOf(body: Bytes, limit?: number): Promise<string> {
  return new TextDecoder().decode(await wholeOf(body, limit));
}

/** The same bytes, while the person sees how far they are. `total` in bytes, where it is known. */
export async function* withProgress(
  body: Bytes,
  total: number | undefined,
  { system, talk }: CommandContext,
): Bytes {
  const began = system.now();
  let drawn = began;
  let length = 0;
  for await (const chunk of body) {
    yield chunk;
    length += chunk.length;
    const now = system.now();
    if (now - drawn < REDRAW_EVERY) continue;
    drawn = now;
    talk.progress(progressLine(length, total, now - began));
  }
}

/** `34 MB of 200 MB (17%), 12.3 MB/s`. */
export function progressLine(length: number, total: number | undefined, time: number): string {
  const part = total === undefined || total < length
    ? ""
    : ` of ${format(total)} (${Math.floor(length / total * 100)}%)`;
  return `${format(length)}${part}, ${format(length / Math.max(time, 1) * 1000)}/s`;
}

/**
 * A body as a terminal can show it: JSON indented, other text without what steers a terminal.
 *
 * @throws {CliError} `usage` for what is no text.
 */
export async function* forTerminal(body: Bytes): Bytes {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let begun = "";
  let isLong = false;
  for await (const chunk of body) {
    if (chunk.includes(0)) throw noText();
    const text = decoder.decode(chunk, { stream: true });
    if (isLong) yield encoder.encode(harmless(text));
    else {
      begun += text;
      isLong = begun.length > WHOLE;
      if (isLong) yield encoder.encode(harmless(begun));
    }
  }
  if (!isLong && begun !== "") yield encoder.encode(readable(begun));
}

function readable(text: string): string {
  try {
    return escapedJson(JSON.stringify(parseExactly(text), undefined, 2)) + "\n";
  } catch {
    return harmless(text.endsWith("\n") ? text : `${text}\n`);
  }
}

/** Text without what steers a terminal, its lines and columns as they were. */
export function harmless(text: string): string {
  return text.split(/(\r?\n|\t)/).map((part, index) => index % 2 === 1 ? part : unsteering(part))
    .join("");
}

function noText(): CliError {
  return new CliError(
    "usage",
    "Cannot show the answer: it is no text, and would upset the terminal",
    {
      next: "save it with --output FILE, or give --raw",
    },
  );
}
