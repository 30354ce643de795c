// What an answer means. Rule: pure; only a status decides, and words from elsewhere are made harmless.

import { run, shellWord, signIn, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { asObject, field, objectField } from "../base/json.ts";
import { parseJsonWithout, quoteWords } from "../base/masking.ts";
import type { Secret } from "../base/secret.ts";
import { isApiError } from "../provider/anaplan.ts";
import { inOtherRegion } from "../provider/authorization_server.ts";
import { forProfile } from "../session/advice_in_use.ts";
import type { Settings } from "../settings/settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { canRefresh } from "../oauth/token_sets.ts";
import type { Answer, Call } from "./call.ts";
import { nearest } from "../base/near_names.ts";

/** What is wrong with an answer that is not good; `body` may say more. `isOwnWord`: it is the API's. */
export function failureOf(
  { method, url }: Call,
  { status, tokenSet }: Pick<Answer, "status" | "tokenSet">,
  body: Uint8Array,
  settings: Settings,
  isOwnWord = isApiError(status),
): CliError {
  const what = `Cannot ${method} ${url.host}${url.pathname}`;
  const why = `it answered HTTP ${status}${wordsIn(body, tokenSet.accessToken)}`;
  if (status === 401) {
    return forProfile(rejectedTokenError(what, tokenSet, settings), settings);
  }
  if (isOwnWord) {
    const near = status === 404 ? nearPath(url.pathname) : undefined;
    const meant = near === undefined ? "" : `; did you mean ${near}?`;
    const next = near !== undefined && method === "GET"
      ? run(`api ${shellWord(near + url.search)}`, { profile: null })
      : adviceOn(status, settings);
    return forProfile(new CliError("api", `${what}: ${why}${meant}`, { next }), settings);
  }
  if (status >= 300 && status < 400) {
    return new CliError("unavailable", `${what}: ${why}, and a token is not sent elsewhere`, {
      next: WRONG_SERVER,
    });
  }
  if (isApiError(status)) {
    return new CliError("unavailable", `${what}: ${why}, and not in JSON`, { next: WRONG_SERVER });
  }
  return new CliError("unavailable", `${what} now: ${why}`, {
    next: `try the same command again in a minute${status === 429 ? ", or ask less often" : ""}`,
  });
}

/** A token that can be refreshed was, right before; so the login works, and the rest of the call is looked at. */
function rejectedTokenError(what: string, tokenSet: TokenSet, settings: Settings): CliError {
  if (!canRefresh(tokenSet)) {
    return new CliError("login_required", `${what}: it rejected the access token`, {
      next: signIn(),
    });
  }
  return new CliError("login_required", `${what}: it rejects even a new access token`, {
    next: settings.issuer === undefined
      ? words`${inOtherRegion(settings)}; or another --scheme`
      : words`${signIn()}; or another --scheme`,
  });
}

/** An error that is longer is not said here; a parser would make much of it. */
const LONGEST_WORDS = 64 * 1024;

const WRONG_SERVER = "check the path; a proxy or a sign-in page may be answering in its place";

function adviceOn(status: number, { issuer, region }: Settings): string {
  if (status === 403) {
    return `check what your user may do ${issuer === undefined ? "in Anaplan" : "there"}`;
  }
  if (status === 404) {
    return `check the path${issuer === undefined ? `, and the region (now ${region})` : ""}`;
  }
  if (status === 405) return "give the right method with -X";
  return "see the answer for what it wants";
}

/** What an error body says: Anaplan's `status.message` or `message`; never the token that it may quote. */
function wordsIn(body: Uint8Array, accessToken: Secret): string {
  if (body.length > LONGEST_WORDS) return "";
  const text = new TextDecoder().decode(body); // it may be empty or a web page
  const fields = ifPossible(() => asObject(parseJsonWithout([accessToken.reveal()], text))) ?? {};
  const status = objectField(fields, "status");
  const words = (status && field(status, "message", "string")) ??
    field(fields, "statusMessage", "string") ?? field(fields, "message", "string") ?? "";
  return words.trim() === "" ? "" : `, ${quoteWords(words)}`;
}

/** That an answer is no JSON where JSON was wanted: another program answers, or it broke off. */
export function notJson({ method, url }: Call): CliError {
  return new CliError(
    "unavailable",
    `Cannot ${method} ${url.host}${url.pathname}: the answer is not JSON`,
    { next: "take it as it is, without --json and --paginate; or try again in a minute" },
  );
}

/** What is often called; `*` is an id, which is taken from what was typed. */
const PATHS: readonly string[] = [
  "/2/0/users",
  "/2/0/users/me",
  "/2/0/workspaces",
  "/2/0/workspaces/*",
  "/2/0/workspaces/*/models",
  "/2/0/models",
  "/2/0/models/*",
  ...["", "/workspaces/*"].flatMap((workspace) =>
    ["files", "imports", "exports", "processes", "actions", "lists", "modules", "views", "versions"]
      .map((list) => `/2/0${workspace}/models/*/${list}`)
  ),
  "/2/0/workspaces/*/models/*/files/*/chunks",
  "/2/0/workspaces/*/models/*/imports/*/tasks",
  "/2/0/workspaces/*/models/*/exports/*/tasks",
  "/2/0/workspaces/*/models/*/processes/*/tasks",
  "/audit/api/1/events",
  "/scim/1/0/v2/Users",
];
/** What people leave out. */
const VERSION = "/2/0";

/** The path that a path may have meant; `undefined` when none is near, or when it is one itself. */
export function nearPath(path: string): string | undefined {
  const typed = path.replace(/\/$/, "");
  for (const whole of [typed, VERSION + typed]) {
    const [meant] = nearest(whole, PATHS.map((one) => fillIds(one, whole)));
    if (meant !== undefined) return meant === path ? undefined : meant;
  }
  return undefined;
}

/** The known path with the ids of a path that has as many parts. */
function fillIds(known: string, path: string): string {
  const parts = path.split("/");
  const names = known.split("/");
  if (names.length !== parts.length) return known;
  return names.map((name, at) => name === "*" ? parts[at] : name).join("/");
}
