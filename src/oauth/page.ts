// The page that the person's browser ends on. Rule: no script, nothing from elsewhere, everything
// escaped, and it says what is true at that moment.

import { piecesOf, shell, type Words, words, written } from "../base/advice.ts";
import type { CliError } from "../base/errors.ts";
import { asSentence } from "../base/text.ts";
import { escaped, type Mark, pageHtml, pagePolicy } from "./page_look.ts";

/** A page: a heading, one sentence, and one small line, in which commands stand out. */
export interface Page {
  readonly status: 200 | 400 | 403 | 502;
  readonly heading: string;
  readonly sentence: string;
  readonly small: Words;
}

const MARKS: Readonly<Record<Page["status"], Mark>> = {
  200: "done",
  400: "notice",
  403: "declined",
  502: "failed",
};

/** The page after a login; `who` is left out when the server did not say in time. */
export function signedInPage(who: string | undefined): Page {
  return {
    status: 200,
    heading: "You are signed in",
    sentence: who === undefined ? "The login was saved." : `${who}.`,
    small: "You can close this window and go back to the terminal.",
  };
}

/**
 * The page after a failure; it carries the terminal's own two lines.
 *
 * @param server what people call the server that may have declined.
 * @param shown makes of words what the terminal shows for them.
 */
export function failedPage(error: CliError, server: string, shown: (text: Words) => string): Page {
  const next = piecesOf(error.next ?? "").map((piece) =>
    typeof piece === "string" ? shown(piece) : shell(shown(piece))
  );
  const line = (label: string): Words => error.next === undefined ? "" : words`${label}: ${next}`;
  if (error.oauthError === "access_denied") {
    return {
      status: 403,
      heading: "Sign-in was declined",
      sentence: `${server} answered: access_denied. Nothing was saved.`,
      small: line("To try again"),
    };
  }
  return {
    status: 502,
    heading: "Sign-in did not finish",
    sentence: shown(asSentence(error.message)),
    small: line("Next"),
  };
}

/** The page for whoever comes with a state that is not this attempt's. */
export const UNKNOWN_STATE_PAGE: Page = {
  status: 400,
  heading: "This page does not belong to a sign-in in progress",
  sentence: "If you are signing in, finish in the newest window.",
  small: "Nothing was changed.",
};

/** The page for what has the right state and is no authorization response all the same. */
export const MALFORMED_PAGE: Page = {
  status: 400,
  heading: "This answer cannot be used",
  sentence: "It is not one that a sign-in produces.",
  small: "Nothing was changed. If you are signing in, finish in the newest window.",
};

/** The page for the second visitor of the start page, who may be the person. */
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
  small: "The terminal says how it ended. You can close this window.",
};

/** The page as an HTTP response that is kept by nobody and loads nothing. */
export async function pageResponse({ status, heading, sentence, small }: Page): Promise<Response> {
  const smallLine = small === "" ? "" : `\n<p class="small">${withCommands(small)}</p>`;
  const body = `<p>${escaped(sentence)}</p>${smallLine}`;
  const foot = "anaplan-auth, on this computer";
  return new Response(pageHtml({ mark: MARKS[status], heading, body, foot }), {
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

/** A command is selected whole by one click, and no line ends within the name of a flag. */
function withCommands(text: Words): string {
  return piecesOf(text).map((piece) => {
    const html = escaped(written(piece));
    if (typeof piece === "string") return html;
    return `<code>${html.replace(/(?<= )--[\w-]+/g, "<span>$&</span>")}</code>`;
  }).join("");
}
