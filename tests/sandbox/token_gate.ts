// What Anaplan's token endpoint says before a grant is looked at at all.
// Rule: answers only what the authorization server underneath would not say by itself.
import { DEVICE_GRANT } from "./authorization_server.ts";
import { sendJson } from "./answers.ts";
import type { Exchange } from "./exchange.ts";

/** Answers a request that must not reach the authorization server, and says whether it did. */
export type TokenGate = (exchange: Exchange) => boolean;

const TOLERANCE = 0.9; // timers fire early, and a poll that is 50 ms short is no sin

/** Makes the gate of one sandbox; it remembers when each device code was last asked for. */
export function createTokenGate(intervalSeconds: number): TokenGate {
  const polls = new Map<string, { at: number; intervalSeconds: number }>();

  function isTooFast(deviceCode: string): boolean {
    const last = polls.get(deviceCode) ?? { at: -Infinity, intervalSeconds };
    const now = Date.now();
    const tooFast = now - last.at < last.intervalSeconds * 1000 * TOLERANCE;
    // RFC 8628, section 3.5: slow_down makes all later intervals longer.
    polls.set(deviceCode, { at: now, intervalSeconds: last.intervalSeconds + (tooFast ? 5 : 0) });
    return tooFast;
  }

  return (exchange) => {
    if (refuseHeaderCredentials(exchange)) return true;
    const { grant_type, device_code } = exchange.parameters;
    if (grant_type === undefined) {
      sendError(exchange, 401, "access_denied", "Unauthorized");
      return true;
    }
    if (grant_type !== DEVICE_GRANT || device_code === undefined || !isTooFast(device_code)) {
      return false;
    }
    sendError(exchange, 400, "slow_down", "You are polling faster than the specified interval");
    return true;
  };
}

/** Client credentials belong in the form body: a request with them in a header is refused. */
export function refuseHeaderCredentials(exchange: Exchange): boolean {
  if (exchange.headers.authorization === undefined) return false;
  sendError(exchange, 401, "invalid_client", "Client credentials go in the form body");
  return true;
}

function sendError(exchange: Exchange, status: number, error: string, description: string): void {
  sendJson(exchange, status, { error, error_description: description });
}
