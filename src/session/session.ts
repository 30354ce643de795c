// The heart: a valid token set, refreshed when it is stale, shared by every process that wants one.
// Rule: a refresh holds the lock, reads the login again inside it, and saves before it returns the tokens.

import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import type { Grant } from "../oauth/token_response.ts";
import type { TokenRequestSystem } from "../oauth/wire.ts";
import type { Settings } from "../settings/settings.ts";
import type { LockedLogin } from "../store/locked_login.ts";
import { loginInUse, storeInUse } from "./store_in_use.ts";
import type { LoginStore } from "../store/locking.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";
import { canRefresh, mayComeFrom, sameTokenSet } from "../oauth/token_sets.ts";

/** What a refresh did: another process may have been first. */
export interface RefreshResult {
  readonly tokenSet: TokenSet;
  /** Whether this process sent the request; otherwise another one had just done it. */
  readonly byUs: boolean;
  /** Whether this process put the tokens in their place, which an earlier one got. */
  readonly isPutBack?: boolean;
  /** Whether the refresh token before these was sent after they came, which may have ended them. */
  readonly isDoubtful?: boolean;
}

/**
 * Gives a valid token set for the profile, refreshing it first when it is stale.
 *
 * A fresh one is read without any lock. Never opens a browser. When an early refresh fails but the old
 * token is still valid, that is given out with a warning, unless the caller asked for more.
 *
 * @param minValid how much longer the access token has to be good, in milliseconds.
 * @param strict whether nothing less will do.
 * @throws {CliError} `login_required` when there is nothing left to refresh with, `unavailable` when
 * the authorization server cannot be reached, `storage` when the login cannot be read or saved, `usage` when
 * the server's tokens are not valid for as long as is demanded.
 */
export async function freshTokenSet(
  settings: Settings,
  context: CommandContext,
  minValid?: number,
  strict = minValid !== undefined,
): Promise<TokenSet> {
  const store = await storeInUse(settings, context);
  const seen = await loginInUse(settings, store, true) ?? await noLogin(settings);
  const now = context.system.now();
  if (isFresh(seen, now, minValid)) { // no lock, and no network module is loaded
    if (seen.endedBy !== undefined) {
      context.talk.warn((await messages()).rejectedWarning(seen, settings, now));
    }
    return seen;
  }
  try {
    const { tokenSet } = await replaceTokenSet(seen, store, settings, context, { minValid });
    const isAcceptable = isFresh(tokenSet, context.system.now(), minValid);
    if (minValid === undefined || isAcceptable) return tokenSet;
    const { assertValidFor, shortLivedWarning } = await messages();
    if (strict) assertValidFor(tokenSet, minValid, context.system.now());
    else context.talk.warn(shortLivedWarning(tokenSet, minValid, context.system.now()));
    return tokenSet;
  } catch (error) {
    const later = context.system.now(); // a refresh that fails may take its time
    const isStillValid = !strict && isFresh(seen, later, 1_000);
    if (!isStillValid || !(error instanceof CliError) || !allowsOldToken(error)) throw error;
    context.talk.warn((await messages()).stillValidWarning(error, seen, later));
    return seen;
  }
}

/** Whether the old token may be given out after this failure: nothing new came, and you did not interrupt it. */
function allowsOldToken({ kind, code }: CliError): boolean {
  return code !== "not_saved" && kind !== "interrupted" && kind !== "usage";
}

/**
 * Refreshes now, fresh or not, and asks the server also about a refresh token that it rejected before;
 * when another process replaced the token set in the meantime, that is the answer and nothing is sent.
 *
 * @throws {CliError} as {@link freshTokenSet}, without a second chance for the old token.
 */
export async function refreshedTokenSet(
  settings: Settings,
  context: CommandContext,
): Promise<RefreshResult> {
  const store = await storeInUse(settings, context);
  const seen = await loginInUse(settings, store, true) ?? await noLogin(settings);
  const since = context.system.now();
  return await replaceTokenSet(seen, store, settings, context, { asksAgain: true, since });
}

/**
 * What comes after a token set that a service refused although it looks fresh; many that are refused at
 * the same moment cost one refresh.
 *
 * @throws {CliError} as {@link freshTokenSet}.
 */
