// Refusals of a token endpoint, and what each means for the login.
// Rule: only `invalid_grant` marks a login as rejected; every other refusal leaves its file byte for byte.

/** A refusal. */
export interface Refusal {
  readonly status: number;
  /** The OAuth error code, or what is there in its place. */
  readonly error: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What `refresh` may exit with. */
  readonly refresh: readonly number[];
  /** What `login` may exit with. */
  readonly login: readonly number[];
}

const HTML = "<!DOCTYPE html><html><body><h1>Blocked</h1></body></html>";

const DENIED = { refresh: [4], login: [4] };
const UNAVAILABLE = { refresh: [6], login: [6] };
/** At a sign-in an error code that says little may be a refusal: the user is there, and tries again. */
const GATEWAY = { refresh: [6], login: [4, 6] };
/** The design does not say whether it is the request or the moment that is wrong. */
const EITHER = { refresh: [4, 6], login: [4, 6] };

function refusal(
  status: number,
  error: string,
  exits: Pick<Refusal, "refresh" | "login">,
  extra: { readonly headers?: Readonly<Record<string, string>> } = {},
): Refusal {
  return { status, error, body: JSON.stringify({ error }), ...exits, ...extra };
}

function text(
  status: number,
  error: string,
  body: string,
  exits: Pick<Refusal, "refresh" | "login">,
): Refusal {
  return { status, error, body, ...exits };
}

/** All of them. */
export const REFUSALS: readonly Refusal[] = [
  refusal(400, "invalid_grant", { refresh: [3], login: [4] }),
  refusal(401, "invalid_grant", { refresh: [3], login: [4] }),
  refusal(403, "invalid_grant", { refresh: [3], login: [4] }),
  refusal(400, "invalid_client", DENIED),
  refusal(401, "invalid_client", DENIED),
  refusal(400, "unauthorized_client", DENIED),
  refusal(401, "unauthorized_client", DENIED),
  refusal(403, "unauthorized_client", DENIED),
  refusal(400, "invalid_request", { refresh: [3, 4], login: [4] }),
  refusal(401, "invalid_request", EITHER),
  refusal(400, "invalid_scope", DENIED),
  refusal(400, "unsupported_grant_type", DENIED),
  refusal(400, "temporarily_unavailable", EITHER),
  refusal(400, "slow_down", EITHER),
  ...["temporarily_unavailable", "server_error", "slow_down"]
    .map((error) => refusal(401, error, GATEWAY)),
  ...["rate_limit_exceeded", "request_blocked", "forbidden", "access_denied"]
    .map((error) => refusal(403, error, GATEWAY)),
  refusal(401, "unauthorized", GATEWAY),
  refusal(401, "invalid_token", GATEWAY),
  refusal(409, "conflict", UNAVAILABLE),
  refusal(429, "rate_limit_exceeded", UNAVAILABLE),
  refusal(429, "slow_down", UNAVAILABLE, { headers: { "retry-after": "1" } }),
  refusal(500, "server_error", UNAVAILABLE),
  refusal(503, "temporarily_unavailable", UNAVAILABLE, { headers: { "retry-after": "3600" } }),
  refusal(503, "invalid_grant", UNAVAILABLE),
  text(400, "JSON without error", '{"message":"no"}', UNAVAILABLE),
  text(400, "error as an object", '{"error":{"code":"invalid_grant"}}', UNAVAILABLE),
  text(400, "nothing", "", UNAVAILABLE),
  text(400, "HTML", HTML, UNAVAILABLE),
  refusal(400, "request_blocked", GATEWAY),
  refusal(404, "invalid_grant", UNAVAILABLE),
  text(401, "nothing", "", UNAVAILABLE),
  text(401, "JSON without error", '{"message":"Unauthorized"}', UNAVAILABLE),
  text(403, "HTML", HTML, UNAVAILABLE),
  text(403, "error as a sentence", '{"error":"Access is blocked."}', UNAVAILABLE),
  ...[404, 418, 421, 451].map((status) => text(status, "HTML", HTML, UNAVAILABLE)),
  text(500, "nothing", "", UNAVAILABLE),
  ...[502, 503, 504].map((status) => text(status, "HTML", HTML, UNAVAILABLE)),
  text(302, "a redirect", "", UNAVAILABLE),
];
