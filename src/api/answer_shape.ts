// An answer in another shape than it came: all pages of a list, all chunks of a file, one JSON value, text for
// a terminal, a file, or the words of a refusal. Rule: loaded only for what is not a plain answer.

import { format } from "@std/fmt/bytes";
import { failureOf, isApiError } from "./answer.ts";
import { type Answer, type Call, isSuccess } from "./call.ts";
import { chunksOf } from "./chunks.ts";
import { beginningOf, type Bytes, type Download, jsonBytes, withProgress } from "./flow.ts";
import { isJson } from "./json_text.ts";
import { watchForMore } from "./more_pages.ts";
import { itemsOf } from "./pages.ts";
import { printableBody, printableItems, type PrintFlags } from "./printable_answer.ts";
import type { CommandContext } from "../command.ts";
import type { NewFile } from "../files/new_file.ts";
import type { Settings } from "../settings/settings.ts";

/** The shape that is wanted. */
export interface ShapeFlags extends PrintFlags {
  /** All pages of a list, as one array, or with `lines` an item a line. */
  readonly paginate?: boolean;
  readonly lines?: boolean;
  /** All chunks of a file. */
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
  if (!isSuccess(response.status)) {
    return yield* errorAnswer(call, response, flags, settings, context);
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

/** The body of a refusal is printed, and then what it means. */
async function* errorAnswer(
  call: Call,
  response: Answer,
  flags: ShapeFlags,
  settings: Settings,
  context: CommandContext,
): Bytes {
  const bytes = await beginningOf(response.body);
  const isEmpty = bytes.length === 0;
  const isFit = !flags.json || isEmpty || isJson(new TextDecoder().decode(bytes)); // else a proxy's page
  const isOwnWord = isApiError(response.status) && isFit;
  if (isOwnWord && !isEmpty) {
    yield* printableBody(ReadableStream.from([bytes]), call, response, flags, context);
  }
  throw failureOf(call, response, bytes, settings, isOwnWord);
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