export async function replaceRejected(
  refused: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet> {
  const store = await storeInUse(settings, context);
  return (await replaceTokenSet(refused, store, settings, context, { isRefused: true })).tokenSet;
}

/**
 * The profile's login as it is stored; with `isCopyEnough` as {@link LoginStore.load}.
 *
 * @throws {CliError} `login_required` when there is none.
 */
export async function storedTokenSet(
  settings: Settings,
  context: CommandContext,
  isCopyEnough = false,
): Promise<TokenSet> {
  const store = await storeInUse(settings, context);
  return await loginInUse(settings, store, isCopyEnough) ?? await noLogin(settings);
}

interface ReplaceOptions {
  /** How much longer the token of another process has to be valid to be taken, in milliseconds. */
  readonly minValid?: number | undefined;
  /** Asks the server also about a refresh token that it rejected before. */
  readonly asksAgain?: boolean;
  /** Whether a service rejected the access token: without a refresh it is of no use. */
  readonly isRefused?: boolean;
  /** When a copy is what was seen: only what came after this is news. */
  readonly since?: number;
}

/** As {@link replaceOnce}; tokens that a used refresh token may have ended are refreshed before they are given out. */
async function replaceTokenSet(
  ...[seen, ...rest]: Parameters<typeof replaceOnce>
): Promise<RefreshResult> {
  const result = await replaceOnce(seen, ...rest);
  // only a refresh shows whether the server ended both (RFC 9700, section 4.14.2)
  return result.isDoubtful ? await replaceTokenSet(result.tokenSet, ...rest) : result;
}

/** Refreshes the stored token set, unless another process replaced the one that was seen by a fresh one. */
async function replaceOnce(
  seen: TokenSet,
  store: LoginStore,
  settings: Settings,
  context: CommandContext,
  { minValid, asksAgain = false, isRefused = false, since = 0 }: ReplaceOptions = {},
): Promise<RefreshResult> {
  const { now } = context.system;
  if (!seen.isCopy) await assertRefreshable(seen, settings, now(), asksAgain); // before waiting for another process
  const modules = refreshModules(); // they load while the lock is taken
  await using login = await store.lock(settings.profile);
  const isDone = (tokenSet: TokenSet | undefined): tokenSet is TokenSet =>
    tokenSet !== undefined && !sameTokenSet(tokenSet, seen) &&
    !(seen.isCopy && tokenSet.obtainedAt < since) && isFresh(tokenSet, now(), minValid);
  if (isDone(login.justSaved)) return { tokenSet: login.justSaved, byUs: false };
  const stored = await login.load() ?? await noLogin(settings);
  if (isDone(stored)) {
    return { tokenSet: stored, byUs: false, isPutBack: login.isPutBack ?? false };
  }
  const old = await assertRefreshable(stored, settings, now(), asksAgain);
  return await refreshLocked(old, settings, context, login, await modules, isRefused);
}

/** What a refresh needs and a fresh token does not. */
function refreshModules() {
  const modules = Promise.all([
    import("../oauth/refresh.ts"),
    import("./grants.ts"),
    import("../provider/authorization_server.ts"),
  ]);
  modules.catch(() => {}); // it is thrown where they are used, if they are
  return modules;
}

async function refreshLocked(
  stored: RefreshableTokenSet,
  settings: Settings,
  context: CommandContext,
  login: LockedLogin,
  [{ refresh }, { grantAndSave }, servers]: Awaited<ReturnType<typeof refreshModules>>,
  isRefused: boolean,
): Promise<RefreshResult> {
  const client = servers.clientOf(stored, settings);
  if (servers.isSecretUnused(stored, settings)) context.talk.warn(servers.UNUSED_SECRET);
  const server = servers.authorizationServer(settings, stored);
  using _signals = await context.system.holdSignals(); // a rejection is also marked before the program ends
  try {
    const ask = (system: TokenRequestSystem): Promise<Grant> =>
      refresh(stored, server, client, system);
    return { tokenSet: await grantAndSave<never>(login, ask, context, { server }), byUs: true };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.kind === "login_required") {
      const present = await login.load(); // something that knows no locks may have been here
      if (present !== undefined && !sameTokenSet(present, stored)) {
        return { tokenSet: present, byUs: false, isDoubtful: mayComeFrom(present, stored) };
      }
      const endedBy = error.oauthError ?? "rejected";
      const ended = { ...stored, endedBy, endedAt: context.system.now() };
      // without the mark the next command asks again: the program may be updated by now
      const marks = present && await import("./ended_login.ts").catch(() => undefined);
      const marked = isRefused ? marks?.withoutAccess(ended, context) : ended;
      if (marked !== undefined) await marks?.markEnded(marked, login, context);
    }
    const advice = await import("./advice_in_use.ts").catch(() => undefined); // it may name a rescued file
    throw advice?.forProfile(error, settings) ?? error;
  }
}

type RefreshableTokenSet = TokenSet & Required<Pick<TokenSet, "refreshToken" | "tokenEndpoint">>;

/** The token set, if a refresh may be tried with it. @throws {CliError} `login_required`. */
async function assertRefreshable(
  tokenSet: TokenSet,
  settings: Settings,
  now: number,
  asksAgain: boolean,
): Promise<RefreshableTokenSet> {
  const { endedBy, refreshToken, tokenEndpoint, movingTo } = tokenSet;
  if (movingTo !== undefined) {
    throw (await import("../store/moving.ts")).beingMoved(movingTo, settings.profile);
  }
  if (!canRefresh(tokenSet) && !(asksAgain && endedBy !== undefined)) {
    const { signedOut } = await import("./expiry.ts");
    const out = signedOut(tokenSet, settings, now);
    if (out !== undefined) throw (await messages()).signedOutError(out, settings);
  }
  // the settings may name another server by now, so a login without an endpoint cannot be used
  if (refreshToken !== undefined && tokenEndpoint !== undefined) {
    return { ...tokenSet, refreshToken, tokenEndpoint };
  }
  throw (await messages()).cannotRefresh(tokenSet, settings);
}

async function noLogin(settings: Settings): Promise<never> {
  throw (await messages()).notSignedInError(settings);
}

/** What is said when all is not as usual; a good token needs none of it. */
function messages() {
  return import("./messages.ts");
}
