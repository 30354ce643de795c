// A firewall in front of a web server, as some are known: it answers 403 to `127.0.0.1` in a query.
// Rule: what it lets through is answered 200 at once; no request gets further.
import { type StandIn, startStandIn } from "./stand_in.ts";

/** Starts it on a free port of 127.0.0.1. */
export function startFirewall(): Promise<StandIn> {
  return startStandIn(({ target }) => {
    const query = decodeURIComponent(target.split("?")[1] ?? "");
    return { status: query.includes("127.0.0.1") ? 403 : 200 };
  });
}
