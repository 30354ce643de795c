// What is said to a person as the text that they read. Rule: commands as they are typed where the program is
// installed.
import { formatWords, type Words } from "../../src/base/words.ts";

/** What an error or a check says to do next; empty when it says nothing. */
export function nextOf(told: { readonly next?: Words | undefined | null } | undefined): string {
  return formatWords(told?.next ?? "");
}

/** The text of a reply. */
export function textOf(reply: { readonly text: Words } | undefined): string {
  return formatWords(reply?.text ?? "");
}
