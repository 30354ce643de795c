// Traffic that no browser sends: raw connections to the listener of one test.
// Rule: every connection is closed on disposal, and none of them ever hears a secret.
import { request } from "node:https";
import { connect as connectTls } from "node:tls";

/** Connections that are left open. */
export interface OpenConnections extends Disposable {
  readonly count: number;
}

/** Opens connections that say this much and then nothing; an empty text is an idle connection. */
export async function leaveOpen(
  port: number,
  count: number,
  said: Uint8Array<ArrayBuffer> | string = "",
): Promise<OpenConnections> {
  const bytes = typeof said === "string" ? new TextEncoder().encode(said) : said;
  const all = await Promise.all(
    Array.from({ length: count }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  if (bytes.length > 0) await Promise.all(all.map((connection) => connection.write(bytes)));
  return {
    count,
    [Symbol.dispose]() {
      for (const connection of all) connection.close();
    },
  };
}

/** The beginning of a TLS handshake whose rest never comes. */
export const HALF_A_HANDSHAKE: Uint8Array<ArrayBuffer> = new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1]);

/** Says something over plain TCP; gives what is answered until the other side hangs up. */
export async function talkPlainly(port: number, said: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(said));
  let heard = "";
  const buffer = new Uint8Array(4096);
  while (true) {
    const length = await connection.read(buffer).catch(() => null); // a reset is also an answer
    if (length === null) return heard;
    heard += new TextDecoder().decode(buffer.subarray(0, length));
  }
}

/** Sends one request over TLS and gives its status; 0 when the connection was cut instead. */
export function statusOf(
  url: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<number> {
  return new Promise((resolve) => {
    const options = { method, headers, rejectUnauthorized: false, agent: false as const };
    const sent = request(url, options, (incoming) => {
      incoming.resume();
      incoming.on("end", () => resolve(incoming.statusCode ?? 0));
    });
    sent.on("error", () => resolve(0));
    sent.end();
  });
}

/** The protocol that the other side chooses from these (ALPN, RFC 7301); "" when it cuts the connection. */
export function protocolOf(port: number, offered: string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: offered };
    const socket = connectTls(options, () => {
      resolve(socket.alpnProtocol || "");
      socket.destroy();
    });
    socket.on("error", () => resolve(""));
  });
}
