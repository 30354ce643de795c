// An answer as it is printed. Rule: bytes as they came for pipes and `--raw`, what can be read for terminals,
// one value for `--json`.

import type { CommandContext } from "../command.ts";
import { parseExactly } from "../json.ts";
import type { StreamResponse } from "../system.ts";
import { notJson } from "./answer.ts";
import type { Call } from "./call.ts";
import { escapedJson } from "../text.ts";
import { type Bytes, forTerminal, harmless, textOf } from "./flow.ts";

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
  const isShown = system.terminal.stdout && !flags.raw;
  const head = headOf(response);
  if (flags.include) yield encoded(isShown ? harmless(head) : head);
  yield* isShown ? forTerminal(body) : body;
}

/** Items as one JSON array, or one a line; streamed. */
export async function* printedItems(items: AsyncIterable<unknown>, asLines: boolean): Bytes {
  let isFirst = true;
  for await (const item of items) {
    const before = asLines ? "" : isFirst ? "[" : ",\n";
    yield encoded(before + escapedJson(JSON.stringify(item)) + (asLines ? "\n" : ""));
    isFirst = false;
  }
  if (!asLines) yield encoded(isFirst ? "[]\n" : "]\n");
}

/** The JSON value in a text, on one line; `undefined` when there is none that can be printed. */
export function jsonLine(text: string): string | undefined {
  try {
    return escapedJson(JSON.stringify(parseExactly(text)));
  } catch {
    return undefined;
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
  const value = text === "" ? "null" : jsonLine(text);
  if (value === undefined) throw notJson(call);
  const fields = JSON.stringify(Object.fromEntries(headers));
  const head = `{"status":${status},"headers":${escapedJson(fields)},"body":${value}}`;
  yield encoded(`${include ? head : value}\n`);
}

/** The status line and the headers; HTTP's version is not known here, so none is claimed. */
function headOf({ status, statusText, headers }: StreamResponse): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`);
  return [`HTTP ${status} ${statusText}`.trimEnd(), ...lines, "", ""].join("\r\n");
}
