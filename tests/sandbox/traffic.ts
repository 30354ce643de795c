// Takes every request in, notes it, lets its fault happen, and sends it on its route.
// Rule: the note has its status before the client can have the answer.
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { RecordedRequest } from "./contract.ts";
import { deliver } from "./delivery.ts";
import { type Exchange, readExchange } from "./exchange.ts";
import { type Faults, performFault } from "./faults.ts";
import type { Route } from "./routes.ts";

/** What reaches a sandbox. */
export interface Traffic {
  readonly requests: readonly RecordedRequest[];
  /** Stops listening and cuts what is open. */
  cut(): Promise<void>;
  /** Does the same until the end, and waits for what is running. */
  end(): Promise<void>;
}

/** Answers every request of the server by its fault or its route. */
export function serve(
  server: Server,
  how: { readonly origin: string; readonly gzip?: boolean | undefined },
  route: Route,
  faults: Faults,
): Traffic {
  const requests: RecordedRequest[] = [];
  const running = new Set<Promise<void>>();
  const ended = new AbortController();
  const connections = new Set<Socket>();

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const exchange = await readExchange(incoming, outgoing, how);
    const fault = faults.take(exchange.url.pathname);
    requests.push(record(exchange));
    const delivered = deliver(exchange, fault ?? {}, ended.signal);
    if (fault === undefined || await performFault(fault, exchange, ended.signal)) {
      await route(exchange);
    }
    await delivered();
  }

  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const job = answer(incoming, outgoing)
      // A connection that breaks halfway is up to the client; a bug is a 500 that says so.
      .catch((error) => {
        if (!incoming.socket.destroyed) outgoing.writeHead(500).end(String(error));
      })
      .finally(() => running.delete(job));
    running.add(job);
  });
  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    // closeAllConnections() would leave those that never came to speak TLS, for two minutes.
    for (const socket of connections) socket.destroy();
    await closed;
  }

  return {
    requests,
    cut,
    async end(): Promise<void> {
      ended.abort();
      await Promise.all([cut(), ...running]);
    },
  };
}

/** Notes the request, and its status at the last moment before the answer leaves. */
function record(exchange: Exchange): RecordedRequest {
  const { method, url, parameters, headers, outgoing } = exchange;
  const entry = { method, path: url.pathname, parameters, headers, status: 0, sent: 0 };
  const noted = <Send extends (...content: never[]) => unknown>(send: Send): Send =>
    ((...content: Parameters<Send>) => {
      entry.status = outgoing.statusCode;
      entry.sent += sizeOf(content[0]);
      return Reflect.apply(send, outgoing, content);
    }) as Send;
  outgoing.write = noted(outgoing.write);
  outgoing.end = noted(outgoing.end);
  return entry;
}

function sizeOf(content: unknown): number {
  if (typeof content === "string") return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.length : 0;
}
