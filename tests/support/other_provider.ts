// Another OAuth provider than Anaplan: oauth2-mock-server, which issues signed JWTs and knows one person.
// Rule: everything that it is asked is kept, and whatever is said wrongly is said so by the test.
import { createServer } from "node:http";
import { OAuth2Issuer, OAuth2Service } from "npm:oauth2-mock-server@9.3.0";
import { listening } from "./node_server.ts";

/** A provider that runs until it is disposed of. */
export interface OtherProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Changes what it says; events are oauth2-mock-server's. */
  readonly service: OAuth2Service;
  /** Method, path and form of each request. */
  readonly requests: readonly ProviderRequest[];
}

/** A request that reached it. */
export interface ProviderRequest {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
}

/** Starts it at `http://localhost:PORT`; its id_tokens are signed with the algorithm. */
export async function startOtherProvider(alg = "RS256"): Promise<OtherProvider> {
  const issuer = new OAuth2Issuer();
  await issuer.keys.generate(alg);
  const service = new OAuth2Service(issuer);
  const requests: ProviderRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push({
      method: incoming.method ?? "",
      path: (incoming.url ?? "").split("?")[0] ?? "",
      userAgent: incoming.headers["user-agent"] ?? "",
    });
    service.requestHandler(incoming, outgoing);
  });
  const open = await listening(server);
  issuer.url = `http://localhost:${open.port}`;
  return {
    issuer: issuer.url,
    service,
    requests,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}
