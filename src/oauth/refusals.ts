// Why a server refused a sign-in. Rule: the most likely cause of this very error comes first, with what to
// type against it; the server's own words follow.

import { run, signIn, type Words, words } from "../base/words.ts";
import type { CliError, ErrorKind } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { codeOrQuoted } from "../base/names.ts";
import { type Refusal, rejectionError } from "./token_response.ts";
import {
  type AuthorizationServer,
  clientAuthOf,
  type OAuthClient,
  otherClientAuth,
} from "./wire.ts";

/** A sign-in that was refused, and where: in the browser, at the token endpoint, or by device. */
export interface RefusedSignIn {
  readonly at: "authorization" | "exchange" | "device";
  readonly refusal: Refusal;
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly redirectUri?: string;
  /** Absent when no code challenge was sent. */
  readonly codeVerifier?: Secret;
}

interface ReasonAndAdvice {
  readonly reason: string;
  readonly next: Words;
}

/** What to say about this cause; `false` when it is another. */
type Cause = (refused: RefusedSignIn, error: string) => ReasonAndAdvice | false;

const HOW_TO_GIVE_SECRET = "ANAPLAN_CLIENT_SECRET or --client-secret-file";

const wrongRedirectUri: Cause = ({ refusal, server, redirectUri }, error) =>
  /redirect/i.test(`${error} ${refusal.description ?? ""}`) && {
    reason: `${server.name} rejected the callback URL (${error})`,
    next: `register exactly ${redirectUri}, or give --redirect-uri`,
  };

const aboutCodeChallenge: Cause = ({ refusal, server, codeVerifier }, error) => {
  if (!/code[_ ](challenge|verifier)|pkce/i.test(refusal.description ?? "")) return false;
  if (codeVerifier === undefined) {
    return {
      reason: `${server.name} wants a code challenge (${error})`,
      next: words`${signIn()}, without --no-pkce and without it in the profile`,
    };
  }
  return {
    reason: `${server.name} rejected the code challenge (${error})`,
    next: words`${signIn("--no-pkce")}, for one try; it is less safe`,
  };
};

const missingSecret: Cause = ({ server, client, at }, error) => {
  const isMissing = client.clientSecret === undefined && at === "exchange";
  if (error !== "invalid_client" || !isMissing) return false;
  const next = `give it with ${HOW_TO_GIVE_SECRET} (it is asked for on a terminal only)`;
  return {
    reason: `${server.name} wants the client's secret, and none was given (${error})`,
    next: isAnaplan(server)
      ? words`${next}; a client of the kind "Device grant" has none: ${run("login --device")}`
      : next,
  };
};

const otherKind: Cause = ({ server, at }, error) => {
  if (error !== "unauthorized_client") return false;
  return {
    reason: at === "authorization"
      ? `${server.name} answered ${error}`
      : `${server.name} does not let this client sign in with a browser (${error})`,
    next: words`${signIn("--device")}, or give another client with --client-id`,
  };
};

/** Only copying puts these there; blanks around the secret are gone by now. */
const damagedSecret: Cause = ({ server, client }, error) =>
  error === "invalid_client" && /[\s"'`\u200b\ufeff]/.test(client.clientSecret?.reveal() ?? "") && {
    reason: `${server.name} rejected the client secret, which has a blank, a line break ` +
      `or a quote in it (${error})`,
    next: `copy the secret again, alone, into ${HOW_TO_GIVE_SECRET}`,
  };

/** A client is registered for one way of sending its secret, and the metadata lists all. */
const sentOtherwise: Cause = ({ server, client, at }, error) => {
  const other = otherClientAuth(server);
  const isSent = client.clientSecret !== undefined && at === "exchange";
  if (error !== "invalid_client" || !isSent || other === undefined) return false;
  const place = clientAuthOf(server) === "basic" ? "header" : "body";
  const again = signIn(`--client-auth ${other}`);
  return {
    reason: `${server.name} rejects the client or its secret, sent in the ${place} (${error})`,
    next: words`${again}; if that does not help, copy the secret again`,
  };
};

