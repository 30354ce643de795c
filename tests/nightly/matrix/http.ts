// Speaks HTTP/1.1 by hand, so that an answer can be as odd as a cell of the fault matrix needs it.
// Rule: one request a connection, on 127.0.0.1 only; a client that hangs up is no error.
import { pause } from "../../torture/races.ts";

/** What a client sent. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly form: URLSearchParams;
}

/** What goes back, byte for byte. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Sends the body one byte at a time, as chunks. */
  readonly msPerByte?: number | undefined;
  /** Is awaited when half of the body has been sent. */
  readonly halfway?: () => Promise<void>;
  /** Closes the connection at the start, or after so many bytes of the body. */
  readonly cutAt?: "start" | number | undefined;
}

/** A server that listens until its disposal. */
export interface HttpServer extends AsyncDisposable {
  readonly origin: string;
}

/** Starts a server on a free port. */
export function serveHttp(answer: (request: HttpRequest) => Promise<HttpAnswer>): HttpServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const conversations = new Set<Promise<void>>();
  const converse = async (connection: Deno.Conn): Promise<void> => {
    open.add(connection);
    try {
      await send(connection, await answer(await receive(connection)));
    } catch (error) {
      if (!isHangUp(error)) throw error;
    } finally {
      open.delete(connection);
      close(connection);
    }
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      const conversation = converse(connection);
      conversations.add(conversation);
      void conversation.finally(() => conversations.delete(conversation));
    }
  })();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) close(connection);
      await accepting;
      await Promise.allSettled(conversations);
    },
  };
}

async function receive(connection: Deno.Conn): Promise<HttpRequest> {
  let text = "";
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65_536);
  const readUntil = async (isWhole: () => boolean): Promise<void> => {
    while (!isWhole()) {
      const length = await connection.read(buffer);
      if (length === null) throw new Deno.errors.ConnectionReset("no whole request");
      text += decoder.decode(buffer.subarray(0, length));
    }
  };
  await readUntil(() => text.includes("\r\n\r\n"));
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  const length = Number(headers.get("content-length") ?? 0);
  await readUntil(() => text.length >= end + 4 + length);
  const form = new URLSearchParams(text.slice(end + 4));
  return { method, url: new URL(path, `http://${headers.get("host")}`), headers, form };
}

async function send(connection: Deno.Conn, answer: HttpAnswer): Promise<void> {
  const { status, body, msPerByte, halfway, cutAt } = answer;
  if (cutAt === "start") return;
  const framing = msPerByte === undefined
    ? { "content-length": `${body.length}` }
    : { "transfer-encoding": "chunked" };
  const headers = { ...answer.headers, ...framing, connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`;
  await write(connection, new TextEncoder().encode(head));
  if (cutAt !== undefined) return await write(connection, body.subarray(0, cutAt));
  if (msPerByte === undefined) {
    const middle = Math.floor(body.length / 2);
    await write(connection, body.subarray(0, middle));
    await halfway?.();
    await write(connection, body.subarray(middle));
    return;
  }
  for (const byte of body) {
    await write(connection, new Uint8Array([0x31, 13, 10, byte, 13, 10])); // a chunk of length 1
    await pause(msPerByte);
  }
  await write(connection, new TextEncoder().encode("0\r\n\r\n"));
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // it is closed
  }
}
