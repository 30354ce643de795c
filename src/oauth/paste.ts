// The authorization response as a person pastes it. Rule: pure; forgives how it was copied, never what
// it says.

import { type Attempt } from "./authorization_code.ts";
import { isState } from "./loopback.ts";

/** What was pasted, understood; or what is wrong with it, in words for the user. */
export type PastedAnswer =
  | { readonly kind: "answer"; readonly parameters: URLSearchParams }
  | { readonly kind: "malformed" | "foreign"; readonly problem: string };

/**
 * Understands a pasted redirect URL, or its query. A code without the state is no authorization response
 * (RFC 6749, section 4.1.2), and looks like a password in the clipboard, which must not be sent anywhere.
 *
 * Blanks, line breaks and quotes around or inside are what copying from a terminal or an e-mail adds;
 * no URL has one of them.
 */
export function parsePasted(text: string, attempt: Attempt): PastedAnswer {
  const cleaned = withScheme(text.replace(/[\s"'<>`]/g, ""), attempt);
  if (cleaned === "") return { kind: "malformed", problem: "Nothing was pasted." };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(cleaned)) return parseUrl(cleaned, attempt);
  if (/(^|[?&])(code|error)=/.test(cleaned)) {
    return parseQuery(new URLSearchParams(cleaned.replace(/^[^?]*\?/, "")), attempt);
  }
  const problem = "That is not the address that the browser ended on; paste the whole address.";
  return { kind: "malformed", problem };
}

/** Some browsers copy an address without its scheme, and `localhost:` is no scheme. */
function withScheme(text: string, { redirectUri }: Attempt): string {
  const { host, protocol } = new URL(redirectUri);
  return text.startsWith(`${host}/`) ? `${protocol}//${text}` : text;
}

function parseUrl(text: string, attempt: Attempt): PastedAnswer {
  if (!URL.canParse(text)) return { kind: "malformed", problem: "That address is damaged." };
  const url = new URL(text);
  const expected = new URL(attempt.redirectUri);
  if (url.origin + url.pathname !== expected.origin + expected.pathname) {
    return {
      kind: "foreign",
      problem: `That address does not begin with ${attempt.redirectUri}, where the sign-in ends.`,
    };
  }
  return parseQuery(url.searchParams, attempt);
}

function parseQuery(parameters: URLSearchParams, attempt: Attempt): PastedAnswer {
  if (["code", "state", "error"].some((name) => parameters.getAll(name).length > 1)) {
    return { kind: "malformed", problem: "That address names a part twice; copy it again." };
  }
  if (parameters.has("code") === parameters.has("error")) {
    return {
      kind: "malformed",
      problem: "That address has no code in it; the sign-in is not finished.",
    };
  }
  if (!parameters.has("state")) {
    return { kind: "malformed", problem: "That address is cut off; copy it to its very end." };
  }
  if (!isState(parameters.get("state"), attempt)) {
    return {
      kind: "foreign",
      problem: "That address belongs to another sign-in; finish in the newest window.",
    };
  }
  return { kind: "answer", parameters };
}
