// Why a server refused a sign-in. Rule: the most likely cause of this very error comes first, with what to
// type against it; the server's own words follow.

import { type Advice, run, signIn, words } from "../base/advice.ts";
import type { CliError, ErrorKind } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { codeOrQuoted } from "../base/names.ts";
import { type Refusal, refusedError } from "./token_response.ts";
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

/** A cause in words, or `undefined` when it is not this one. */
type Cause = (
  refused: RefusedSignIn,
  error: string,
) => { readonly reason: string; readonly next: Advice } | undefined;

/** The refusal as an error for the person. */
export function signInRefused(refused: RefusedSignIn): CliError {
  const { at, refusal } = refused;
  const error = codeOrQuoted(refusal.error);
  const isTemporary = at === "authorization" &&
    (error === "temporarily_unavailable" || error === "server_error");
  const kind: ErrorKind = isTemporary ? "unavailable" : "denied";
  const what = at === "device" ? "Cannot sign in by device" : "Cannot sign in";
  const causes = at === "device" ? DEVICE_CAUSES : CAUSES;
  for (const cause of causes) {
    const said = cause(refused, error);
    if (said !== undefined) return refusedError(kind, what, refusal, said);
  }
  return refusedError(kind, what, refusal, unknownCause(refused, error));
}

const HOW_TO_GIVE_SECRET = "ANAPLAN_CLIENT_SECRET or --client-secret-file";

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
  sentOtherwise,
  notForDevices,
  declinedOnDevice,
  tooMuchAsked,
];

function wrongRedirectUri(
  { refusal, server, redirectUri }: RefusedSignIn,
  error: string,
): ReturnType<Cause> {
  if (!/redirect/i.test(`${error} ${refusal.description ?? ""}`)) return undefined;
  return {
    reason: `${server.name} does not accept the redirect URI (${error})`,
    next: `register exactly ${redirectUri}, or give --redirect-uri`,
  };
}

function aboutCodeChallenge(
  { refusal, server, codeVerifier }: RefusedSignIn,
  error: string,
): ReturnType<Cause> {
  if (!/code[_ ](challenge|verifier)|pkce/i.test(refusal.description ?? "")) return undefined;
  if (codeVerifier === undefined) {
    return {
      reason: `${server.name} wants a code challenge (${error})`,
      next: words`${signIn()}, without --no-pkce; if the profile keeps it: ${
        run("profile set --unset no-pkce")
      }`,
    };
  }
  return {
    reason: `${server.name} does not take the code challenge (${error})`,
    next: words`${
      signIn("--no-pkce")
    }, for one try; without PKCE another program that reads the answer can use the code`,
  };
}

function missingSecret({ server, client, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  const isMissing = client.clientSecret === undefined && at === "exchange";
  if (error !== "invalid_client" || !isMissing) return undefined;
  return {
    reason: `${server.name} wants the client's secret, and none was given (${error})`,
    next: words`give it with ${HOW_TO_GIVE_SECRET} (without a terminal nobody is asked for it)${
      isAnaplan(server)
        ? words`; a client of the kind "Device grant" has none: ${run("login --device")}`
        : ""
    }`,
  };
}

function otherKind({ server, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "unauthorized_client") return undefined;
  return {
    reason: at === "authorization"
      ? `${server.name} answered ${error}`
      : `${server.name} does not let this client sign in with a browser (${error})`,
    next: isAnaplan(server)
      ? words`${
        signIn("--device")
      }, if the client is of the kind "Device grant"; else give one of the kind "Authorization code grant" with --client-id`
      : words`${
        signIn("--device")
      }, if the client is for devices; else give another one with --client-id`,
  };
}

function damagedSecret({ server, client }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "invalid_client" || !isDamaged(client)) return undefined;
  return {
    reason: `${server.name} does not accept the client secret, which has a blank, a line break ` +
      `or a quote in it (${error})`,
    next: `copy the secret again, alone, into ${HOW_TO_GIVE_SECRET}`,
  };
}

