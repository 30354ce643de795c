// One request on its way to the API. Rule: a request is sent again only when the API did not act on it and all of it
// is at hand: after a rejected token, after a pause that was asked for, or when nothing but reading was asked.

import { authorization } from "../provider/belonging.ts";
import type { System } from "../system/contract.ts";
import type { ProxiedTarget } from "../provider/target.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { isAtHand, type RequestBody } from "./body.ts";
import { isLostAnswer, type UpstreamAnswer } from "./exchange.ts";
import type { HangUp } from "./hang_up.ts";
import type { Header } from "./head.ts";
import type { Login, LoginSource } from "./login.ts";
import { type Pauses, pauses } from "./pauses.ts";

/** What is sent, whatever the token. */
export interface Outgoing {
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  /** Where it goes, by the settings of the login. */
  readonly targetIn: (login: Login) => ProxiedTarget;
  readonly hangUp: HangUp;
}

/** An answer, and the login that it came to. */
export interface Forwarded {
  readonly response: UpstreamAnswer;
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
  system: Pick<System, "now" | "monotonic" | "sleep">,
): Forward {
  const byOrigin = new Map<string, Pauses>();
  return async (outgoing) => {
    const canRepeat = isAtHand(outgoing.body);
    const mayRepeat = canRepeat && SAFE.includes(outgoing.method);
    const deadline = system.monotonic() + LONGEST_WAIT;
    let login = await source.currentLogin();
    let [isRenewed, isLost] = [false, false];
    while (true) {
      const target = outgoing.targetIn(login);
      const queue = byOrigin.getOrInsertComputed(target.origin, () => pauses(system));
      const { hasWaited, answered } = await queue.turn(deadline, outgoing.hangUp);
      let response: UpstreamAnswer | undefined;
      try {
        if (hasWaited) login = await source.currentLogin(); // it may have been long
        const place = hasWaited ? outgoing.targetIn(login) : target;
        response = await sendOnce(outgoing, place, login, mayRepeat);
      } catch (error) {
        if (!mayRepeat || isLost || !isLostAnswer(error)) throw error;
        isLost = true;
        continue;
      } finally {
        answered(response?.status, response?.headers);
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
  { method, headers, body, hangUp }: Outgoing,
  { origin, target, scheme }: ProxiedTarget,
  { tokenSet, upstream }: Login,
  mayRepeat: boolean,
): Promise<UpstreamAnswer> {
  const header = authorization(tokenSet, scheme, origin);
  const request = { method, origin, target, headers, authorization: header, body, hangUp };
  return upstream.send(request, mayRepeat);
}

async function disposingOnError<T>(response: UpstreamAnswer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await response[Symbol.asyncDispose]();
    throw error;
  }
}
