// better-auth as an OAuth provider, inside an application whose pages answer as soon as they are asked.
import { oauthProvider } from "npm:@better-auth/oauth-provider@1.7.5";
import { betterAuth } from "npm:better-auth@1.7.5";
import { memoryAdapter } from "npm:better-auth@1.7.5/adapters/memory";
import { toNodeHandler } from "npm:better-auth@1.7.5/node";
import { jwt } from "npm:better-auth@1.7.5/plugins";
import { randomBytes } from "node:crypto";
import { freePort } from "./free_port.ts";
import { ADA, type RealServer, serve, type ServerWishes } from "./real_servers.ts";

/** better-auth with the pages of an application: Ada signs in and consents as soon as she is asked. */
export async function startBetterAuth({ alg, clientAuth }: ServerWishes): Promise<RealServer> {
  const redirectUri = `http://127.0.0.1:${freePort()}/callback`;
  const client = { id: "", secret: "" };
  const { origin, open } = await serve(async (baseURL) => {
    const auth = betterAuthAt(baseURL, alg);
    const { tables } = await auth.$context;
    for (const table of Object.keys(tables)) auth.database[table] = [];
    const post = poster(auth.handler, baseURL);
    const { headers } = await post("/sign-up/email", ADA);
    const made = await post("/oauth2/create-client", {
      redirect_uris: [redirectUri],
      application_type: "native",
      token_endpoint_auth_method: clientAuth,
      scope: "openid email offline_access",
    }, headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "));
    const { client_id, client_secret } = await made.json();
    Object.assign(client, { id: client_id, secret: client_secret });
    return toNodeHandler(applicationAround(auth.handler, post));
  });
  return {
    issuer: `${origin}/api/auth`,
    clientId: client.id,
    clientSecret: client.secret,
    redirectUri,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

function betterAuthAt(baseURL: string, alg: ServerWishes["alg"]) {
  const database: Record<string, unknown[]> = {};
  const auth = betterAuth({
    baseURL,
    secret: randomBytes(32).toString("hex"),
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      jwt({ jwks: { keyPairConfig: { alg } }, disableSettingJwtHeader: true }),
      // its types are not made for exact optional properties
      oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" }) as never,
    ],
  });
  return Object.assign(auth, { database });
}

type Handler = (request: Request) => Promise<Response>;
type Post = (path: string, body: unknown, cookie?: string) => Promise<Response>;

function poster(handler: Handler, origin: string): Post {
  return (path, body, cookie = "") =>
    handler(
      new Request(`${origin}/api/auth${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin, cookie },
        body: JSON.stringify(body),
      }),
    );
}

/** The application's own two pages, on which a person would press a button. */
function applicationAround(handler: Handler, post: Post): Handler {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const oauth_query = search.slice(1);
    const cookie = request.headers.get("cookie") ?? "";
    const answer = pathname === "/sign-in"
      ? await post("/sign-in/email", { ...ADA, oauth_query }, cookie)
      : pathname === "/consent"
      ? await post("/oauth2/consent", { accept: true, oauth_query }, cookie)
      : undefined;
    if (answer === undefined) return await handler(request);
    const headers = new Headers({ location: (await answer.json()).url });
    for (const set of answer.headers.getSetCookie()) headers.append("set-cookie", set);
    return new Response(null, { status: 302, headers });
  };
}
