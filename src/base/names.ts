// What strangers call things: as it is where it reads as a name, else quoted, so that no sentence and no
// command of ours can be made of it. Rule: pure.

import { quoteWords } from "./masking.ts";

/** A code of a server as it is, and other words in its place as words. */
export function codeOrQuoted(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : quoteWords(text);
}

/**
 * What a stranger calls a user, an authority or a scope: as it is when it is one word, or a few words that
 * no command and no `Next:` can be made of; else quoted.
 */
export function nameOrQuoted(text: string): string {
  const isName = text.length <= 100 &&
    (ONE_WORD.test(text) || PLAIN_NAME.test(text) || namePattern().test(text));
  return isName ? text : quoteWords(text);
}

const ONE_WORD = /^[^\s\u2800“”]+$/;
/** What {@link namePattern} allows of ASCII: a host with its process, and most other names. */
const PLAIN_NAME = /^(?!.*(?:\. |anaplan-auth))[\w',.()&@-]+(?: [\w',.()&@-]+)*$/;
let several: RegExp | undefined;

/** A few words in which no sentence ends and no second one begins; making it takes a millisecond. */
function namePattern(): RegExp {
  return several ??=
    /^(?!.*(?:\. |anaplan-auth))[\p{L}\p{M}\p{N}'’,.()&@_-]+(?: [\p{L}\p{M}\p{N}'’,.()&@_-]+)*$/u;
}

/** An id shortened in the middle, where it only reminds: `1f3c…9a02`. */
export function shortenId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;
}
