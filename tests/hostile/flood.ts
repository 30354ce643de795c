// Traffic in great numbers against the listener of one login, and what it costs the program.
// Rule: whatever is opened is closed on disposal, and errors of single requests are counted, not thrown.
import { connect as connectTls, type TLSSocket } from "node:tls";
import { statusOf } from "../support/raw_traffic.ts";

/** A flood that goes on until it is disposed of. */
export interface Flood extends AsyncDisposable {
  /** How many answers there were, by status; 0 is a connection that was cut. */
  readonly statuses: Readonly<Record<number, number>>;
}

const TICK = 10;

/** Sends so many requests a second as it can, each over a connection of its own. */
export function floodRequests(origin: string, perSecond: number, path: () => string): Flood {
  return paced(perSecond, () => statusOf(origin + path()));
}

function paced(perSecond: number, send: () => Promise<number>): Flood {
  const statuses: Record<number, number> = {};
  const pending = new Set<Promise<void>>();
  let debt = 0;
  const timer = setInterval(() => {
    for (debt += perSecond * TICK / 1000; debt >= 1; debt--) {
      if (pending.size >= perSecond) continue; // the other side is slower; memory here is also bounded
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

/** Connections that send their request a letter at a time, those that are let in. */
export async function slowloris(port: number, count: number): Promise<AsyncDisposable> {
  const tried = await Promise.all(Array.from({ length: count }, () => shakeHands(port)));
  const sockets = tried.filter((socket) => socket !== undefined);
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

/** A connection after its handshake; `undefined` when the other side cut it before. */
function shakeHands(port: number): Promise<TLSSocket | undefined> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false };
    const socket = connectTls(options, () => resolve(socket));
    socket.on("error", () => resolve(undefined));
  });
}

/** Keeps so many connections open that send no more than this; each that is cut is tried again. */
export function floodSilent(
  port: number,
  count: number,
  said: Uint8Array<ArrayBuffer>,
): Flood {
  const statuses = { 0: 0 };
  const open = new Set<Deno.Conn>();
  let isOver = false;
  const one = async (): Promise<void> => {
    while (!isOver) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
      if (connection !== undefined) {
        open.add(connection);
        await connection.write(said).catch(() => 0);
        await connection.read(new Uint8Array(1)).catch(() => null); // until the other side cuts it
        open.delete(connection);
        connection.close();
      }
      statuses[0]++;
      await new Promise((resolve) => setTimeout(resolve, TICK));
    }
  };
  const all = Array.from({ length: count }, one);
  return {
    statuses,
    async [Symbol.asyncDispose]() {
      isOver = true;
      for (const connection of open) connection.close();
      await Promise.allSettled(all);
    },
  };
}

/** How many descriptors a process has open now. */
export function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** The most memory that a process has had, in MB (VmHWM); `undefined` when it has ended. */
export function peakMemory(pid: number): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
    return peak === null ? undefined : Number(peak[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** Reads again and again, until it is disposed of, how much memory a process has had at most. */
export function watchMemory(pid: number): Disposable & { readonly peak: number } {
  let peak = peakMemory(pid) ?? 0;
  const timer = setInterval(() => peak = peakMemory(pid) ?? peak, TICK);
  return {
    get peak() {
      return peak;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
