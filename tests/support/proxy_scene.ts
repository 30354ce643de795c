// The real `proxy` in front of a real HTTPS server, which answers as a test says and remembers what it was asked.
// Rule: the server is the API and the token endpoint of one login; no two tokens are the same.
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { makeCertificate } from "../sandbox/certificate.ts";
import { type StaleLogin, staleLogin } from "../hostile/stale_login.ts";
import { listening } from "./node_server.ts";
import { type Program, type ProgramOptions, startProgram } from "./program.ts";

/** A request that reached the server. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** How the server answers; what it does not end stays open. */
export type Answering = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void;

/** The server. */
export interface Upstream extends AsyncDisposable {
  readonly origin: string;
  readonly caFile: string;
  /** All but those for tokens. */
  readonly asked: readonly Asked[];
  /** How many refreshes there were. */
  readonly refreshes: number;
  answer: Answering;
  /** What the token endpoint answers; new tokens by default. */
  answerToken: Answering;
  /** Reads no body by itself: the handler has the request. */
  flowing: boolean;
  /** Connections from now on see another certificate, of an untrusted authority. */
  changeCertificate(): Promise<void>;
}

/** Answers what it was asked in JSON. */
const echo: Answering = ({ method, url, headers, body }, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers, length: body.length }));
};

/** @param address where it listens on this computer. */
export async function startUpstream(address = "127.0.0.1"): Promise<Upstream> {
  const { caPem, certificatePem, keyPem } = await makeCertificate();
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-upstream-" });
  await Deno.writeTextFile(`${directory}/ca.pem`, caPem);
  const asked: Asked[] = [];
  let refreshes = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = request;
    const isToken = url.startsWith("/oauth/token");
    const chunks: Uint8Array[] = [];
    if (isToken || !upstream.flowing) { for await (const chunk of request) chunks.push(chunk); }
    const body = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
    if (isToken) refreshes++;
    else asked.push({ method, url, headers, body });
    (isToken ? upstream.answerToken : upstream.answer)(
      { method, url, headers, body },
      response,
      request,
    );
  };
  const server = createServer({ cert: certificatePem, key: keyPem }, (request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  const { port, ...listener } = await listening(server, address);
  const upstream: Upstream = {
    origin: `https://${address.includes(":") ? `[${address}]` : address}:${port}`,
    caFile: `${directory}/ca.pem`,
    asked,
    get refreshes() {
      return refreshes;
    },
    answer: echo,
    answerToken(_asked, response) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({
        access_token: `token-number-${refreshes}`,
        refresh_token: `refresh-number-${refreshes}`,
        token_type: "Bearer",
        expires_in: 2100,
      }));
    },
    flowing: false,
    async changeCertificate() {
      const other = await makeCertificate();
      server.setSecureContext({ cert: other.certificatePem, key: other.keyPem });
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
  return upstream;
}

/** A proxy that runs, what is behind it, and who is signed in. */
export interface ProxyScene extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly home: StaleLogin;
  readonly program: Program;
  /** With a slash at its end. */
  readonly base: string;
  readonly port: number;
  /** The first segment of the path. */
  readonly secret: string;
  /** Asks for a path. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export const HOUR = 3_600_000;
export const OLD_TOKEN = "the-old-token-0123456789";

/** Starts a proxy for a login whose token is an hour old and an hour valid, or as `fields` say. */
export async function proxyScene(
  flags: readonly string[] = [],
  fields: Readonly<Record<string, unknown>> = {},
  { address, ...options }: Partial<ProgramOptions> & { readonly address?: string } = {},
): Promise<ProxyScene> {
  await using undo = new AsyncDisposableStack();
  const upstream = undo.use(await startUpstream(address));
  const { origin, caFile } = upstream;
  const endpoints = {
    authorization: `${origin}/authorize`,
    token: `${origin}/oauth/token`,
    apiUrl: origin,
    authUrl: origin,
  };
  const home = undo.use(
    await staleLogin({ endpoints, caFile }, {
      accessToken: OLD_TOKEN,
      obtainedAt: Date.now() - HOUR,
      expiresAt: Date.now() + HOUR,
      ...fields,
    }),
  );
  const program = undo.use(
    await startProgram(["proxy", ...flags], { home: home.path, ...options }),
  );
  const [base] = await program.printed(/http:\/\/[^\s"]+\//);
  const url = new URL(base);
  const all = undo.move();
  return {
    upstream,
    home,
    program,
    base,
    port: Number(url.port),
    secret: url.pathname.split("/")[1] ?? "",
    ask: (path, init) => fetch(base + path.replace(/^\//, ""), init),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Sends bytes as they are, and gives what comes until the other side closes or nothing comes for a while. */
export async function sendRaw(
  address: { readonly port: number } | { readonly path: string },
  text: string,
  patience = 2_000,
): Promise<string> {
  using connection = "port" in address
    ? await Deno.connect({ hostname: "127.0.0.1", port: address.port })
    : await Deno.connect({ transport: "unix", path: address.path });
  await connection.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  const buffer = new Uint8Array(16_384);
  let answer = "";
  while (true) {
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), answer === "" ? patience : 150);
    const length = await Promise.race([connection.read(buffer).catch(() => null), promise]);
    clearTimeout(timer);
    if (length === null) return answer;
    answer += String.fromCharCode(...buffer.subarray(0, length)); // a decoder renames some bytes
  }
}

/** The status of a raw answer; 0 for none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
