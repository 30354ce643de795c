// api: calls an Anaplan API with the login's token. What a plain answer to a pipe needs is all that is loaded
// before it came.

import { run } from "../base/words.ts";
import type { TokenScheme } from "../provider/belonging.ts";
import { type Answer, type Call, callApi, isSuccess } from "../api/call.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import type { Bytes } from "../api/flow.ts";
import { callHeaders } from "../provider/api_headers.ts";
import { watchForMore } from "../api/more_pages.ts";
import type { ShapeFlags } from "../api/answer_shape.ts";
import { targetOf } from "../provider/target.ts";
import type { CommandContext, CommonFlags, Streamed } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { type Settings } from "../settings/settings.ts";

export interface ApiFlags extends CommonFlags, ShapeFlags {
  readonly method?: string;
  /** A text, `@FILE`, or `-` for stdin. */
  readonly data?: string;
  /** Each `Name: value`. */
  readonly header?: readonly string[];
  readonly scheme?: TokenScheme;
}

/** Calls the API and passes on its answer as it comes, and a refusal's body. */
export async function api(
  flags: ApiFlags,
  context: CommandContext,
  place: string,
): Promise<Streamed> {
  assertTogether(flags);
  const settings = await settingsInUse(flags, context);
  const call = await callOf(place, flags, settings, context);
  using undo = new DisposableStack();
  const { output = "-" } = flags;
  const file = output === "-"
    ? undefined
    : (await import("../files/new_file.ts")).createNamedFile(context.system.absolutePath(output));
  if (file !== undefined) undo.use(file); // an answer that cannot be saved is not asked for
  const response = await callApi(call, settings, context); // before anything is printed
  undo.move();
  const stream = isByteForByte(flags, context) && isSuccess(response.status)
    ? passBytes(call, response, context)
    : (await import("../api/answer_shape.ts")).shapeAnswer(
      call,
      response,
      file,
      flags,
      settings,
      context,
    );
  return { kind: "stream", stream };
}

/** Whether a good answer is printed byte for byte. */
function isByteForByte(flags: ApiFlags, { system }: CommandContext): boolean {
  const { paginate, chunks, json, include, raw, output = "-" } = flags;
  const isShaped = paginate || chunks || json || include || output !== "-";
  return !isShaped && (raw === true || !system.terminal.stdout);
}

/** What ends the input of a terminal; Ctrl-D elsewhere. */
const END_OF_INPUT: Readonly<Record<string, string>> = { windows: "Ctrl-Z, Enter" };

async function callOf(
  place: string,
  flags: ApiFlags,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<Call> {
  const { url, scheme } = targetOf(place, settings);
  const isTyped = system.terminal.stdin && ["-", "@-"].includes(flags.data ?? "");
  if (isTyped) {
    talk.say(`Type the data, then Enter and ${END_OF_INPUT[system.platform] ?? "Ctrl-D"}.`);
  }
  const body = flags.data === undefined
    ? undefined
    : await (await import("../api/body.ts")).bodyOf(flags.data, system);
  return {
    method: methodOf(flags),
    url,
    scheme: flags.scheme ?? scheme,
    headers: callHeaders(flags.header ?? [], body !== undefined),
    body,
  };
}

/** The bytes as they come, and then whether there are more pages. */
async function* passBytes(call: Call, response: Answer, context: CommandContext): Bytes {
  const { body, tell } = watchForMore(call, response, context);
  yield* body;
  await tell();
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
