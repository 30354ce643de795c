// How an answer leaves that is to go wrong on its way: cut, or slowly.
// Rule: it is between the route and the connection, so any answer can be treated so.
import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./contract.ts";
import type { Exchange } from "./exchange.ts";

type Write = (piece: Uint8Array) => Promise<void>;

/** Takes over the answer; the returned function waits until the answer has left, or was cut. */
export function deliver(
  { incoming, outgoing }: Exchange,
  { reset, trickle }: Fault,
  ended: AbortSignal,
): () => Promise<void> {
  let last = Promise.resolve();
  if (reset !== "after" && reset !== "middle" && trickle === undefined) return () => last;
  const write = trickled(writer(outgoing), trickle, ended);
  const end = outgoing.end.bind(outgoing);
  let left: number | undefined; // how much may leave before the cut

  async function leave(content: Uint8Array, isLast: boolean): Promise<void> {
    left ??= reset === undefined ? Infinity : reset === "after" ? 0 : half(outgoing, content);
    const part = content.subarray(0, left);
    if (part.length > 0) await write(part);
    left -= part.length;
    if (left === 0) incoming.socket.destroy();
    else if (isLast) end();
  }

  const taking = (isLast: boolean) => (...content: unknown[]): boolean => {
    const callback = content.find((one) => typeof one === "function") ?? (() => undefined);
    last = last.then(() => leave(bytesOf(content[0]), isLast));
    last.then(() => callback());
    return true;
  };
  outgoing.write = taking(false);
  outgoing.end = taking(true) as unknown as typeof outgoing.end;
  return () => last;
}

/** Half of the answer's body; of one whose length is not known, half of its first piece. */
function half(outgoing: ServerResponse, content: Uint8Array): number {
  return Math.floor(Number(outgoing.getHeader("content-length") ?? content.length) / 2);
}

/** Ends when the piece was taken, or the reader is gone. */
function writer(outgoing: ServerResponse): Write {
  const write = outgoing.write.bind(outgoing);
  const gone = new Promise<void>((resolve) => outgoing.once("close", resolve));
  return (piece) =>
    Promise.race([gone, new Promise<void>((resolve) => write(piece, () => resolve()))]);
}

function trickled(write: Write, trickle: Fault["trickle"], ended: AbortSignal): Write {
  if (trickle === undefined) return write;
  return async (content) => {
    for (let at = 0; at < content.length && !ended.aborted; at += trickle.bytes) {
      await write(content.subarray(at, at + trickle.bytes));
      await delay(trickle.everyMs, undefined, { signal: ended }).catch(() => undefined);
    }
  };
}

function bytesOf(content: unknown): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return Buffer.from(typeof content === "string" ? content : "");
}
