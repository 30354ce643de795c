// One call of an API: the token is fresh, a refused one is refreshed once, and a server that asks for a
// pause gets it. Rule: bounded in tries and time, and nothing is sent twice that must not be.

import { signIn, words } from "../base/words.ts";
import { caCertificates } from "../files/ca_file.ts";
import { authorization, type TokenScheme } from "../provider/belonging.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { retryAfter } from "../base/retry_after.ts";
import type { CommandContext } from "../command.ts";
import { type Settings } from "../settings/settings.ts";
import { freshTokenSet, replaceRejected } from "../session/session.ts";
import { forProfile } from "../session/advice_in_use.ts";
import type { StreamResponse } from "../system/contract.ts";
import { duration } from "../base/times.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { canRefresh } from "../oauth/token_sets.ts";
import type { Body } from "./body.ts";

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly scheme: TokenScheme;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Body | undefined;
}

/** What came, and the login that it came to. */
export interface Answer extends StreamResponse {
  readonly tokenSet: TokenSet;
}

/** Whether an answer is what was asked for: success, or that nothing has changed since. */
export function isSuccess(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304;
}

const MOST_TRIES = 8;
/** How long all pauses together may be, in milliseconds; Anaplan counts requests by the minute. */
const LONGEST_WAIT = 150_000;
const FIRST_PAUSE = 1_000;

/** Methods that do nothing, and those that do the same when done twice (RFC 9110, section 9.2). */
const SAFE = ["GET", "HEAD", "OPTIONS"];
const IDEMPOTENT = [...SAFE, "PUT", "DELETE"];

/**
 * Calls the API.
 *
 * @param began the login of an earlier call that this one goes on with.
 * @returns the answer, whatever its status but for those below; it has to be disposed of.
 * @throws {CliError} `login_required` when you are not signed in, or another login replaced the one
 * that began; `unavailable` when there is no answer or the server still asks for a pause; `interrupted`.
 */
export async function callApi(
  call: Call,
  settings: Settings,
  context: CommandContext,
  began?: TokenSet,
): Promise<Answer> {
  let tokenSet = await freshTokenSet(settings, context);
  const first = began ?? tokenSet;
  let mayRefresh = canRefresh(tokenSet);
  const pauses = pausesFor(call, context);
  while (true) {
    assertSameLogin(first, tokenSet, settings);
    const response = await sendOnce(call, tokenSet, settings, context, pauses);
    if (response === undefined) continue;
    if (response.status === 401 && mayRefresh) {
      mayRefresh = false;
      await response[Symbol.asyncDispose]();
      tokenSet = await replaceRejected(tokenSet, settings, context);
    } else if (await pauses.after(response)) {
      tokenSet = await freshTokenSet(settings, context); // it may have ended in the meantime
    } else return response;
  }
}

/** That a login was only refreshed, and not replaced by another sign-in, which may be another user's. */
function assertSameLogin(first: TokenSet, present: TokenSet, settings: Settings): void {
  // a login of before sign-ins had ids is known by its client and its server
  const isSame = first.signIn === present.signIn && first.clientId === present.clientId &&
    first.tokenEndpoint === present.tokenEndpoint;
  if (isSame) return;
  const replaced = new CliError(
    "login_required",
    "Cannot finish the call: another login replaced the one that started it",
    { next: words`${signIn()}, if the new one is wrong; else the same command again` },
  );
  throw forProfile(replaced, settings);
}

/** `undefined` when no answer came, and the call may be made again. */
async function sendOnce(
  { method, url, scheme, headers, body }: Call,
  tokenSet: TokenSet,
  settings: Settings,
  { system }: CommandContext,
  pauses: Pauses,
): Promise<Answer | undefined> {
  const signal = system.interruption();
  signal.throwIfAborted();
  try {
    const response = await system.fetchStream(onlyDefined({
      method,
      url: url.href,
      headers: [...headers, ["authorization", authorization(tokenSet, scheme, url)] as const],
      body: body?.open(),
      caCertificates: caCertificates(settings),
      signal,
    }));
    return Object.assign(response, { tokenSet });
  } catch (error) {
    if (!pauses.mayRepeat(error)) throw error;
  }
}

type Pauses = ReturnType<typeof pausesFor>;

function pausesFor(call: Call, { system, talk }: CommandContext) {
  const isRepeatable = call.body?.isRepeatable !== false;
  let tries = 1;
  let waited = 0;
  let isLostOnce = false;
  return {
    /** Whether a call whose answer was lost may be made again. */
    mayRepeat(error: unknown): boolean {
      const isLost = error instanceof CliError && error.answerLost;
      const may = isLost && !isLostOnce && SAFE.includes(call.method) && isRepeatable;
      isLostOnce = true;
      return may;
    },
    /** Waits when the answer asks for it; false when there is nothing to wait for. */
    async after(response: StreamResponse): Promise<boolean> {
      const asked = retryAfter(response.headers, system.now());
      // 429 was not looked at; 503 may have been, so what must not be done twice waits for the server's word
      const mayCome = asked !== undefined || IDEMPOTENT.includes(call.method);
      const asksForPause = response.status === 429 || (response.status === 503 && mayCome);
      if (!asksForPause || !isRepeatable) return false;
      const pause = asked ?? FIRST_PAUSE * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
      if (tries >= MOST_TRIES || waited + pause > LONGEST_WAIT) return false;
      await response[Symbol.asyncDispose]();
      tries++;
      waited += pause;
      talk.say(`${call.url.host} asks for a pause (HTTP ${response.status}): ${duration(pause)}.`);
      await system.sleep(pause, system.interruption(), call.url.host);
      return true;
    },
  };
}
