// Lists that come in pages. Rule: one page in memory, the token looked at again before each, never a page of
// another server's host, and no list that ends early looks whole.

import { CliError } from "../base/errors.ts";
import { asObject, field, type Fields, objectField } from "../base/json.ts";
import type { CommandContext } from "../command.ts";
import type { Settings } from "../settings/settings.ts";
import { failureOf, notJson } from "./answer.ts";
import { type Answer, type Call, callApi, isSuccess } from "./call.ts";
import { beginningOf, wholeText } from "./flow.ts";
import { isJson, partsOf } from "./json_text.ts";
import { targetOf } from "../provider/target.ts";

/** What a page says about itself is short, and made into values. */
const LONGEST_META = 64 * 1024;

/**
 * The items of all pages, each as JSON text; the first page has been asked for already.
 *
 * Anaplan says in `meta.paging` where the next page is (`next`), or how much there is (`offset`,
 * `currentPageSize`, `totalSize`).
 *
 * @throws {CliError} as {@link callApi}; when an answer is no page; at the end, when fewer items came than the
 * server announced.
 */
export async function* itemsOf(
  call: Call,
  first: Answer,
  settings: Settings,
  context: CommandContext,
): AsyncGenerator<string> {
  const asked = new Set([call.url.href]);
  let response = first;
  let present = call;
  let begin: number | undefined; // where in the list it begins
  let count = 0;
  while (true) {
    const { items, isList, paging } = await pageIn(response, present, settings);
    begin ??= numberIn(paging, "offset") ?? (Number(call.url.searchParams.get("offset")) || 0);
    for (const item of items) {
      yield item;
      count++;
    }
    const next = nextOf(paging, present, settings);
    if (next === undefined) {
      const announced = (numberIn(paging, "totalSize") ?? 0) - begin;
      if (!isList || !(count < announced)) return;
      throw cannotGoOn(present, `the server announced ${announced} items and sent ${count}`);
    }
    if (asked.has(next.href)) throw cannotGoOn(present, "the pages repeat");
    asked.add(next.href);
    present = { ...present, url: next };
    response = await callApi(present, settings, context, first.tokenSet);
  }
}

async function pageIn(response: Answer, call: Call, settings: Settings) {
  await using answer = response;
  if (!isSuccess(answer.status)) {
    throw failureOf(call, answer, await beginningOf(answer.body), settings);
  }
  const text = (await wholeText(answer.body, call)).trim();
  if (isJson(text)) return pageOf(text);
  throw notJson(call);
}

/** The list in a page is the only one beside `meta` and `status`. An empty list may be left out. */
function pageOf(page: string) {
  const none: Fields = {};
  if (page.startsWith("[")) return { items: textsIn(page), isList: true, paging: none };
  let meta: string | undefined;
  const lists: string[] = [];
  for (const { name, text } of partsOf(page)) {
    if (name === "meta") meta = text;
    if (text.startsWith("[") && lists.length < 2) lists.push(text);
  }
  const isRead = (meta?.length ?? Infinity) <= LONGEST_META;
  const fields = isRead ? asObject(JSON.parse(meta ?? "")) : undefined;
  const paging = fields && objectField(fields, "paging");
  const [list = "[]"] = lists;
  const isList = lists.length === 1 || (lists.length === 0 && paging !== undefined);
  return { items: isList ? textsIn(list) : [page], isList, paging: paging ?? none };
}

/** What a page says about the items after it, as a sentence; `undefined` for the last page and for no page. */
export function remainderOf(page: string): string | undefined {
  if (!page.includes('"paging"') || !isJson(page)) return undefined;
  const { paging, isList } = pageOf(page.trim());
  if (!isList) return undefined;
  const size = numberIn(paging, "currentPageSize");
  const total = numberIn(paging, "totalSize");
  const end = (numberIn(paging, "offset") ?? 0) + (size ?? 0);
  if (size !== undefined && total !== undefined) {
    return end < total ? `Showing ${size} of ${total}. All of them: --paginate` : undefined;
  }
  return field(paging, "next", "string") ? "There are more. All of them: --paginate" : undefined;
}

function* textsIn(list: string): Generator<string> {
  for (const { text } of partsOf(list)) yield text;
}

function numberIn(paging: Fields, name: string): number | undefined {
  return field(paging, name, "number");
}

function nextOf(paging: Fields, present: Call, settings: Settings): URL | undefined {
  const next = field(paging, "next", "string");
  if (next) return resolveNextPage(next, present, settings);
  const size = numberIn(paging, "currentPageSize") ?? 0;
  const end = (numberIn(paging, "offset") ?? Number.NaN) + size;
  if (!(end < (numberIn(paging, "totalSize") ?? 0)) || !(size > 0)) return undefined;
  const url = new URL(present.url);
  url.searchParams.set("offset", String(end));
  return url;
}

/** Where a link of the server leads; it is no more trusted than what a person types. */
function resolveNextPage(next: string, present: Call, settings: Settings): URL {
  try {
    return targetOf(new URL(next, present.url).href, settings).url;
  } catch {
    throw cannotGoOn(present, "the next page is at a host that the profile does not use");
  }
}

function cannotGoOn({ url }: Call, reason: string): CliError {
  return new CliError(
    "unavailable",
    `Cannot read all pages of ${url.host}${url.pathname}: ${reason}`,
    { next: "ask for single pages with ?limit= and &offset=, without --paginate" },
  );
}
