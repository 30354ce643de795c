// Another web server, for one test: a name is mapped to its address.
// Rule: HTTPS with a certificate of its own authority, and every request is kept with its headers.
import { createServer } from "node:https";
import type { IncomingMessage } from "node:http";
import { makeCertificate } from "../sandbox/certificate.ts";
import { listening } from "./node_server.ts";

/** A request that reached it. */
export interface StandInRequest {
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
}

/** What it answers. */
export interface StandInAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that runs until it is disposed of. */
export interface StandIn extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** The authority to trust for it, as PEM. */
  readonly caPem: string;
  /** The SHA-256 of its public key in base64, by which Chromium can accept it alone. */
  readonly spki: string;
  readonly requests: readonly StandInRequest[];
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startStandIn(
  answer: (request: StandInRequest) => StandInAnswer,
  certificateEnd?: Date,
): Promise<StandIn> {
  const { caPem, certificatePem, keyPem } = await makeCertificate(certificateEnd);
  const requests: StandInRequest[] = [];
  const server = createServer({ cert: certificatePem, key: keyPem }, (incoming, outgoing) => {
    const request = { target: incoming.url ?? "/", headers: incoming.headers };
    requests.push(request);
    const { status, headers = {}, body = "" } = answer(request);
    outgoing.writeHead(status, { "cache-control": "no-store", ...headers }).end(body);
  });
  const open = await listening(server);
  return {
    origin: `https://127.0.0.1:${open.port}`,
    port: open.port,
    caPem,
    spki: await spkiOf(keyPem),
    requests,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

async function spkiOf(keyPem: string): Promise<string> {
  const { createPublicKey } = await import("node:crypto");
  const spki = createPublicKey(keyPem).export({ type: "spki", format: "der" });
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(spki));
  return new Uint8Array(digest).toBase64();
}
