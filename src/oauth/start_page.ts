// The page at which the browser is opened, instead of the sign-in page itself. Rule: it is for one
// visitor, since every user of the computer can read the arguments of the browser.

import { signIn, words } from "../base/words.ts";
import * as oauth from "oauth4webapi";
import { CliError } from "../base/errors.ts";
import type { System } from "../system/contract.ts";
import { isEqualInConstantTime, refusalOf } from "./loopback.ts";
import { BARE_HEADERS, pageResponse, SECOND_VISITOR_PAGE } from "./page.ts";

export interface StartPage {
  readonly url: string;
  /** Rejected when another visitor than the first has asked for the page; never resolved. */
  readonly secondVisit: Promise<never>;
  /** Stops listening; may be called again. */
  close(): Promise<void>;
}

/**
 * Opens the page, which leads its first visitor to `target`.
 *
 * The visitor gets a cookie, so that the same browser may load the page again. The cookie is sent to
 * this path alone, and not to other servers on this computer: cookies know no ports.
 *
 * @returns `undefined` when no port can be opened.
 */
export async function openStartPage(
  target: string,
  system: Pick<System, "serve">,
): Promise<StartPage | undefined> {
  const path = `/${oauth.generateRandomState()}`; // 256 bits, as of the cookie
  const cookie = `visitor=${oauth.generateRandomState()}`;
  const second = Promise.withResolvers<never>();
  second.promise.catch(() => {}); // who waits for it may not have begun
  const host = Promise.withResolvers<string>();
  let isVisited = false;
  const listening = await system.serve({
    hostname: "127.0.0.1",
    port: 0,
    async handle(request) {
      const hosts = new Set([await host.promise]);
      const refusal = refusalOf(request, new URL(request.url), path, hosts);
      if (refusal !== undefined) return refusal;
      if (isVisited && !hasCookie(request, cookie)) {
        second.reject(secondVisitor());
        return await pageResponse(SECOND_VISITOR_PAGE);
      }
      isVisited = true;
      const setCookie = `${cookie}; Path=${path}; HttpOnly; SameSite=Lax`;
      const headers = { ...BARE_HEADERS, location: target, "set-cookie": setCookie };
      return new Response(null, { status: 302, headers });
    },
  });
  if (listening.kind !== "open") return undefined;
  host.resolve(`127.0.0.1:${listening.port}`);
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${listening.port}${path}`,
    secondVisit: second.promise,
    close: () => closed ??= listening.close(),
  };
}

function hasCookie(request: Request, cookie: string): boolean {
  return (request.headers.get("cookie") ?? "").split("; ").some((sent) =>
    isEqualInConstantTime(sent, cookie)
  );
}

function secondVisitor(): CliError {
  return new CliError(
    "denied",
    "Cannot finish this sign-in: two programs opened its start page, and one may not be yours",
    { next: words`open the address that this prints: ${signIn("--no-browser")}` },
  );
}
