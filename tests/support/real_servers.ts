// Authorization servers that others wrote, as a company runs them, with one person, Ada, who allows
// everything. Rule: nothing of what the servers say or check is changed.
import { createServer, type RequestListener } from "node:http";
import { type Listening, listening } from "./node_server.ts";

/** What a server is to be like. */
export interface ServerWishes {
  /** The algorithm that signs its id_tokens. */
  readonly alg: "ES256" | "EdDSA" | "PS256";
  /** How its client has to send the secret; the metadata offers both. */
  readonly clientAuth: "client_secret_basic" | "client_secret_post";
}

/** A server that runs until it is disposed of, and the client that it knows. */
export interface RealServer extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Registered for a native app (RFC 8252, section 7.3). */
  readonly redirectUri: string;
}

/** Starts a server of one kind. */
export type StartServer = (wishes: ServerWishes) => Promise<RealServer>;

/** Who signs in at all of them. */
export const ADA = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  password: "analytical engine",
};

/** A server whose handler needs to know where it is. */
export async function serve(
  handlerAt: (origin: string) => Promise<RequestListener>,
): Promise<{ readonly origin: string; readonly open: Listening }> {
  const made = Promise.withResolvers<RequestListener>();
  const server = createServer(async (incoming, outgoing) => {
    (await made.promise)(incoming, outgoing);
  });
  const open = await listening(server);
  const origin = `http://localhost:${open.port}`;
  made.resolve(await handlerAt(origin));
  return { origin, open };
}
