// The page that the person's browser ends on. Rule: no script, nothing from elsewhere, everything
// escaped, and it says what is true at that moment.

import type { CliError } from "../errors.ts";
import { asSentence } from "../text.ts";

/** A page: a heading, one sentence, one small line. */
export interface Page {
  readonly status: 200 | 400 | 403 | 502;
  readonly heading: string;
  readonly sentence: string;
  readonly small: string;
}

/** The page after a login; `who` is left out when the server did not say in time. */
export function signedInPage(who: string | undefined): Page {
  return {
    status: 200,
    heading: "You are signed in",
    sentence: who === undefined ? "The login was saved." : `${who}.`,
    small: "You can close this window and go back to the terminal.",
  };
}

/** The page after a failure; it carries the terminal's own two lines, commands as they are `typed`. */
export function failedPage(error: CliError, typed: (text: string) => string): Page {
  if (error.oauthError === "access_denied") {
    return {
      status: 403,
      heading: "Sign-in was declined",
      sentence: "Anaplan answered: access_denied. Nothing was saved.",
      small: typed("To try again: anaplan-auth login"),
    };
  }
  return {
    status: 502,
    heading: "Sign-in did not finish",
    sentence: asSentence(error.message),
    small: error.next === undefined ? "" : typed(`Next: ${error.next}`),
  };
}

/** The page for whoever comes with a state that is not this attempt's. */
export const UNKNOWN_STATE_PAGE: Page = {
  status: 400,
  heading: "This page does not belong to a sign-in in progress",
  sentence: "If you are signing in, finish in the newest window.",
  small: "Nothing was changed.",
};

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #f4f5f7; --card: #ffffff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #a3abb4; --paper: #14171a; --card: #1f2428 }
}
* { box-sizing: border-box }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif;
}
main {
  background: var(--card); border-radius: 0.75rem; padding: 2.5rem 2rem; width: 100%; max-width: 32rem;
  box-shadow: 0 1px 3px rgb(0 0 0 / 0.2); overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.75rem }
p { margin: 0 }
p + p { margin-top: 1.25rem; color: var(--soft); font-size: 0.9375rem }
`;

/** The page as an HTTP response that is kept by nobody and loads nothing. */
export async function pageResponse(page: Page): Promise<Response> {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.heading)} · anaplan-auth</title>
<style>${STYLE}</style>
<main>
<h1>${escaped(page.heading)}</h1>
<p>${escaped(page.sentence)}</p>${page.small === "" ? "" : `\n<p>${escaped(page.small)}</p>`}
</main>
</html>
`;
  return new Response(html, {
    status: page.status,
    headers: {
      ...BARE_HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'sha256-${await styleHash()}'; base-uri 'none'; ` +
        "form-action 'none'; frame-ancestors 'none'",
    },
  });
}

/** What every answer of the listener says, pages or not. */
export const BARE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "connection": "close",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

async function styleHash(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
