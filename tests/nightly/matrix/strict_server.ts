// The authorization server of the fault matrix, which is Anaplan's and any other issuer's at once.
// Rule: strict about refresh tokens, indifferent to everything that the matrix is not about.
import { type HttpAnswer, type HttpRequest, serveHttp } from "./http.ts";
import { idTokenSigner } from "./id_token.ts";
import { clientOf, json, type ServerState } from "./server_state.ts";
import { tokenEndpoint } from "./token_endpoint.ts";

/** The server; cells add clients of their own to its state. */
export interface StrictServer extends AsyncDisposable {
  readonly origin: string;
  readonly state: ServerState;
}

/** Starts it on a free port. */
export async function startStrictServer(): Promise<StrictServer> {
  const state: ServerState = {
    clients: new Map(),
    codes: new Map(),
    sign: await idTokenSigner(),
    origin: "",
  };
  const http = serveHttp((request) => answer(state, request));
  state.origin = http.origin;
  return {
    origin: http.origin,
    state,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

async function answer(state: ServerState, request: HttpRequest): Promise<HttpAnswer> {
  switch (request.url.pathname) {
    case "/oauth/token":
      return await tokenEndpoint(state, request);
    case "/authorize":
      return authorize(state, request);
    case "/2/0/users/me":
    case "/userinfo":
      return await user(state, request);
    case "/token/logout":
      return endLogin(state, tokenIn(request));
    case "/revoke":
      return endLogin(state, request.form.get("token") ?? "");
    case "/.well-known/openid-configuration":
      return json(metadata(state.origin));
    default:
      return json({ error: "nothing is here" }, 404);
  }
}

function metadata(origin: string): Record<string, unknown> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/revoke`,
    userinfo_endpoint: `${origin}/userinfo`,
    jwks_uri: `${origin}/jwks`,
    response_types_supported: ["code"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
    authorization_response_iss_parameter_supported: true,
  };
}

/** The user approves at once. */
function authorize(state: ServerState, { url: { searchParams } }: HttpRequest): HttpAnswer {
  const client = state.clients.get(searchParams.get("client_id") ?? "");
  if (client === undefined) return json({ error: "no such client" }, 400);
  const code = `code.${client.id}.${crypto.randomUUID()}`;
  state.codes.set(code, { client, nonce: searchParams.get("nonce") });
  const location = new URL(searchParams.get("redirect_uri") ?? "");
  location.searchParams.set("code", code);
  location.searchParams.set("state", searchParams.get("state") ?? "");
  location.searchParams.set("iss", state.origin);
  return { status: 302, headers: { location: location.href }, body: new Uint8Array() };
}

async function user(state: ServerState, request: HttpRequest): Promise<HttpAnswer> {
  const token = tokenIn(request);
  const client = clientOf(state, token);
  await client?.meanwhile("user");
  const isGood = client?.logins.some(({ hasEnded, accessTokens }) =>
    !hasEnded && accessTokens.includes(token)
  );
  if (!isGood) return json({ status: { message: "The token is not valid" } }, 401);
  const person = { id: "1", email: "ada@example.com", firstName: "Ada", lastName: "Lovelace" };
  return json({ user: person, sub: "1", email: person.email, name: "Ada Lovelace" });
}

function endLogin(state: ServerState, token: string): HttpAnswer {
  const client = clientOf(state, token);
  for (const login of client?.logins ?? []) {
    const isIt = [...login.refreshTokens, ...login.accessTokens].includes(token);
    if (isIt || client?.endsWholeGrant) login.hasEnded = true;
  }
  return json({});
}

function tokenIn({ headers }: HttpRequest): string {
  return headers.get("authorization")?.split(" ")[1] ?? "";
}
