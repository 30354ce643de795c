// api: calls an Anaplan API with the login's token.

import { format } from "@std/fmt/bytes";
import { run } from "../base/advice.ts";
import type { TokenScheme } from "../provider/belonging.ts";
import { failureOf, isGood, isRefusal } from "../api/answer.ts";
import { bodyOf } from "../api/body.ts";
import { type Answer, type Call, send } from "../api/call.ts";
import { chunksOf } from "../api/chunks.ts";
import { beginningOf, type Bytes, type Download, jsonBytes, withProgress } from "../api/flow.ts";
import { callHeaders } from "../api/headers.ts";
import { isJson } from "../api/json_text.ts";
import { watched } from "../api/more.ts";
import { itemsOf } from "../api/pages.ts";
import { printedBody, printedItems, type PrintFlags } from "../api/printed.ts";
import { targetOf } from "../api/target.ts";
import type { CommandContext, CommonFlags, Streamed } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { createNamedFile, type NewFile } from "../files/named_file.ts";
import { loadSettings, type Settings } from "../settings/settings.ts";

/** The flags of `api`. */
export interface ApiFlags extends CommonFlags, PrintFlags {
  readonly method?: string;
  /** A text, `@FILE`, or `-` for stdin. */
  readonly data?: string;
  /** Each `Name: value`. */
  readonly header?: readonly string[];
  readonly scheme?: TokenScheme;
  /** All pages of a list, as one array, or with `lines` an item a line. */
  readonly paginate?: boolean;
  readonly lines?: boolean;
  /** All chunks of a file. */
  readonly chunks?: boolean;
  /** The file to save the answer in. */
  readonly output?: string;
}

/** Calls the API and gives its answer on as it comes; a refusal's body, too. */
export async function api(
  flags: ApiFlags,
  context: CommandContext,
  place: string,
): Promise<Streamed> {
  assertTogether(flags);
  const settings = loadSettings(flags, context.system);
  const call = await callOf(place, flags, settings, context);
  using undo = new DisposableStack();
  const file = fileFor(flags, context); // an answer that cannot be saved is not asked for
  if (file !== undefined) undo.use(file);
  const response = await send(call, settings, context); // before anything is printed
  undo.move();
  const stream = answer(call, response, file, flags, settings, context);
  return { kind: "stream", stream };
}

function fileFor({ output }: ApiFlags, { system }: CommandContext): NewFile | undefined {
  if (output === undefined || output === "-") return undefined;
  return createNamedFile(system.absolutePath(output));
}

async function callOf(
  place: string,
  flags: ApiFlags,
  settings: Settings,
  { system }: CommandContext,
): Promise<Call> {
  const { url, scheme } = targetOf(place, settings);
  const body = flags.data === undefined ? undefined : await bodyOf(flags.data, system);
  return {
    method: methodOf(flags),
    url,
    scheme: flags.scheme ?? scheme,
    headers: callHeaders(flags.header ?? [], body !== undefined),
    body,
  };
}

async function* answer(
  call: Call,
  first: Answer,
  newFile: NewFile | undefined,
  flags: ApiFlags,
  settings: Settings,
  context: CommandContext,
): Bytes {
  await using response = first;
  using file = newFile;
  if (!isGood(response.status)) return yield* refusal(call, response, flags, settings, context);
  const download: Download = { total: lengthOf(response, flags) };
  const { body, tell } = flags.paginate
    ? { body: printedItems(itemsOf(call, response, settings, context), flags.lines === true) }
    : flags.chunks
    ? { body: chunksOf(call, response, settings, context, download) }
    : watched(call, response, context);
  if (file !== undefined) yield* toFile(body, file, response, flags, context, download);
  else if (flags.paginate) yield* body;
  else yield* printedBody(body, call, response, flags, context);
  tell?.();
}

/** The body of a refusal is printed, and then what it means. */
async function* refusal(
  call: Call,
  response: Answer,
  flags: ApiFlags,
  settings: Settings,
  context: CommandContext,
): Bytes {
  const bytes = await beginningOf(response.body);
  const isEmpty = bytes.length === 0;
  const isFit = !flags.json || isEmpty || isJson(new TextDecoder().decode(bytes)); // else a proxy's page
  const isOwnWord = isRefusal(response.status) && isFit;
  if (isOwnWord && !isEmpty) {
    yield* printedBody(ReadableStream.from([bytes]), call, response, flags, context);
  }
  throw failureOf(call, response, bytes, settings, isOwnWord);
}

async function* toFile(
  body: Bytes,
  file: NewFile,
  response: Answer,
  flags: ApiFlags,
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
function lengthOf({ headers }: Answer, flags: ApiFlags): number | undefined {
  const length = headers.get("content-length");
  return flags.chunks || flags.paginate || length === null ? undefined : Number(length);
}

function methodOf({ method, data }: ApiFlags): string {
  return (method ?? (data === undefined ? "GET" : "POST")).toUpperCase();
}

/** Flags that mean nothing together are said so, not ignored. */
function assertTogether(flags: ApiFlags): void {
  const { paginate, chunks, include, raw, lines, json, output, data } = flags;
  const method = methodOf(flags);
  const toFile = output !== undefined && output !== "-";
  const list = paginate ? "--paginate" : "--chunks";
  const clashes: readonly (readonly [clash: boolean | undefined, words: string])[] = [
    [paginate && chunks, "--paginate with --chunks"],
    [(paginate || chunks) && include, `${list} with --include`],
    [paginate && raw, "--paginate with --raw"],
    [(paginate || chunks) && method !== "GET", `${list} with anything but GET`],
    [["GET", "HEAD"].includes(method) && data !== undefined, `--data with ${method}`],
    [!/^[A-Z]+$/.test(method) || ["CONNECT", "TRACE", "TRACK"].includes(method), "this --method"],
    [lines && !paginate, "--lines without --paginate"],
    [lines && json, "--lines with --json"],
    [chunks && json && !toFile, "--chunks with --json, without --output"],
    [include && toFile, "--include with --output"],
    [raw && json, "--raw with --json"],
  ];
  const found = clashes.find(([clash]) => clash);
  if (found === undefined) return;
  throw new CliError("usage", `Cannot use ${found[1]}`, { next: run("api --help") });
}
