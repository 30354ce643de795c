// One request on its way to the API. Rule: a request is sent again only when the API did not act on it and all of it
// is at hand: after a rejected token, after a pause that was asked for, or when nothing but reading was asked.

import { authorization } from "../provider/belonging.ts";
import { CliError } from "../base/errors.ts";
import type { StreamResponse, System } from "../system/contract.ts";
import type { Target } from "../provider/target.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import type { RequestBody } from "./body.ts";
import type { Header } from "./head.ts";
import type { Login, LoginSource } from "./login.ts";
import { type Pauses, pauses } from "./pauses.ts";

/** What is sent, whatever the token. */
export interface Outgoing extends RequestBody {
  readonly method: string;
  readonly headers: readonly Header[];
  /** Where it goes, by the settings of the login. */
  readonly targetIn: (login: Login) => Target;
  readonly signal: AbortSignal;
}

/** An answer, and the login that it came to. */
export interface Forwarded {
  readonly response: StreamResponse;
  readonly tokenSet: TokenSet;
}

/** Sends requests with the login's token. */
export type Forward = (outgoing: Outgoing) => Promise<Forwarded>;

/** How long the pauses of one request may be in all, in milliseconds. */
const LONGEST_WAIT = 60_000;
/** What may be sent twice: it changes nothing (RFC 9110, section 9.2.1). */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/**
 * Makes what sends requests.
 *
 * It throws a CliError as {@link LoginSource.currentLogin}; `unavailable` when no answer came.
 */
export function forwarder(
  source: LoginSource,
  system: Pick<System, "now" | "monotonic" | "sleep" | "fetchStream">,
): Forward {
  const byOrigin = new Map<string, Pauses>();
  return async (outgoing) => {
    const canRepeat = !(outgoing.body instanceof ReadableStream);
    const deadline = system.monotonic() + LONGEST_WAIT;
    let login = await source.currentLogin();
    let [isRenewed, isLost] = [false, false];
    while (true) {
      let target = outgoing.targetIn(login);
      const queue = byOrigin.getOrInsertComputed(target.url.origin, () => pauses(system));
      await queue.turn(deadline, outgoing.signal);
      let response: StreamResponse | undefined;
      try {
        const present = await source.currentLogin(); // the wait may have been long
        if (present !== login) target = outgoing.targetIn(present);
        login = present;
        response = await sendOnce(outgoing, target, login, system);
      } catch (error) {
        if (!isLostRead(error, outgoing) || isLost) throw error;
        isLost = true;
        continue;
      } finally {
        queue.answered(response?.status, response?.headers);
      }
      const { tokenSet } = login;
      if (response.status === 401 && canRepeat && !isRenewed) {
        isRenewed = true;
        const renewed = await disposingOnError(response, () => source.afterRejection(tokenSet));
        if (renewed === undefined) return { response, tokenSet };
        login = renewed;
      } else if (!(response.status === 429 && canRepeat && queue.endBy(deadline))) {
        return { response, tokenSet };
      }
      await response[Symbol.asyncDispose]();
    }
  };
}

function sendOnce(
  { method, headers, body, length, signal }: Outgoing,
  { url, scheme }: Target,
  { tokenSet, caCertificates, pool }: Login,
  system: Pick<System, "fetchStream">,
): Promise<StreamResponse> {
  return system.fetchStream({
    method,
    url: url.href,
    headers: [...headers, ["authorization", authorization(tokenSet, scheme, url)]],
    ...(body === undefined ? {} : { body }),
    ...(length === undefined ? {} : { length }),
    pool,
    hasOwnConnection: !SAFE.includes(method), // a pooled connection that is reset repeats a POST
    caCertificates,
    isTraced: false,
    signal,
  });
}

/** Whether only the answer to a harmless request is missing. */
function isLostRead(error: unknown, { method }: Outgoing): boolean {
  return error instanceof CliError && error.isCut === true && SAFE.includes(method);
}

async function disposingOnError<T>(response: StreamResponse, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await response[Symbol.asyncDispose]();
    throw error;
  }
}