const wrongSecret: Cause = ({ server, at }, error) =>
  error === "invalid_client" && at === "exchange" && {
    reason: `${server.name} rejected the client ID or its secret (${error})`,
    next: "copy the secret again (ANAPLAN_CLIENT_SECRET); check --client-id" +
      (isAnaplan(server) ? ", --region" : ""), // a tenant's clients are known in its own region only
  };

const oldCode: Cause = ({ server, at }, error) =>
  error === "invalid_grant" && at === "exchange" && {
    reason: `${server.name} rejected the code (${error}); it is old, was used, or the ` +
      "callback URL differs",
    next: words`finish in the newest window: ${signIn()}`,
  };

const tooMuchAsked: Cause = ({ server, at }, error) =>
  error === "invalid_scope" && {
    reason: `${server.name} ${
      at === "authorization" ? "answered" : "rejected the request:"
    } ${error}`,
    next: "ask for less with --scope, such as --scope 'openid offline_access'",
  };

/** With `prompt=none`, which a profile may keep (OpenID Connect Core 1.0, section 3.1.2.6). */
const mayNotAsk: Cause = ({ server, at }, error) =>
  at === "authorization" &&
  /^(login|consent|interaction|account_selection)_required$/.test(error) && {
    reason: `${server.name} cannot sign you in without asking you (${error})`,
    next: signIn("--prompt login"),
  };

const notForDevices: Cause = ({ server }, error) => {
  if (error !== "invalid_client" && error !== "unauthorized_client") return false;
  if (!isAnaplan(server)) {
    const next =
      "check --device-client-id; the provider has to allow the client this way of signing in";
    return { reason: `${server.name} rejected the client (${error})`, next };
  }
  const again = signIn("--device --device-client-id ID");
  const needed = 'a client of the kind "Device grant"';
  return error === "unauthorized_client"
    ? {
      reason: `this client cannot sign in with a code; that needs ${needed} (${error})`,
      next: again,
    }
    : {
      reason: `${server.name} rejected the client; a code needs ${needed} (${error})`,
      next: words`${again}; check --region`,
    };
};

const declinedOnDevice: Cause = ({ server }, error) =>
  error === "access_denied" && {
    reason: `it was declined (${error})`,
    next: isAnaplan(server)
      ? words`${signIn()}, without --device, if you use single sign-on; else with it again`
      : signIn("--device"),
  };

/** What an authorization code grant fails of, in the order in which it is to be thought of. */
const CAUSES: readonly Cause[] = [
  wrongRedirectUri,
  aboutCodeChallenge,
  missingSecret,
  otherKind,
  damagedSecret,
  sentOtherwise,
  wrongSecret,
  oldCode,
  tooMuchAsked,
  mayNotAsk,
];

const DEVICE_CAUSES: readonly Cause[] = [
  notForDevices,
  declinedOnDevice,
  tooMuchAsked,
];

export function signInRejectedError(refused: RefusedSignIn): CliError {
  const { at, refusal } = refused;
  const error = codeOrQuoted(refusal.error);
  const isTemporary = at === "authorization" &&
    (error === "temporarily_unavailable" || error === "server_error");
  const kind: ErrorKind = isTemporary ? "unavailable" : "denied";
  const what = at === "device" ? "Cannot sign in by device" : "Cannot sign in";
  const causes = at === "device" ? DEVICE_CAUSES : CAUSES;
  const said = causes.map((cause) => cause(refused, error)).find((one) => one !== false) ??
    unknownCause(refused, error);
  return rejectionError(kind, what, refusal, said);
}

function unknownCause({ at, server }: RefusedSignIn, error: string): ReasonAndAdvice {
  if (at === "authorization") {
    const isDeclined = error === "access_denied";
    const reason = isDeclined ? `it was declined (${error})` : `${server.name} answered ${error}`;
    return { reason, next: signIn() };
  }
  const condition = isAnaplan(server) ? " if you use single sign-on" : "";
  return {
    reason: `${server.name} rejected the request (${error})`,
    next: at === "device"
      ? words`${signIn("--device")}, or without --device${condition}`
      : words`check the client and the endpoints, then ${run("login")}`,
  };
}

/** Only Anaplan has kinds of clients, regions, and single sign-on that keeps devices out. */
function isAnaplan({ issuer }: AuthorizationServer): boolean {
  return issuer === undefined;
}
