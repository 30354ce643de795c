// An answer as it is printed. Rule: bytes as they came for pipes and `--raw`, what can be read for terminals,
// one value for `--json`.

import type { CommandContext } from "../command.ts";
import { parseExactly } from "../json.ts";
import type { StreamResponse } from "../system.ts";
import { notJson } from "./answer.ts";
import type { Call } from "./call.ts";
import { type Bytes, forTerminal, textOf } from "./flow.ts";

/** How an answer is to be printed. */
export interface PrintFlags {
  readonly json?: boolean;
  readonly include?: boolean;
  readonly raw?: boolean;
}

/**
 * The bytes to print of a body.
 *
 * @throws {CliError} `unavailable` when one JSON value was asked for and the body is none.
 */
export async function* printedBody(
  body: Bytes,
  call: Call,
  response: StreamResponse,
  flags: PrintFlags,
  { system }: CommandContext,
): Bytes {
  if (flags.json) return yield* oneJsonValue(body, call, response, flags);
  if (flags.include) yield encoded(headOf(response));
  const isShown = system.terminal.stdout && !flags.raw;
  yield* isShown ? forTerminal(body) : body;
}

/** Items as one JSON array, or one a line; streamed. */
export async function* printedItems(items: AsyncIterable<unknown>, asLines: boolean): Bytes {
  let isFirst = true;
  for await (const item of items) {
    const before = asLines ? "" : isFirst ? "[" : ",\n";
    yield encoded(before + JSON.stringify(item) + (asLines ? "\n" : ""));
    isFirst = false;
  }
  if (!asLines) yield encoded(isFirst ? "[]\n" : "]\n");
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text as bytes. */
export function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The body as one JSON value on one line; with `--include` beside its status and headers. */
async function* oneJsonValue(
  body: Bytes,
  call: Call,
  { status, headers }: StreamResponse,
  { include }: PrintFlags,
): Bytes {
  const text = await textOf(body, Infinity);
  if (text !== "" && !isJson(text)) throw notJson(call);
  const value = text === "" ? null : parseExactly(text);
  const whole = include ? { status, headers: Object.fromEntries(headers), body: value } : value;
  yield encoded(JSON.stringify(whole) + "\n");
}

/** The status line and the headers; HTTP's version is not known here, so none is claimed. */
function headOf({ status, statusText, headers }: StreamResponse): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`);
  return [`HTTP ${status} ${statusText}`.trimEnd(), ...lines, "", ""].join("\r\n");
}
