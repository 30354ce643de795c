// Lists that come in pages. Rule: one page in memory, the token looked at again before each, and never a
// page of somebody else's host.

import { CliError } from "../errors.ts";
import { asObject, field, objectField, parseExactly } from "../json.ts";
import type { CommandContext } from "../command.ts";
import type { Settings } from "../settings.ts";
import { failureOf, isGood, notJson } from "./answer.ts";
import { type Answer, type Call, send } from "./call.ts";
import { textOf } from "./flow.ts";
import { targetOf } from "./target.ts";

/** A page may be long, but not endless. */
const LONGEST_PAGE = 256 * 1024 * 1024;

/**
 * The items of all pages, the first of which has been asked for already.
 *
 * Anaplan says in `meta.paging` where the next page is (`next`), or how much there is (`offset`,
 * `currentPageSize`, `totalSize`).
 *
 * @throws {CliError} as {@link send}, and when an answer is no page.
 */
export async function* itemsOf(
  call: Call,
  first: Answer,
  settings: Settings,
  context: CommandContext,
): AsyncGenerator<unknown> {
  const asked = new Set([call.url.href]);
  let response = first;
  let present = call;
  while (true) {
    const page = await pageIn(response, present, settings);
    yield* page.items;
    const next = nextOf(page.value, present, settings);
    if (next === undefined) return;
    if (asked.has(next.href)) throw cannotGoOn(present, "they repeat");
    asked.add(next.href);
    present = { ...present, url: next };
    response = await send(present, settings, context);
  }
}

interface Page {
  readonly value: unknown;
  readonly items: readonly unknown[];
}

async function pageIn(response: Answer, call: Call, settings: Settings): Promise<Page> {
  await using answer = response;
  const text = await textOf(answer.body, LONGEST_PAGE);
  if (!isGood(answer.status)) throw failureOf(call, answer, text, settings);
  try {
    const value = parseExactly(text);
    return { value, items: itemsIn(value) };
  } catch {
    throw notJson(call);
  }
}

/** The list in a page: the only one beside `meta` and `status`. An empty list may be left out. */
function itemsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const fields = asObject(value);
  if (fields === undefined) return [value];
  const lists = Object.values(fields).filter((list) => Array.isArray(list));
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  return lists.length === 0 && pagingIn(value) !== undefined ? [] : [value];
}

function nextOf(value: unknown, present: Call, settings: Settings): URL | undefined {
  const paging = pagingIn(value);
  if (paging === undefined) return undefined;
  const next = field(paging, "next", "string");
  if (next) return followed(next, present, settings);
  const [offset, size, total] = ["offset", "currentPageSize", "totalSize"].map((name) =>
    Number(JSON.stringify(paging[name]) ?? Number.NaN) // numbers are kept as they were written
  );
  const end = (offset ?? Number.NaN) + (size ?? Number.NaN);
  if (!(end < (total ?? Number.NaN)) || !((size ?? 0) > 0)) return undefined;
  const url = new URL(present.url);
  url.searchParams.set("offset", String(end));
  return url;
}

/** Where a link of the server leads; it is no more trusted than what a person types. */
function followed(next: string, present: Call, settings: Settings): URL {
  try {
    return targetOf(new URL(next, present.url).href, settings).url;
  } catch {
    throw cannotGoOn(present, "the next one is not at a host of the profile");
  }
}

function pagingIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const meta = asObject(value) && objectField(value as Record<string, unknown>, "meta");
  return meta && objectField(meta, "paging");
}

function cannotGoOn({ url }: Call, reason: string): CliError {
  return new CliError(
    "unavailable",
    `Cannot read all pages of ${url.host}${url.pathname}: ${reason}`,
    {
      next: "ask for single pages with ?limit= and &offset=, without --paginate",
    },
  );
}
