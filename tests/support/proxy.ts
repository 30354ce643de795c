// A company's forward proxy on this computer, as programs meet it: CONNECT, perhaps credentials, and
// either a plain tunnel or one that is opened, looked into, and closed again with the company's own
// certificate.
// Rule: it resolves the names, so a program reaches its real hosts here; a name that it does not know is
// refused, and nothing ever leaves this computer.
import { connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, request as requestTls } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type Company, foundCompany } from "./company.ts";
import { type Listening, listening } from "./node_server.ts";

/** What one program asked the proxy for. */
export interface Tunnel {
  /** `host:port`, as it was asked for. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What went through an inspected tunnel. */
export interface Inspected {
  readonly host: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A page in place of an answer, or in place of a tunnel. */
export interface Page {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a proxy is like; each can be changed while it runs. */
export interface ProxyManners {
  /** `user:password` that it wants (407 without). */
  credentials?: string | undefined;
  /** Opens what goes through; a plain tunnel otherwise. */
  inspects: boolean;
  /** What it does in place of a tunnel; `drop` hangs up, `page` says 200 and sends a page. */
  instead?: Page | "drop" | "page" | undefined;
  /** What it answers inside an opened tunnel in the server's place. */
  answers?: Page | undefined;
}

/** A proxy that runs until it is disposed of. */
export interface Proxy extends AsyncDisposable, ProxyManners {
  readonly port: number;
  readonly url: string;
  readonly caPem: string;
  readonly tunnels: readonly Tunnel[];
  readonly inspected: readonly Inspected[];
}

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

/** Starts a proxy; `targets` says to which port of this computer a `host:port` leads. */
export async function startProxy(
  targets: Readonly<Record<string, number>>,
  { address = "127.0.0.1", ...manners }: Partial<ProxyManners> & { readonly address?: string } = {},
): Promise<Proxy> {
  await using undo = new AsyncDisposableStack();
  const company = await foundCompany();
  const tunnels: Tunnel[] = [];
  const inspected: Inspected[] = [];
  const opened = new Map<string, Promise<Listening>>();
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    readHead(socket, (target, headers, rest) => {
      tunnels.push({ target, headers });
      const refusal = refusalOf(proxy, headers) ?? proxy.instead ??
        (target in targets ? undefined : { status: 502 });
      if (refusal === "drop") return socket.destroy();
      if (refusal === "page") return sendPage(socket);
      if (refusal !== undefined) return socket.end(responseOf(refusal));
      void portBehind(target).then((port) => join(socket, port, rest));
    });
  });

  async function portBehind(target: string): Promise<number> {
    const port = targets[target] ?? 0;
    if (!proxy.inspects) return port;
    const known = opened.get(target) ?? inspector(company, target, port, inspected, proxy);
    opened.set(target, known);
    return (await known).port;
  }

  undo.defer(async () => {
    for (const one of opened.values()) await (await one)[Symbol.asyncDispose]();
  });
  const { port } = undo.use(await listening(server, address));
  const proxy: ProxyManners = { inspects: true, ...manners };
  const end = undo.move();
  return Object.assign(proxy, {
    port,
    url: `http://${address}:${port}`,
    caPem: company.caPem,
    tunnels,
    inspected,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  });
}

function readHead(
  socket: Socket,
  then: (target: string, headers: Record<string, string>, rest: Uint8Array) => void,
): void {
  let head = "";
  const onData = (chunk: Uint8Array): void => {
    head += String.fromCharCode(...chunk);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", onData);
    socket.pause();
    const [first = "", ...lines] = head.slice(0, end).split("\r\n");
    const headers = lines.map((line) => {
      const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      return [name.toLowerCase(), value];
    });
    const rest = Uint8Array.from(head.slice(end + 4), (letter) => letter.charCodeAt(0));
    then(first.split(" ")[1] ?? "", Object.fromEntries(headers), rest);
  };
  socket.on("data", onData);
}

function refusalOf(
  { credentials }: ProxyManners,
  headers: Readonly<Record<string, string>>,
): Page | undefined {
  const wanted = credentials === undefined ? undefined : `Basic ${btoa(credentials)}`;
  if (wanted === undefined || headers["proxy-authorization"] === wanted) return undefined;
  return { status: 407, headers: { "proxy-authenticate": 'Basic realm="Corp"' } };
}

function responseOf({ status, headers = {}, body = "" }: Page): string {
  const lines = Object.entries({ ...headers, "content-length": String(body.length) });
  return `HTTP/1.1 ${status} Said the proxy\r\n${
    lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  }\r\n${body}`;
}

/** A captive portal: it says that the tunnel is open, and speaks itself when it is spoken to. */
function sendPage(socket: Socket): void {
  socket.write(ESTABLISHED);
  socket.once("data", () => socket.end("<html><title>Sign in to the network</title></html>"));
  socket.resume();
}

function join(socket: Socket, port: number, rest: Uint8Array): void {
  const far = connect(port, "127.0.0.1", () => {
    socket.write(ESTABLISHED);
    far.write(rest);
    socket.pipe(far).pipe(socket);
  });
  far.on("error", () => socket.destroy());
  far.on("close", () => socket.destroy());
  socket.on("close", () => far.destroy());
}

/** A server with the company's certificate for the host; it notes each request and hands it on. */
async function inspector(
  company: Company,
  target: string,
  port: number,
  inspected: Inspected[],
  manners: ProxyManners,
): Promise<Listening> {
  const [host = ""] = target.split(":");
  const server = createTlsServer(await company.certify(host), (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    inspected.push({ host, method, path: url.split("?")[0] ?? "", headers });
    const page = manners.answers;
    if (page === undefined) return handOn(incoming, outgoing, port);
    outgoing.writeHead(page.status, page.headers).end(page.body);
  });
  return await listening(server);
}

function handOn(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method = "GET", url: path = "/", headers } = incoming;
  const onward = requestTls(
    { host: "127.0.0.1", port, method, path, headers, agent: false, rejectUnauthorized: false },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
