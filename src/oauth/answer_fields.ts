// Finds the fields of an OAuth answer, however the server wrapped them. Rule: a field counts only when all of it came,
// and a web page has none.

import { asObject, type Fields } from "../base/json.ts";

/** How many ends of a damaged object are tried: no answer with tokens has more fields. */
const MOST_TRIES = 100;

/** The tokens of JSON that say where an object begins, ends and may be cut (RFC 8259, section 2). */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}[\],]/gs;

/**
 * The fields of an answer: of the first JSON object with a token in it, else of the first JSON object, else of a form
 * (RFC 6749, appendix B), as some servers send it. `undefined` when there are none.
 *
 * @param isCut whether the text broke off, so that its last value may have more to it.
 */
export function answerFields(text: string, isCut = false): Fields | undefined {
  if (isPage(text)) return undefined; // scripts in it are no answer to us
  const whole = objectOf(text);
  if (whole !== undefined) return whole;
  const objects = [...objectsIn(text)];
  return objects.find(hasToken) ?? objects[0] ?? formFields(text, isCut);
}

/** The fields of a text that is one JSON object, as nearly every answer is. */
function objectOf(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether a text is a web page, as a proxy sends it. */
export function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

/** Whether an answer brings a token (RFC 6749, section 5.1). */
export function hasToken(fields: Fields): boolean {
  return [fields.access_token, fields.refresh_token].some((token) =>
    typeof token === "string" && token !== ""
  );
}

/** The objects in a text that are in no other object. */
function* objectsIn(text: string): Generator<Fields> {
  let depth = 0;
  let start = 0;
  let ends: number[] = [];
  for (const { 0: token, index } of text.matchAll(STRUCTURE)) {
    if (depth === 0) {
      if (token !== "{") continue;
      [start, ends, depth] = [index, [], 1];
    } else if (token === "{" || token === "[") {
      depth++;
    } else if (token === "}" || token === "]") {
      depth--;
    }
    if (depth === 1 && token === "," || depth === 0) ends.push(index);
    if (depth === 0) yield* wholeFields(text, start, ends);
  }
  if (depth === 0) return;
  if (/["}\]]\s*$/.test(text)) ends.push(text.length); // the last value is whole; a number may go on
  yield* wholeFields(text, start, ends);
}

/** The fields from the start to the last of these ends up to which they are JSON. */
function* wholeFields(text: string, start: number, ends: number[]): Generator<Fields> {
  for (const end of ends.reverse().slice(0, MOST_TRIES)) {
    try {
      const fields = asObject(JSON.parse(`${text.slice(start, end)}}`));
      if (fields !== undefined) yield fields;
      return;
    } catch {
      // what is behind an earlier end is damaged
    }
  }
}

function formFields(text: string, isCut: boolean): Fields | undefined {
  if (!/^\s*\w+=[^\s{]*\s*$/.test(text)) return undefined;
  const parameters = text.trim().split("&");
  if (isCut) parameters.pop();
  return Object.fromEntries(new URLSearchParams(parameters.join("&")));
}
