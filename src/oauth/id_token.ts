// Judges the id_token of a grant. Rule: what it says is used only after the library has checked it; the tokens are
// saved before, and the verdict says what they are worth.

import * as oauth from "oauth4webapi";
import { ifPossible } from "../base/errors.ts";
import { asObject, field, type Fields, onlyDefined } from "../base/json.ts";
import { printable } from "../base/masking.ts";
import type { Secret } from "../base/secret.ts";
import { run, type Words, words } from "../base/words.ts";
import type { TokenSet } from "./token_set.ts";
import { type AuthorizationServer, type OAuthClient, toWire } from "./wire.ts";

/**
 * What the rest of an answer says about the tokens in it: `doubtful` may be the fault of a clock or of the
 * server's settings, `wrong` means that the tokens may be of another user, client or server.
 */
export type Verdict =
  | { readonly kind: "fine" }
  | { readonly kind: "doubtful" | "wrong"; readonly reason: Words };

/** What is known about a grant besides the answer. */
export interface GrantContext {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** When the tokens were asked for, in milliseconds since the epoch: never too late. */
  readonly sentAt: number;
  /** What was sent for the id_token to repeat (OpenID Connect Core 1.0, section 3.1.2.1). */
  readonly nonce?: Secret | undefined;
  readonly isDeviceGrant?: boolean;
  /** A sign-in that asked for the scope `openid`, and so for an id_token. */
  readonly asksOpenid?: boolean | undefined;
  /** The login that is refreshed; what the answer does not replace stays. */
  readonly previous?: TokenSet;
}

/**
 * Lets oauth4webapi check an id_token, strictly at first, then without the clock and the algorithm
 * (OpenID Connect Core 1.0, section 3.1.3.7). Without a known issuer nothing could be checked.
 */
export async function judgeIdToken(body: Fields, granting: GrantContext): Promise<Verdict> {
  if (granting.server.issuer === undefined) return { kind: "fine" };
  const idToken = field(body, "id_token", "string") || undefined;
  if (idToken === undefined) return granting.asksOpenid ? missingIdToken(body) : { kind: "fine" };
  const strict = await idTokenProblem(idToken, granting, {});
  const lenient = strict && await idTokenProblem(idToken, granting, {
    [oauth.clockTolerance]: Number.MAX_SAFE_INTEGER,
    ...onlyDefined({ id_token_signed_response_alg: algorithmOf(idToken) }),
  });
  if (lenient !== undefined) return { kind: "wrong", reason: lenient };
  const { subject } = granting.previous ?? {};
  if (subject !== undefined && subjectIn(idToken) !== subject) { // section 12.2
    return { kind: "wrong", reason: "it names another user than the one who signed in" };
  }
  if (strict === undefined) return { kind: "fine" };
  const advice = words`this computer's clock may be wrong (${run("doctor")})`;
  return { kind: "doubtful", reason: words`the id_token does not check out: ${strict}; ${advice}` };
}

/**
 * A provider owes an id_token to who asked for `openid` (OpenID Connect Core 1.0, section 3.1.3.3), unless it
 * did not grant that; a scope that it leaves out is the one that was asked for (RFC 6749, section 5.1).
 */
function missingIdToken(body: Fields): Verdict {
  const isGranted = scopeIn(body)?.split(" ").includes("openid") ?? true;
  if (!isGranted) return { kind: "fine" };
  const reason = "the provider sent no id_token, so nothing proves whose login this is";
  return { kind: "doubtful", reason };
}

async function idTokenProblem(
  idToken: string,
  { server, client, nonce, previous }: GrantContext,
  leniency: Partial<oauth.Client>,
): Promise<string | undefined> {
  const [wireServer, usual] = toWire(server, client);
  const fields = { access_token: "unused", token_type: "bearer", id_token: idToken };
  const response = Response.json(fields);
  const wireClient = { ...usual, ...leniency };
  try {
    await (previous === undefined && nonce !== undefined
      ? oauth.processAuthorizationCodeResponse(wireServer, wireClient, response, {
        expectedNonce: nonce.reveal(),
      })
      : oauth.processRefreshTokenResponse(wireServer, wireClient, response));
    return undefined;
  } catch (error) {
    // the library's error holds the response, so it goes no further than its message
    return error instanceof Error ? printable(error.message) : "it is not a valid OAuth answer";
  }
}

/** The header and the claims of a JWT, unchecked (RFC 7519, section 3). */
function jwtParts(idToken = ""): readonly (Fields | undefined)[] {
  return idToken.split(".").slice(0, 2).map((part) =>
    ifPossible(() => asObject(JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")))))
  );
}

/** The algorithm of an id_token; with `none` not even the header is vouched for. */
function algorithmOf(idToken: string): string | undefined {
  const [header = {}] = jwtParts(idToken);
  const algorithm = field(header, "alg", "string");
  return algorithm === "none" ? undefined : algorithm;
}

/** Whose login it is: the `sub` of the id_token, which is judged before a sign-in is saved. */
export function subjectIn(idToken: string | undefined): string | undefined {
  const [, claims = {}] = jwtParts(idToken);
  return field(claims, "sub", "string");
}

/** The scope as text; some servers send a list. */
export function scopeIn({ scope }: Fields): string | undefined {
  const text = Array.isArray(scope) ? scope.join(" ") : scope;
  return typeof text === "string" && text !== "" ? printable(text) : undefined;
}
