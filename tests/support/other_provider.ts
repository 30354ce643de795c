// Another OAuth provider than Anaplan: oauth2-mock-server, which issues signed JWTs and knows one person.
// Rule: everything that it is asked is kept, and whatever is said wrongly is said so by the test.
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { OAuth2Issuer, OAuth2Service } from "oauth2-mock-server";

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

/** Starts it at `http://localhost:PORT`. */
export async function startOtherProvider(): Promise<OtherProvider> {
  const issuer = new OAuth2Issuer();
  await issuer.keys.generate("RS256");
  const service = new OAuth2Service(issuer);
  const requests: ProviderRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    requests.push({
      method: incoming.method ?? "",
      path: (incoming.url ?? "").split("?")[0] ?? "",
      userAgent: incoming.headers["user-agent"] ?? "",
    });
    service.requestHandler(incoming, outgoing);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  issuer.url = `http://localhost:${await listen(server)}`;
  return {
    issuer: issuer.url,
    service,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" ? address?.port ?? 0 : 0);
    });
  });
}
