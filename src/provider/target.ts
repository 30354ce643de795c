// Where a call goes and how it carries the token. Rule: to the profile's own hosts only, so that no token
// goes astray.

import { run } from "../base/words.ts";
import { origins, otherOrigins } from "../provider/authorization_server.ts";
import type { TokenScheme } from "../provider/belonging.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import type { Settings } from "../settings/settings.ts";
import { canonicalPath } from "./paths.ts";
import { printable } from "../base/masking.ts";
import { isAnaplanHost, urlProblem, withoutSlash } from "../base/urls.ts";

export interface Target {
  readonly url: URL;
  readonly scheme: TokenScheme;
}

/** Where a request of a program goes. */
export interface ProxiedTarget {
  readonly origin: string;
  /** The path with its query, as it is sent. */
  readonly target: string;
  readonly scheme: TokenScheme;
}

/**
 * The target of a path (`/2/0/workspaces`, the first `/` may be missing) or of a whole URL.
 *
 * @throws {CliError} `usage` for a host that is not the profile's, or when a profile has no API.
 */
export function targetOf(place: string, settings: Settings): Target {
  const url = urlOf(place, settings);
  const own = ownOrigins(settings);
  if (!own.includes(url.origin)) {
    throw new CliError(
      "usage",
      `Cannot call ${printable(url.host)}: a token of profile ${settings.profile} goes to ${
        own.map((origin) => new URL(origin).host).join(", ")
      } only`,
      { next: "give a path that begins with /, or another --profile" },
    );
  }
  const { cloudworks } = settings.issuer === undefined ? otherOrigins(settings) : {};
  return { url, scheme: schemeOf(url, settings, cloudworks) };
}

/** `/host/NAME/…`: a path at another host, which has a name as in a URL. */
const AT_HOST = /^\/host\/([^/?]*)(?=[/?]|$)/;
/** What ends a session or gives out new tokens is not for programs that are to have none. */
const SESSION = /^\/(token|oauth|auth)(\/|$)/i;

/** Whether a path is about the session, or may be: a path without a canonical form is read by each server in its way. */
function isOfSession(path: string): boolean {
  const plain = canonicalPath(path);
  if (plain !== undefined) return SESSION.test(plain);
  const loose = decodedWhole(path);
  return loose === undefined || /token|auth/i.test(loose);
}

/** How often a path is decoded; no server does so more often. */
const MOST_DECODINGS = 3;

/** A path as a careless server may read it; `undefined` when that is not certain. */
function decodedWhole(path: string): string | undefined {
  return ifPossible(() => {
    let text = path;
    for (let times = 0; times < MOST_DECODINGS; times++) text = decodeURIComponent(text);
    return text.includes("%") ? undefined : text.normalize("NFKC").replace(/[^!-~]/g, "");
  });
}

/**
 * Gives the target of what a program asked a proxy for: a path at the API, or `/host/NAME/…` at another of the
 * profile's APIs; `undefined` when it is neither, or is about the session itself.
 *
 * @throws {CliError} `usage` when a profile has no API.
 */
export function proxiedTargets(settings: Settings): (asked: string) => ProxiedTarget | undefined {
  const { api, auth } = ownServices(settings);
  const home = new URL(api).origin;
  const session = auth && new URL(auth).origin;
  const others = new Map(ownOrigins(settings).map((origin) => [new URL(origin).host, origin]));
  if (session !== undefined && session !== home) others.delete(new URL(session).host);
  const { cloudworks } = settings.issuer === undefined ? otherOrigins(settings) : {};
  return (asked) => {
    const [prefix = "", name] = AT_HOST.exec(asked) ?? [];
    const origin = name === undefined ? home : others.get(name);
    if (origin === undefined) return undefined;
    const target = asInUrl(asked.slice(prefix.length));
    const [pathname = ""] = target.split("?", 1);
    if (origin === session && isOfSession(pathname)) return undefined; // one server for both
    return { origin, target, scheme: schemeOf({ origin, pathname }, settings, cloudworks) };
  };
}

/** What a URL leaves as it is. */
const PLAIN = /^(\/[\w-]+)+\/?(\?[\w=&.,:+%~*-]+)?$/;

/** A path with its query as a URL has it, so that all that judge it see what is sent. */
export function asInUrl(target: string): string {
  if (PLAIN.test(target)) return target;
  const { href, origin } = new URL(`https://host${target.startsWith("/") ? "" : "/"}${target}`);
  return href.slice(origin.length);
}

function urlOf(place: string, settings: Settings): URL {
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(place) ? place : onOwnHost(place, settings);
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isNamed = url !== undefined && (url.username !== "" || url.password !== "");
  const problem = isNamed ? "the address has a user or a password in it" : urlProblem(whole);
  if (url !== undefined && problem === undefined) return url;
  const shown = printable(isNamed ? url.host : place); // a password is not for the screen
  throw new CliError("usage", `Cannot call ${shown}: ${problem}`, {
    next: "give a path such as /2/0/workspaces, or a URL with https://",
  });
}

function onOwnHost(place: string, settings: Settings): string {
  const path = place.startsWith("/") ? place : `/${place}`;
  const { api, auth } = ownServices(settings);
  return (path.startsWith("/token/") ? auth ?? api : api) + path;
}

function ownOrigins(settings: Settings): string[] {
  const { api, auth } = ownServices(settings);
  // else the login is for no region
  const isOfFamily = settings.issuer === undefined && isAnaplanHost(new URL(api).hostname);
  const others = isOfFamily ? Object.values(otherOrigins(settings)) : [];
  const all = [api, auth, ...others].filter((origin) => origin !== undefined);
  return [...new Set(all.map((origin) => new URL(origin).origin))];
}

/** With an issuer nothing is Anaplan's: only what was named by hand is there. */
function ownServices(
  settings: Settings,
): { readonly api: string; readonly auth?: string | undefined } {
  const { issuer, apiUrl, authUrl } = settings;
  if (issuer === undefined) return origins(settings);
  if (apiUrl !== undefined) {
    return { api: withoutSlash(apiUrl), auth: authUrl && withoutSlash(authUrl) };
  }
  throw new CliError(
    "usage",
    `Cannot call an API: the address of the API of ${issuer} is unknown`,
    { next: run(`profile set ${settings.profile} --api-url URL`) },
  );
}

/** The paths of the Integration API (with ALM), SCIM, and CloudWorks where it has no host of its own. */
const STANDARD = /^\/(2\/0|scim|cloudworks)\//;

/**
 * Some APIs take both schemes, and Bearer is the standard one (RFC 6750, section 2.1); what else Anaplan
 * has takes its own scheme, and some of it nothing else.
 */
function schemeOf(
  { origin, pathname }: Pick<URL, "origin" | "pathname">,
  { issuer }: Settings,
  cloudworks: string | undefined,
): TokenScheme {
  const isStandard = issuer !== undefined || STANDARD.test(pathname) || origin === cloudworks;
  return isStandard ? "Bearer" : "AnaplanAuthToken";
}
