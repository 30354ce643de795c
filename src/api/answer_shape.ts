// An answer in another shape than it came: all pages of a list, all chunks of a file, one JSON value, text for
// a terminal, a file, or the words of a refusal. Rule: loaded only for what is not a plain answer.

import { format } from "@std/fmt/bytes";
import { failureOf, notJson } from "./answer.ts";
import { isApiError } from "../provider/anaplan.ts";
import { type Answer, type Call, isSuccess } from "./call.ts";
import { chunksOf } from "./chunks.ts";
import {
  beginningOf,
  type Bytes,
  type Download,
  forTerminal,
  jsonBytes,
  wholeText,
  withProgress,
} from "./flow.ts";
import { isJson, onOneLine } from "./json_text.ts";
import { watchForMore } from "./more_pages.ts";
import { itemsOf } from "./pages.ts";
import type { CommandContext } from "../command.ts";
import type { NewFile } from "../files/new_file.ts";
import type { Settings } from "../settings/settings.ts";
import type { StreamResponse } from "../system/contract.ts";
import { stripControls } from "../base/words.ts";

export interface ShapeFlags {
  readonly json?: boolean;
  readonly include?: boolean;
  readonly raw?: boolean;
  /** All pages of a list, as one array, or with `lines` an item a line. */
  readonly paginate?: boolean;
  readonly lines?: boolean;
  readonly chunks?: boolean;
  /** The file to save the answer in. */
  readonly output?: string;
}

/** What is printed of an answer, and what becomes of it. */
export async function* shapeAnswer(
  call: Call,
  first: Answer,
  newFile: NewFile | undefined,
  flags: ShapeFlags,
  settings: Settings,
  context: CommandContext,
): Bytes {
  await using response = first;
  using file = newFile;
  if (!isSuccess(response.status)) { // the body of a refusal is printed, and then what it means
    const bytes = await beginningOf(response.body);
    const isEmpty = bytes.length === 0;
    const isFit = !flags.json || isEmpty || isJson(new TextDecoder().decode(bytes)); // else a proxy's page
    const isOwnWord = isApiError(response.status) && isFit;
    if (isOwnWord && !isEmpty) {
      yield* printableBody(ReadableStream.from([bytes]), call, response, flags, context);
    }
    throw failureOf(call, response, bytes, settings, isOwnWord);
  }
  const download: Download = { total: lengthOf(response, flags) };
  const { body, tell } = flags.paginate
    ? { body: printableItems(itemsOf(call, response, settings, context), flags.lines === true) }
    : flags.chunks
    ? { body: chunksOf(call, response, settings, context, download) }
    : watchForMore(call, response, context);
  if (file !== undefined) yield* writeToFile(body, file, response, flags, context, download);
  else if (flags.paginate) yield* body;
  else yield* printableBody(body, call, response, flags, context);
  await tell?.();
}

async function* writeToFile(
  body: Bytes,
  file: NewFile,
  response: Answer,
  flags: ShapeFlags,
  context: CommandContext,
  download: Download,
): Bytes {
  let length = 0;
  for await (const chunk of withProgress(body, download, context)) {
    file.write(chunk);
    length += chunk.length;
  }
  file.finish();
  const type = flags.chunks || flags.paginate ? null : response.headers.get("content-type");
  context.talk.say(`Saved ${format(length)} to ${flags.output}.`);
  const data = { output: flags.output, bytes: length, content_type: type };
  if (flags.json) yield* jsonBytes([JSON.stringify(data), "\n"]); // a type may hold anything
}

/** How long the body will be, in bytes, where that is known. */
function lengthOf({ headers }: Answer, flags: ShapeFlags): number | undefined {
  const length = headers.get("content-length");
  return flags.chunks || flags.paginate || length === null ? undefined : Number(length);
}

/**
 * The bytes to print of a body.
 *
 * @throws {CliError} `unavailable` when one JSON value was asked for and the body is not JSON.
 */
async function* printableBody(
  body: Bytes,
  call: Call,
  response: StreamResponse,
  flags: ShapeFlags,
  { system }: CommandContext,
): Bytes {
  if (flags.json) { // on one line; with `--include` beside its status and headers
    const text = await wholeText(body, call) || "null";
    if (!isJson(text)) throw notJson(call);
    const fields = JSON.stringify(Object.fromEntries(response.headers));
    const head = `{"status":${response.status},"headers":${fields},"body":`;
    return yield* jsonBytes(flags.include ? surround(head, text, "}\n") : surround("", text, "\n"));
  }
  const isTerminal = system.terminal.stdout;
  const head = headOf(response);
  if (flags.include) yield new TextEncoder().encode(isTerminal ? stripControls(head) : head); // --raw is about the body
  yield* isTerminal && !flags.raw ? forTerminal(body) : body;
}

/** Items, each a JSON text, as one JSON array or one a line; streamed. */
async function* printableItems(items: AsyncIterable<string>, asLines: boolean): Bytes {
  let isFirst = true;
  for await (const item of items) {
    yield* jsonBytes(surround(asLines ? "" : isFirst ? "[" : ",\n", item, asLines ? "\n" : ""));
    isFirst = false;
  }
  if (!asLines) yield new TextEncoder().encode(isFirst ? "[]\n" : "]\n");
}

function* surround(before: string, json: string, after: string): Generator<string> {
  yield before;
  yield* onOneLine(json);
  yield after;
}

/** The status line and the headers; HTTP's version is not known here, so none is claimed. */
function headOf({ status, statusText, headers }: StreamResponse): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`);
  return [`HTTP ${status} ${statusText}`.trimEnd(), ...lines, "", ""].join("\r\n");
}
