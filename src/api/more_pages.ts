// Says when a list has more pages than the one that was asked for. Rule: the bytes pass as they come.

import type { CommandContext } from "../command.ts";
import type { Answer, Call } from "./call.ts";
import type { Bytes } from "./flow.ts";

/** A longer page is not looked into. */
const LONGEST = 4_000_000;

/**
 * The same bytes; a page of a list in JSON is looked at while it passes. Once it is printed, `tell` says how much more
 * there is.
 */
export function watchForMore(
  { method }: Call,
  { headers, body }: Answer,
  { talk }: CommandContext,
): { readonly body: Bytes; tell(): Promise<void> } {
  const isJson = /\bjson\b/.test(headers.get("content-type") ?? "");
  if (method !== "GET" || !isJson) return { body, tell: () => Promise.resolve() };
  let page = "";
  return {
    body: passAndCollect(body, (text) => page = text),
    async tell() {
      if (page === "") return;
      const { remainderOf } = await import("./pages.ts");
      const more = remainderOf(page);
      if (more !== undefined) talk.say(more);
    },
  };
}

/** The same bytes, and at their end their text, unless it is too long. */
async function* passAndCollect(body: Bytes, ended: (text: string) => void): Bytes {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length <= LONGEST) text += decoder.decode(chunk, { stream: true });
    yield chunk;
  }
  if (length <= LONGEST) ended(text);
}
