// Why a sign-in was refused: the most likely cause of each error comes first.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type RefusedSignIn, signInRejectedError } from "../../src/oauth/refusals.ts";
import type { AuthorizationServer } from "../../src/oauth/wire.ts";
import { Secret } from "../../src/base/secret.ts";
import { KNOWN_SERVER, REDIRECT_URI, SERVER } from "../support/oauth.ts";
import { nextOf } from "../support/shown.ts";

interface Row {
  readonly cause: string;
  readonly server?: AuthorizationServer;
  readonly at: RefusedSignIn["at"];
  readonly error: string;
  readonly description?: string;
  /** No secret when it is not given. */
  readonly secret?: string;
  /** Whether a code challenge was sent. */
  readonly isPkce?: boolean;
  readonly says: string;
  /** How the `Next:` line begins. */
  readonly next: string;
}

/** A server that takes a secret in the header and in the body. */
const BOTH: AuthorizationServer = {
  ...KNOWN_SERVER,
  clientAuthMethods: ["client_secret_basic", "client_secret_post"],
};

const TABLE: readonly Row[] = [
  {
    cause: "a secret in the body, where the server takes it in the header as well",
    server: BOTH,
    at: "exchange",
    error: "invalid_client",
    secret: "hush",
    says: "rejects the client or its secret, sent in the body (invalid_client)",
    next: "anaplan-auth login --client-auth basic; if that does not help, copy the secret again",
  },
  {
    cause: "a secret in the header, where the server takes it in the body as well",
    server: { ...BOTH, clientAuth: "basic" },
    at: "exchange",
    error: "invalid_client",
    secret: "hush",
    says: "rejects the client or its secret, sent in the header (invalid_client)",
    next: "anaplan-auth login --client-auth post;",
  },
  {
    cause: "a secret sent in a way that the metadata does not offer",
    server: { ...KNOWN_SERVER, clientAuth: "post", clientAuthMethods: ["client_secret_basic"] },
    at: "exchange",
    error: "invalid_client",
    secret: "hush",
    says: "sent in the body (invalid_client)",
    next: "anaplan-auth login --client-auth basic;",
  },
  {
    cause: "no secret, where the server takes it in the header and in the body",
    server: BOTH,
    at: "exchange",
    error: "invalid_client",
    says: "wants the client's secret, and none was given",
    next: "give it with ANAPLAN_CLIENT_SECRET",
  },
  {
    cause: "a redirect URI that is not registered, at the token endpoint",
    at: "exchange",
    error: "invalid_grant",
    description: "redirect_uri did not match",
    secret: "hush",
    says: "rejected the callback URL (invalid_grant); the server says “redirect_uri did not match”",
    next: `register exactly ${REDIRECT_URI}, or give --redirect-uri`,
  },
  {
    cause: "a redirect URI that is not registered, in the browser",
    at: "authorization",
    error: "redirect_uri_mismatch",
    says: "rejected the callback URL",
    next: `register exactly ${REDIRECT_URI}`,
  },
  {
    cause: "a server that refuses a code challenge",
    at: "authorization",
    error: "invalid_request",
    description: "code_challenge is not supported",
    says: "rejected the code challenge",
    isPkce: true,
    next: "anaplan-auth login --no-pkce, for one try; it is less safe",
  },
  {
    cause: "a server that wants a code challenge, of which there was none",
    at: "authorization",
    error: "invalid_request",
    description: "PKCE is required",
    says: "wants a code challenge (invalid_request)",
    next: "anaplan-auth login, without --no-pkce and without it in the profile",
  },
  {
    cause: "a secret that was not given",
    at: "exchange",
    error: "invalid_client",
    says: "Anaplan wants the client's secret, and none was given (invalid_client)",
    next: "give it with ANAPLAN_CLIENT_SECRET or --client-secret-file (it is asked for on a",
  },
  {
    cause: "a secret of another client",
    at: "exchange",
    error: "invalid_client",
    secret: "hush",
    says: "rejected the client ID or its secret",
    next: "copy the secret again (ANAPLAN_CLIENT_SECRET",
  },
  {
    cause: "a secret that was copied with a line break in it",
    at: "exchange",
    error: "invalid_client",
    secret: "hu\nsh",
    says: "has a blank, a line break or a quote in it",
    next: "copy the secret again, alone",
  },
  {
    cause: "a secret that was copied with its quotes",
    at: "exchange",
    error: "invalid_client",
    secret: '"hush"',
    says: "has a blank, a line break or a quote in it",
    next: "copy the secret again, alone",
  },
  {
    cause: "a client of the kind Device grant, with a secret",
    at: "exchange",
    error: "unauthorized_client",
    secret: "hush",
    says: "does not let this client sign in with a browser",
    next: "anaplan-auth login --device, or give another client with --client-id",
  },
  {
    cause: "a client of the kind Device grant, without a secret",
    at: "exchange",
    error: "unauthorized_client",
    says: "does not let this client sign in with a browser",
    next: "anaplan-auth login --device",
  },
  {
    cause: "a client of the kind Device grant, in the browser already",
    at: "authorization",
    error: "unauthorized_client",
    says: "Anaplan answered unauthorized_client",
    next: "anaplan-auth login --device",
  },
  {
    cause: "a code that came too late",
    at: "exchange",
    error: "invalid_grant",
    secret: "hush",
    says: "it is old, was used, or the callback URL differs",
    next: "finish in the newest window: anaplan-auth login",
  },
  {
    cause: "a scope that the client may not ask for",
    at: "authorization",
    error: "invalid_scope",
    says: "Anaplan answered invalid_scope",
    next: "ask for less with --scope",
  },
  {
    cause: "a page that may ask nothing, and has to",
    server: KNOWN_SERVER,
    at: "authorization",
    error: "login_required",
    says: "Anaplan cannot sign you in without asking you (login_required)",
    next: "anaplan-auth login --prompt login",
  },
  {
    cause: "a person who declined",
    at: "authorization",
    error: "access_denied",
    says: "it was declined (access_denied)",
    next: "anaplan-auth login",
  },
  {
    cause: "a client of another kind, by device",
    at: "device",
    error: "unauthorized_client",
    says: 'this client cannot sign in with a code; that needs a client of the kind "Device grant"',
    next: "anaplan-auth login --device --device-client-id ID",
  },
  {
    cause: "a client that is not known, by device",
    at: "device",
    error: "invalid_client",
    says: 'Anaplan rejected the client; a code needs a client of the kind "Device grant"',
    next: "anaplan-auth login --device --device-client-id ID; check --region",
  },
  {
    cause: "single sign-on, by device",
    at: "device",
    error: "access_denied",
    says: "it was declined (access_denied)",
    next: "anaplan-auth login, without --device, if you use single sign-on",
  },
];

