// A file that an API gives in chunks. Rule: one after the other in their order, and a chunk that breaks off
// goes on where it stopped, a bounded number of times.

import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { asObject, field } from "../base/json.ts";
import type { Settings } from "../settings/settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { failureOf } from "./answer.ts";
import { type Answer, type Call, callApi, isSuccess } from "./call.ts";
import { beginningOf, type Bytes, type Download } from "./flow.ts";
import { itemsOf } from "./pages.ts";

/** What is said about a chunk is short. */
const LONGEST_ITEM = 64 * 1024;
const MOST_TRIES = 6;
const FIRST_PAUSE = 500;

/**
 * The bytes of all chunks of a list, such as `…/files/ID/chunks`.
 *
 * @param download gets which chunk is on its way, and about how long all are together.
 * @throws {CliError} `usage` when the answer is not a list of chunks; else as {@link callApi}.
 */
export async function* chunksOf(
  call: Call,
  first: Answer,
  settings: Settings,
  context: CommandContext,
  download: Download = {},
): Bytes {
  const items = itemsOf(call, first, settings, context);
  const ids = await Array.fromAsync(items, (item) => idIn(item, call));
  let length = 0;
  for (const [index, id] of ids.entries()) {
    download.chunk = { at: index + 1, of: ids.length };
    if (index > 0) download.total = length / index * ids.length; // all but the last are as long
    const url = new URL(call.url);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(id)}`;
    url.search = "";
    for await (const bytes of chunk({ ...call, url }, first.tokenSet, settings, context)) {
      yield bytes;
      length += bytes.length;
    }
  }
}

function idIn(item: string, call: Call): string {
  const fields = item.length > LONGEST_ITEM ? undefined : asObject(JSON.parse(item));
  const id = fields && field(fields, "id", "string");
  if (id === undefined) throw noChunks(call);
  return id;
}

async function* chunk(
  call: Call,
  began: TokenSet,
  settings: Settings,
  context: CommandContext,
): Bytes {
  const { system, talk } = context;
  let delivered = 0;
  for (let tries = 1;; tries++) {
    try {
      for await (const bytes of skipBytes(delivered, bytesOf(call, began, settings, context))) {
        yield bytes;
        delivered += bytes.length;
      }
      return;
    } catch (error) {
      const mayGoOn = error instanceof CliError && error.kind === "unavailable";
      if (!mayGoOn || tries >= MOST_TRIES) throw error;
      talk.say(`${error.message}; asking for the rest.`);
      const pause = FIRST_PAUSE * 2 ** (tries - 1);
      await system.sleep(pause, system.interruption(), call.url.host);
    }
  }
}

async function* bytesOf(
  call: Call,
  began: TokenSet,
  settings: Settings,
  context: CommandContext,
): Bytes {
  await using response = await callApi(call, settings, context, began);
  if (isSuccess(response.status)) return yield* response.body;
  throw failureOf(call, response, await beginningOf(response.body), settings);
}

async function* skipBytes(skipped: number, body: Bytes): Bytes {
  let left = skipped;
  for await (const bytes of body) {
    if (left < bytes.length) yield bytes.subarray(left);
    left = Math.max(0, left - bytes.length);
  }
  if (left > 0) throw changedFileError();
}

function changedFileError(): CliError {
  return new CliError(
    "api",
    "Cannot finish the download: the chunk changed after the connection broke",
    { next: "the same command again, for the new file" },
  );
}

function noChunks({ url }: Call): CliError {
  return new CliError("usage", `Cannot read chunks: ${url.pathname} is not a list of chunks`, {
    next: "give a path that ends with /files/ID/chunks, or leave out --chunks",
  });
}