/** A client is registered for one way of sending its secret, and the metadata lists all. */
function sentOtherwise({ server, client, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  const other = otherClientAuth(server);
  const isSent = client.clientSecret !== undefined && at !== "authorization";
  if (error !== "invalid_client" || !isSent || other === undefined) return undefined;
  const place = clientAuthOf(server) === "basic" ? "header" : "body";
  return {
    reason: `${server.name} rejects the client or its secret, sent in the ${place} (${error})`,
    next: words`${
      signIn(`${at === "device" ? "--device " : ""}--client-auth ${other}`)
    }; if that does not help, copy the secret again`,
  };
}

function wrongSecret({ server, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "invalid_client" || at !== "exchange") return undefined;
  return {
    reason: `${server.name} does not accept the client id or its secret (${error})`,
    next: "copy the secret again (ANAPLAN_CLIENT_SECRET); check --client-id" +
      (isAnaplan(server) ? ", --region" : ""), // a tenant's clients are known in its own region only
  };
}

function oldCode({ server, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "invalid_grant" || at !== "exchange") return undefined;
  return {
    reason: `${server.name} did not accept the code (${error}); it is old, was used, or the ` +
      "redirect URI differs",
    next: words`${signIn()}, and finish in the newest window`,
  };
}

function tooMuchAsked({ server, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "invalid_scope") return undefined;
  return {
    reason: `${server.name} ${
      at === "authorization" ? "answered" : "refused the request:"
    } ${error}`,
    next: "ask for less with --scope, such as --scope 'openid offline_access'",
  };
}

/** With `prompt=none`, which a profile may keep (OpenID Connect Core 1.0, section 3.1.2.6). */
function mayNotAsk({ server, at }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (
    at !== "authorization" ||
    !/^(login|consent|interaction|account_selection)_required$/.test(error)
  ) {
    return undefined;
  }
  return {
    reason: `${server.name} cannot sign you in without asking you (${error})`,
    next: signIn("--prompt login"),
  };
}

function notForDevices({ server }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "invalid_client" && error !== "unauthorized_client") return undefined;
  return {
    reason: `${server.name} does not accept the client for it (${error})`,
    next: isAnaplan(server)
      ? 'give a "Device grant" client; check --device-client-id, --region'
      : "check --device-client-id; the provider has to allow the client this way of signing in",
  };
}

function declinedOnDevice({ server }: RefusedSignIn, error: string): ReturnType<Cause> {
  if (error !== "access_denied") return undefined;
  return {
    reason: `it was declined (${error})`,
    next: isAnaplan(server)
      ? words`${signIn()}, without --device, if you use single sign-on; else with it again`
      : signIn("--device"),
  };
}

function unknownCause(
  { at, server }: RefusedSignIn,
  error: string,
): { readonly reason: string; readonly next: Advice } {
  if (at === "authorization") {
    const isDeclined = error === "access_denied";
    const reason = isDeclined ? `it was declined (${error})` : `${server.name} answered ${error}`;
    return { reason, next: signIn() };
  }
  return {
    reason: `${server.name} refused the request (${error})`,
    next: at === "device"
      ? words`${signIn("--device")}, or without --device${
        isAnaplan(server) ? " if you use single sign-on" : ""
      }`
      : words`check the client and the endpoints, then ${run("login")}`,
  };
}

/** Only Anaplan has kinds of clients, regions, and single sign-on that keeps devices out. */
function isAnaplan({ issuer }: AuthorizationServer): boolean {
  return issuer === undefined;
}

/** Whether the secret has something in it that only copying puts there; blanks around it are gone by now. */
function isDamaged({ clientSecret }: OAuthClient): boolean {
  return clientSecret !== undefined && /[\s"'`\u200b\ufeff]/.test(clientSecret.reveal());
}
