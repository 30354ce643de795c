// An answer as it is printed. Rule: bytes as they came for pipes and `--raw`, what can be read for terminals,
// one value for `--json`.

import type { CommandContext } from "../command.ts";
import type { StreamResponse } from "../system/contract.ts";
import { notJson } from "./answer.ts";
import type { Call } from "./call.ts";
import { stripControls } from "../base/text.ts";
import { type Bytes, forTerminal, jsonBytes, wholeText } from "./flow.ts";
import { isJson, onOneLine } from "./json_text.ts";

/** How an answer is to be printed. */
export interface PrintFlags {
  readonly json?: boolean;
  readonly include?: boolean;
  readonly raw?: boolean;
}

/**
 * The bytes to print of a body.
 *
 * @throws {CliError} `unavailable` when one JSON value was asked for and the body is not JSON.
 */
export async function* printableBody(
  body: Bytes,
  call: Call,
  response: StreamResponse,
  flags: PrintFlags,
  { system }: CommandContext,
): Bytes {
  if (flags.json) return yield* oneJsonValue(body, call, response, flags);
  const isTerminal = system.terminal.stdout;
  const head = headOf(response);
  if (flags.include) yield encodeText(isTerminal ? stripControls(head) : head); // --raw is about the body
  yield* isTerminal && !flags.raw ? forTerminal(body) : body;
}

/** Items, each a JSON text, as one JSON array or one a line; streamed. */
export async function* printableItems(items: AsyncIterable<string>, asLines: boolean): Bytes {
  let isFirst = true;
  for await (const item of items) {
    yield* jsonBytes(surround(asLines ? "" : isFirst ? "[" : ",\n", item, asLines ? "\n" : ""));
    isFirst = false;
  }
  if (!asLines) yield encodeText(isFirst ? "[]\n" : "]\n");
}

function* surround(before: string, json: string, after: string): Generator<string> {
  yield before;
  yield* onOneLine(json);
  yield after;
}

/** The text as bytes. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The body as one JSON value on one line; with `--include` beside its status and headers. */
async function* oneJsonValue(
  body: Bytes,
  call: Call,
  { status, headers }: StreamResponse,
  { include }: PrintFlags,
): Bytes {
  const text = await wholeText(body, call) || "null";
  if (!isJson(text)) throw notJson(call);
  const fields = JSON.stringify(Object.fromEntries(headers));
  const head = `{"status":${status},"headers":${fields},"body":`;
  yield* jsonBytes(include ? surround(head, text, "}\n") : surround("", text, "\n"));
}

/** The status line and the headers; HTTP's version is not known here, so none is claimed. */
function headOf({ status, statusText, headers }: StreamResponse): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`);
  return [`HTTP ${status} ${statusText}`.trimEnd(), ...lines, "", ""].join("\r\n");
}
