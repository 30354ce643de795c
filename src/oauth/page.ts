// The pages of the listener. Rule: no script, nothing from elsewhere, everything escaped, and the result of a
// sign-in appears after the tokens are saved.

import { escape } from "@std/html/entities";
import { asSentence, formatWords, piecesOf, shell, type Words, words } from "../base/words.ts";
import type { CliError } from "../base/errors.ts";
import { type Mark, pageHtml, type PageParts, pagePolicy } from "./page_look.ts";

/** A page: a heading, one or two lines, and one small line, in which commands are highlighted. */
export interface Page {
  readonly status: 200 | 400 | 403 | 502;
  readonly heading: string;
  readonly sentence: string;
  readonly detail?: string;
  readonly small: Words;
}

const MARKS: Readonly<Record<Page["status"], Mark>> = {
  200: "done",
  400: "notice",
  403: "declined",
  502: "failed",
};

/** What the page after a login says. */
export interface PageContent {
  /** What people call the server, such as `Anaplan`. */
  readonly server: string;
  /** Name and address; undefined when the server did not answer in time. */
  readonly who: string | undefined;
  /** Region and profile. */
  readonly place: string;
}

/** The page after a login. */
export function signedInPage({ server, who, place }: PageContent): Page {
  return {
    status: 200,
    heading: `You are signed in to ${server}`,
    sentence: who ?? "The login is saved.",
    detail: place,
    small: "You can close this tab and return to the terminal.",
  };
}

/**
 * The page after a failure; it carries the terminal's own two lines.
 *
 * @param shown makes of words what the terminal shows for them.
 */
export function failedPage(error: CliError, shown: (text: Words) => string): Page {
  const next = piecesOf(error.next ?? "").map((piece) =>
    typeof piece === "string" ? shown(piece) : shell(shown(piece))
  );
  const line = (label: string): Words => error.next === undefined ? "" : words`${label}: ${next}`;
  if (error.oauthError === "access_denied") {
    return {
      status: 403,
      heading: "You declined the sign-in",
      sentence: "Nothing was saved.",
      small: line("To try again"),
    };
  }
  return {
    status: 502,
    heading: "The sign-in failed",
    sentence: shown(asSentence(error.message)),
    small: line("Next"),
  };
}

/** The page after a failure that the user corrects in the terminal, where the sign-in goes on. */
export function correctedPage({ message, reason = message }: CliError): Page {
  return {
    status: 502,
    heading: "The sign-in is not finished",
    sentence: asSentence(reason),
    small: "Continue in the terminal.",
  };
}

/** The page for an answer with a state that is not this attempt's. */
export const UNKNOWN_STATE_PAGE: Page = {
  status: 400,
  heading: "This page belongs to another sign-in",
  sentence: "Continue in the newest window.",
  small: "Nothing was changed.",
};

/** The page for a request with the right state that is not an authorization response. */
export const MALFORMED_PAGE: Page = {
  status: 400,
  heading: "This answer cannot be used",
  sentence: "It does not come from a sign-in.",
  small: "Nothing was changed. If you are signing in, continue in the newest window.",
};

/** The page for the second visitor of the start page, who may be the user. */
export const SECOND_VISITOR_PAGE: Page = {
  status: 400,
  heading: "This sign-in has ended",
  sentence: "Two programs opened its start page, and one may not be yours.",
  small: "Nothing was saved. The terminal says what to do next.",
};

/** The page for a second answer, shown once the first has come to its end. */
export const FINISHED_PAGE: Page = {
  status: 400,
  heading: "This sign-in is already finished",
  sentence: "Another answer came first, and this one was not used.",
  small: "The terminal says how it ended. You can close this tab.",
};

/** The page as an HTTP response that no cache keeps and that loads nothing. */
export async function pageResponse(page: Page): Promise<Response> {
  const { status, heading, sentence, detail, small } = page;
  const body = [
    `<p>${wholeWords(sentence)}</p>`,
    detail && `<p>${wholeWords(detail)}</p>`,
    small && `<p class="small">${withCommands(small)}</p>`,
  ].filter(Boolean).join("\n");
  return await response(status, { mark: MARKS[status], heading, body });
}

/**
 * The listener's own page while a sign-in waits: with the bookmarklet as a button, when the answer arrives at a
 * `redirectUri` on another computer. The page's policy keeps the bookmarklet from running here.
 */
export async function waitingResponse(
  relay: { readonly redirectUri: string; readonly bookmarklet: string } | undefined,
): Promise<Response> {
  const there = relay && escape(new URL(relay.redirectUri).host);
  const body = relay === undefined
    ? "<p>Continue on the sign-in page. The terminal shows its address.</p>"
    : `<ol>
<li>Drag this button to your bookmarks bar: <a href="${
      escape(relay.bookmarklet)
    }">Finish the sign-in</a></li>
<li>Sign in. Your browser ends on ${there}.</li>
<li>There, click the new bookmark.</li>
</ol>
<p class="small">Without a bookmarks bar, paste the address of that last page at the terminal.</p>`;
  const heading = "anaplan-auth is waiting for your sign-in";
  return await response(200, { mark: "onward", heading, body });
}

async function response(status: number, parts: Omit<PageParts, "foot">): Promise<Response> {
  return new Response(pageHtml({ ...parts, foot: "anaplan-auth, on this computer" }), {
    status,
    headers: {
      ...BARE_HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": await pagePolicy("frame-ancestors 'none'"),
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

/** Commands of at most this length fit on a line of the narrowest page; the keyboard can scroll a longer one. */
const SHORT = 32;

/** How a flag, a variable and a path begin. */
const WHOLE = /^["'(]?(--?[a-z]|[A-Z]+_|~?\/)/;

/** The text as HTML in which no flag, variable or short path is broken; a browser would, behind its hyphens. */
function wholeWords(text: string): string {
  return text.split(/(\s+)/).map((word) => {
    const html = escape(word);
    return WHOLE.test(word) && word.length <= SHORT ? `<span>${html}</span>` : html;
  }).join("");
}

/** A command is on one line, and one click selects the whole of it. */
function withCommands(text: Words): string {
  return piecesOf(text).map((piece) => {
    if (typeof piece === "string") return wholeWords(piece);
    const command = formatWords(piece);
    return `<code${command.length > SHORT ? ' tabindex="0"' : ""}>${escape(command)}</code>`;
  }).join("");
}
