// Keeps what is to go wrong, and makes it go wrong.
// Rule: a fault is used up when its request arrives, however that request ends.
import { setTimeout as delay } from "node:timers/promises";
import { sendBody, sendEmpty } from "./answers.ts";
import type { Fault } from "./contract.ts";
import type { Exchange } from "./exchange.ts";

/** The faults of one sandbox, by path. */
export interface Faults {
  add(path: string, fault: Fault): void;
  clear(): void;
  /** The fault for this request, if there is one. */
  take(path: string): Fault | undefined;
}

/** Makes an empty list of faults. */
export function createFaults(): Faults {
  const waiting = new Map<string, { fault: Fault; left: number }[]>();
  return {
    add(path, fault): void {
      waiting.set(path, [...waiting.get(path) ?? [], { fault, left: fault.times ?? 1 }]);
    },
    clear: () => waiting.clear(),
    take(path): Fault | undefined {
      const next = waiting.get(path)?.find(({ left }) => left > 0);
      if (next !== undefined) next.left -= 1;
      return next?.fault;
    },
  };
}

/** Makes the fault happen; says whether the request still has to be handled. */
export async function performFault(
  fault: Fault,
  exchange: Exchange,
  ended: AbortSignal,
): Promise<boolean> {
  if (fault.delayMs !== undefined) {
    await delay(fault.delayMs, undefined, { signal: ended }).catch(() => undefined);
  }
  if (fault.until !== undefined) {
    const closing = new Promise((resolve) => ended.addEventListener("abort", resolve));
    await Promise.race([fault.until, closing]);
  }
  if (ended.aborted) return false;
  if (fault.reset === "before") {
    exchange.incoming.socket.destroy();
    return false;
  }
  const { status, headers, body } = fault;
  if (status === undefined && headers === undefined && body === undefined) return true;
  if (body === undefined) sendEmpty(exchange, status ?? 200, headers);
  else {
    const text = typeof body === "string" ? body : body(exchange);
    sendBody(exchange, status ?? 200, text, headers);
  }
  return false;
}
