// Traffic in great numbers against the listener of one login, and what it costs the program.
// Rule: whatever is opened is closed on disposal, and errors of single requests are counted, not thrown.
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { statusOf } from "../support/raw_traffic.ts";

/** A flood that goes on until it is disposed of. */
export interface Flood extends AsyncDisposable {
  /** How many answers there were, by status; 0 stands for a connection that was cut. */
  readonly statuses: Readonly<Record<number, number>>;
}

const TICK = 10;

/** Sends so many requests a second over one HTTP/2 connection, as a page of another origin can. */
export function floodHttp2(origin: string, perSecond: number, path: () => string): Flood {
  const session = connectHttp2(origin, { rejectUnauthorized: false });
  session.on("error", () => {});
  const flood = paced(perSecond, () => askHttp2(session, path()));
  return {
    statuses: flood.statuses,
    async [Symbol.asyncDispose]() {
      await flood[Symbol.asyncDispose]();
      session.destroy();
    },
  };
}

/** Sends so many requests a second as it can, each over a connection of its own. */
export function floodHttp1(origin: string, perSecond: number, path: () => string): Flood {
  return paced(perSecond, () => statusOf(origin + path()));
}

function paced(perSecond: number, send: () => Promise<number>): Flood {
  const statuses: Record<number, number> = {};
  const pending = new Set<Promise<void>>();
  let debt = 0;
  const timer = setInterval(() => {
    for (debt += perSecond * TICK / 1000; debt >= 1; debt--) {
      if (pending.size >= perSecond) continue; // the other side is slower; memory here is bounded, too
      const done = send().then((status) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        pending.delete(done);
      });
      pending.add(done);
    }
  }, TICK);
  return {
    statuses,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

function askHttp2(session: ClientHttp2Session, path: string): Promise<number> {
  if (session.destroyed || session.closed) return Promise.resolve(0);
  return new Promise((resolve) => {
    let status = 0;
    const stream = session.request({ ":path": path });
    stream.on("response", (headers) => status = Number(headers[":status"]));
    stream.on("error", () => resolve(status));
    stream.on("close", () => resolve(status));
    stream.resume();
    stream.end();
  });
}

/** Connections that have shaken hands and say their request a letter at a time. */
export async function slowloris(port: number, count: number): Promise<AsyncDisposable> {
  const sockets = await Promise.all(Array.from({ length: count }, () => shakeHands(port)));
  for (const socket of sockets) {
    socket.write(`GET /callback HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`);
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write("X");
  }, 100);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(sockets.map((socket) =>
        new Promise<void>((resolve) => {
          if (socket.closed) return resolve();
          socket.once("close", () => resolve());
          socket.destroy();
        })
      ));
    },
  };
}

function shakeHands(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false };
    const socket = connectTls(options, () => resolve(socket));
    socket.once("error", reject);
    socket.on("error", () => {});
  });
}

/** The most memory that a process has had, in MB (VmHWM). */
export async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
