// The ways in which a request gets to a server: one test for all of them, since they must not differ.
import type { HttpRequest, Trace } from "../../src/system/contract.ts";
import { guard } from "../../src/system/guarded_request.ts";
import { fetchWhole } from "../../src/system/http.ts";

/** A way. */
export interface Way {
  readonly isGuarded: boolean;
  fetch(request: HttpRequest, trace?: Trace): Promise<Response>;
}

const WAYS: Readonly<Record<string, Way>> = {
  "by fetch": {
    isGuarded: false,
    fetch: (request, trace = () => {}) => fetchWhole(request, trace),
  },
  "by a connection of its own": {
    isGuarded: true,
    async fetch(request, trace = () => {}) {
      using guarded = guard(request.url, request.caCertificates ?? [], trace, () => {});
      return await guarded.fetch(request, () => Promise.resolve());
    },
  },
};

/** Tests something of each way. */
export function testEachWay(name: string, test: (way: Way) => Promise<void>): void {
  for (const [how, way] of Object.entries(WAYS)) Deno.test(`${name} (${how})`, () => test(way));
}