for (
  const { cause, server = SERVER, at, error, description, secret, isPkce, says, next } of TABLE
) {
  Deno.test(`${cause}: that is the first advice`, () => {
    const refusal = { status: 400, error, ...(description === undefined ? {} : { description }) };
    const client = {
      clientId: "a-client",
      ...(secret === undefined ? {} : { clientSecret: new Secret(secret) }),
    };
    const refused = {
      ...{ at, refusal, server, client, redirectUri: REDIRECT_URI },
      ...(isPkce ? { codeVerifier: new Secret("a-verifier") } : {}),
    };
    const said = signInRejectedError(refused);
    assertEquals([said.kind, said.oauthError], ["denied", error]);
    assertStringIncludes(said.message, says);
    assertEquals(nextOf(said).slice(0, next.length), next);
    assertEquals(said.message.includes(secret ?? "\0"), false);
  });
}

Deno.test("a client that the server does not know may be one of another region, of Anaplan only", () => {
  const client = { clientId: "a-client", clientSecret: new Secret("hush") };
  const refusal = { status: 401, error: "invalid_client" };
  const nextOf = (at: RefusedSignIn["at"], server: typeof SERVER): string =>
    formatWords(
      signInRejectedError({ at, refusal, server, client, redirectUri: REDIRECT_URI }).next ?? "",
    );
  for (const at of ["exchange", "device"] as const) {
    assertStringIncludes(nextOf(at, SERVER), "--region");
    assertEquals(nextOf(at, KNOWN_SERVER).includes("--region"), false);
  }
});
