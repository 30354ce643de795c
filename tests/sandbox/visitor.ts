// A plain client of the sandbox, for its own tests: requests by hand, nothing from the program.
// Rule: every request has a connection of its own, so what a test cuts is what it meant to cut.
import type { Sandbox } from "./contract.ts";
import { browse } from "../support/scripted_browser.ts";

const REDIRECT_URI = "https://127.0.0.1:8443/callback";

/** What the sandbox answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body as JSON, empty when it is not JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a request may have besides its URL. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  /** Makes it a POST of a form. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Sends one request. */
export async function ask(
  { caPem }: Sandbox,
  url: string,
  asked: RequestOptions = {},
): Promise<Reply> {
  using client = Deno.createHttpClient({ caCerts: [caPem], poolMaxIdlePerHost: 0 });
  const { form, ...request } = asked;
  const sent = form === undefined ? {} : { method: "POST", body: new URLSearchParams({ ...form }) };
  const response = await fetch(url, { ...request, ...sent, client });
  const bytes = await response.bytes();
  const text = new TextDecoder().decode(bytes);
  const { status, headers } = response;
  const isJson = text !== "" && headers.get("content-type")?.startsWith("application/json");
  return { status, headers, text, bytes, json: isJson ? JSON.parse(text) : {} };
}

/** The authorization URL of a confidential client, as the program would open it. */
export function authorizationUrl(
  { endpoints }: Sandbox,
  { clientId }: { clientId: string },
  parameters: Record<string, string> = {},
): string {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email offline_access",
    state: "a-state",
    ...parameters,
  });
  return `${endpoints.authorization}?${query}`;
}

/** Signs in through the browser and gives the form that exchanges the code. */
export async function codeForm(
  sandbox: Sandbox,
  client: { clientId: string; clientSecret: string },
): Promise<Record<string, string>> {
  const { url } = await browse(authorizationUrl(sandbox, client));
  return {
    grant_type: "authorization_code",
    code: new URL(url).searchParams.get("code") ?? "",
    redirect_uri: REDIRECT_URI,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  };
}

/** Signs in and exchanges the code. */
export async function signIn(
  sandbox: Sandbox,
  client: { clientId: string; clientSecret: string },
): Promise<Reply> {
  return await ask(sandbox, sandbox.endpoints.token, { form: await codeForm(sandbox, client) });
}

/** Exchanges the refresh token of an earlier reply. */
export function refresh(
  sandbox: Sandbox,
  client: { clientId: string; clientSecret?: string },
  { json }: Reply,
): Promise<Reply> {
  const form = {
    grant_type: "refresh_token",
    refresh_token: String(json.refresh_token),
    client_id: client.clientId,
    ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
  };
  return ask(sandbox, sandbox.endpoints.token, { form });
}

/** Calls an API with the access token of an earlier reply. */
export function call(
  sandbox: Sandbox,
  path: string,
  { json }: Reply,
  { scheme = "AnaplanAuthToken", ...asked }: RequestOptions & { readonly scheme?: string } = {},
): Promise<Reply> {
  const headers = { ...asked.headers, authorization: `${scheme} ${json.access_token}` };
  const form = path === "/token/logout" ? { form: {} } : {};
  return ask(sandbox, sandbox.origin + path, { ...asked, ...form, headers });
}
