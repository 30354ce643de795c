// Bytes on their way from an API to the user. Rule: piece by piece, never whole, except where it has to be
// read before it can be shown.

import { format } from "@std/fmt/bytes";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { escapeJson, stripControls } from "../base/words.ts";
import { duration } from "../base/times.ts";
import type { Call } from "./call.ts";
import { indentJson, isJson } from "./json_text.ts";

export type Bytes = AsyncIterable<Uint8Array>;

/** What is read of an answer to show it nicely, or to find out what is wrong. */
const BEGINNING = 8_000_000;
/** What is held of an answer that has to be whole: in memory it can be six times as long. */
const LONGEST_WHOLE = 32_000_000;
const REDRAW_EVERY = 200;

/** The bytes of a body that is not too long. */
export async function beginningOf(body: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(new Uint8Array(chunk));
    length += chunk.length;
    if (length > BEGINNING) break;
  }
  return await new Blob(chunks).bytes();
}

/**
 * The text of a body that is of no use in part.
 *
 * @throws {CliError} `unavailable` when it is too long to be held.
 */
export async function wholeText(body: Bytes, { method, url }: Call): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > LONGEST_WHOLE) {
      throw new CliError(
        "unavailable",
        `Cannot ${method} ${url.host}${url.pathname}: the answer is longer than ${
          format(LONGEST_WHOLE)
        }, too long for --json and --paginate`,
        { next: "take it as it is, without these flags; or ask for less, such as with ?limit=" },
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** How much text is made into bytes at once. */
const AT_ONCE = 64 * 1024;
/** Parts of a text that are not longer than this, none with half of a character. */
const PARTS = new RegExp(`[^]{1,${AT_ONCE}}`, "gu");

/** Pieces of JSON text as bytes, without what steers a terminal. */
export function* jsonBytes(pieces: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const text of gatherPieces(pieces)) {
    for (const [part] of text.matchAll(PARTS)) yield encoder.encode(escapeJson(part));
  }
}

function* gatherPieces(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < AT_ONCE) continue;
    yield text;
    text = "";
  }
  yield text;
}

export interface Download {
  /** In bytes, if it is known. */
  total?: number | undefined;
  /** Which chunk of how many is on its way; the first is 1. */
  chunk?: { readonly at: number; readonly of: number };
}

/** The same bytes, while the user sees the progress. */
export async function* withProgress(
  body: Bytes,
  download: Download,
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
    talk.progress(progressLine(length, download, now - began));
  }
}

/** `chunk 3 of 8   6.1 of about 16.8 MB   4.2 MB/s   3 s left`, without what is unknown; `time` in milliseconds. */
export function progressLine(length: number, { total, chunk }: Download, time: number): string {
  const rate = length / Math.max(time, 1) * 1000;
  const isKnown = total !== undefined && total >= length;
  return [
    ...chunk === undefined ? [] : [`chunk ${chunk.at} of ${chunk.of}`],
    isKnown ? progressAmount(length, total, chunk !== undefined) : format(length),
    `${format(rate)}/s`,
    ...isKnown && rate > 0 ? [`${duration((total - length) / rate * 1000)} left`] : [],
  ].join("   ");
}

/** `6.1 of 16.8 MB`: the unit once, when it is the same. */
function progressAmount(length: number, total: number, isEstimate: boolean): string {
  const [number, unit] = format(length).split(" ");
  const all = format(total);
  const part = all.endsWith(` ${unit}`) ? number : format(length);
  return `${part} of ${isEstimate ? "about " : ""}${all}`;
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
    if (isLong) yield encoder.encode(stripControls(text));
    else {
      begun += text;
      isLong = begun.length > BEGINNING;
      if (isLong) yield encoder.encode(stripControls(begun));
    }
  }
  if (isLong || begun === "") return;
  if (isJson(begun)) {
    yield* jsonBytes(indentJson(begun));
    yield encoder.encode("\n");
  } else yield encoder.encode(stripControls(begun.endsWith("\n") ? begun : `${begun}\n`));
}

function noText(): CliError {
  return new CliError(
    "usage",
    "Cannot show the answer: it is not text, so a terminal cannot show it",
    { next: "save it with --output FILE, or give --raw" },
  );
}
