// What the fault matrix's authorization server knows: its clients, their logins, and what was asked.
// Rule: a login of a client is named by its refresh tokens, and each client belongs to one cell.
import type { HttpAnswer } from "./http.ts";
import type { IdTokenChange, SignIdToken } from "./id_token.ts";

/** The fields of a token endpoint's answer. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a token request has earned. */
export interface Grant {
  /** The refresh token that was sent; absent when it was a code. */
  readonly sent: string | undefined;
  /** The fields of a right answer. */
  readonly fields: Fields & { readonly access_token: string; readonly refresh_token: string };
  idToken(change: IdTokenChange): Promise<string>;
}

/** How a token request is answered. */
export interface TokenAnswer extends HttpAnswer {
  /** The refresh token that is valid from now on; nothing rotates without it. */
  readonly rotatesTo?: string | undefined;
}

/** A moment at which a cell can act: before the answer, in the middle of it, at a question after it. */
export type Moment = "held" | "halfway" | "user";

/** A token request that came. */
export interface TokenRequest {
  readonly grantType: string;
  /** The refresh token or the code. */
  readonly sent: string;
  readonly result: "answered" | "reused" | "unknown" | "wrong client";
}

/** A login as the server knows it: every refresh token that it had, the valid one last. */
export interface ServerLogin {
  readonly refreshTokens: string[];
  readonly accessTokens: string[];
  hasEnded: boolean;
}

/** A client of the server, and all that happened to it. */
export interface Client {
  readonly id: string;
  readonly secret: string;
  readonly requests: TokenRequest[];
  readonly logins: ServerLogin[];
  answer: (grant: Grant) => TokenAnswer | Promise<TokenAnswer>;
  meanwhile: (moment: Moment) => Promise<void>;
  /** How long access tokens are, in characters. */
  tokenLength: number;
  /** Ending one login ends every login of the client, as at servers that know grants only. */
  endsWholeGrant: boolean;
  /** By how much the server's times are wrong for this client, in milliseconds. */
  clockShift: number;
}

/** A code that the client has not exchanged yet, or the login that it became. */
export interface Code {
  readonly client: Client;
  readonly nonce: string | null;
  login?: ServerLogin;
}

/** Everything that the server knows. */
export interface ServerState {
  readonly clients: Map<string, Client>;
  readonly codes: Map<string, Code>;
  readonly sign: SignIdToken;
  /** Set once the server listens. */
  origin: string;
}

/** A pair of tokens. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

let count = 0;

/** Adds a client, which has no login yet. */
export function addClient(state: ServerState): Client {
  const client: Client = {
    id: `cell-${++count}`,
    secret: `secret-of-cell-${count}`,
    requests: [],
    logins: [],
    answer: rightAnswer,
    meanwhile: () => Promise.resolve(),
    tokenLength: 60,
    endsWholeGrant: false,
    clockShift: 0,
  };
  state.clients.set(client.id, client);
  return client;
}

/** Makes a login for the client, as if it had signed in. */
export function addLogin(client: Client): Tokens {
  const { accessToken, refreshToken } = newTokens(client);
  client.logins.push({
    refreshTokens: [refreshToken],
    accessTokens: [accessToken],
    hasEnded: false,
  });
  return { accessToken, refreshToken };
}

/** Tokens that name their client; see {@link clientOf}. */
export function newTokens(client: Client): Tokens {
  const name = `${client.id}.${++count}.${crypto.randomUUID()}`;
  return { accessToken: `at.${name}.`.padEnd(client.tokenLength, "x"), refreshToken: `rt.${name}` };
}

/** The client that a token was made for. */
export function clientOf(state: ServerState, token: string): Client | undefined {
  return state.clients.get(token.split(".")[1] ?? "");
}

/** Whether a refresh token is the valid one of a login that has not ended. */
export function isValid(client: Client, refreshToken: string | undefined): boolean {
  return refreshToken !== undefined &&
    client.logins.some((login) => !login.hasEnded && login.refreshTokens.at(-1) === refreshToken);
}

/** An answer with this JSON. */
export function json(body: unknown, status = 200): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

/** The answer of a server that does everything right. */
export function rightAnswer({ fields }: Grant): TokenAnswer {
  return { ...json(fields), rotatesTo: fields.refresh_token };
}

/** The same without an id_token, which a refresh may lack (OpenID Connect Core 1.0, section 12.2). */
export function plainAnswer({ fields }: Grant): TokenAnswer {
  return { ...json({ ...fields, id_token: undefined }), rotatesTo: fields.refresh_token };
}
