// The heart: a valid token set, refreshed when it is stale, shared by every process that wants one.
// Rule: whoever refreshes holds the lock, has read again inside it, and saves before anyone sees it.

import type { CommandContext } from "./command.ts";
import { environmentAdvice, newRefreshToken } from "./environment_advice.ts";
import { CliError, type ErrorDetails, toCliError } from "./errors.ts";
import { defined } from "./json.ts";
import { hasEnvironmentLogin, type Settings } from "./settings.ts";
import { type LockedLogin, openStore, type Store } from "./store.ts";
import { duration } from "./text.ts";
import { isFresh, sameTokenSet, type TokenSet } from "./token_set.ts";

/** What a refresh did: another process may have been first. */
export interface Refreshed {
  readonly tokenSet: TokenSet;
  /** Whether this process sent the request; otherwise another one had just done it. */
  readonly byUs: boolean;
}

/**
 * Gives a valid token set for the profile, refreshing it first when it is stale.
 *
 * A fresh one is read without any lock. Never opens a browser. When an early refresh fails but the old
 * token still lives, that is given out with a warning, unless the caller asked for more.
 *
 * @param minValid how much longer the access token has to be good, in milliseconds.
 * @param isDemanded whether nothing less will do, when the refresh fails.
 * @throws {CliError} `login_required` when there is nothing left to refresh with, `unavailable` when
 * the authorization server cannot be reached, `storage` when the login cannot be read or saved.
 */
export async function freshTokenSet(
  settings: Settings,
  context: CommandContext,
  minValid?: number,
  isDemanded = minValid !== undefined,
): Promise<TokenSet> {
  const seen = await storedTokenSet(settings, context);
  const now = context.system.now();
  if (isFresh(seen, now, minValid)) return seen; // no lock, and no network module is loaded
  try {
    const willDo = (other: TokenSet): boolean => isFresh(other, context.system.now(), minValid);
    const { tokenSet } = await replaceTokenSet(seen, willDo, settings, context);
    if (minValid !== undefined && !willDo(tokenSet)) warnShortLived(tokenSet, minValid, context);
    return tokenSet;
  } catch (error) {
    const later = context.system.now(); // a refresh that fails may take its time
    const isStillGood = !isDemanded && isFresh(seen, later, 1_000);
    if (!isStillGood || !(error instanceof CliError)) throw error;
    if (error.kind === "storage" || error.kind === "interrupted") throw error;
    context.talk.warn(
      `${error.message}; the present access token is good for ${
        duration(seen.expiresAt - later)
      } more`,
    );
    return seen;
  }
}

/**
 * Refreshes now, fresh or not; when another process replaced the token set in the meantime, that is the
 * answer and nothing is sent.
 *
 * @throws {CliError} as {@link freshTokenSet}, without a second chance for the old token.
 */
export async function refreshedTokenSet(
  settings: Settings,
  context: CommandContext,
): Promise<Refreshed> {
  const seen = await storedTokenSet(settings, context);
  return await replaceTokenSet(seen, () => true, settings, context);
}

/**
 * Runs `use` with a valid access token; when a service refuses the token all the same, refreshes once
 * and tries once more, then gives up honestly.
 */
export async function withFreshTokenSet<T>(
  settings: Settings,
  context: CommandContext,
  use: (tokenSet: TokenSet) => Promise<T>,
): Promise<T> {
  const tokenSet = await freshTokenSet(settings, context);
  try {
    return await use(tokenSet);
  } catch (error) {
    const isRefused = error instanceof CliError && error.kind === "login_required";
    if (!isRefused || !canRefresh(tokenSet)) throw forProfile(error, settings);
  }
  const replaced = await replaceRefused(tokenSet, settings, context);
  try {
    return await use(replaced);
  } catch (error) {
    throw forProfile(error, settings);
  }
}

/** Whether there is something to refresh the login with. */
export function canRefresh(tokenSet: TokenSet): boolean {
  return tokenSet.refreshToken !== undefined && tokenSet.endedBy === undefined;
}

/**
 * What comes after a token set that a service refused although it looks fresh; many that are refused at
 * the same moment cost one refresh.
 *
 * @throws {CliError} as {@link freshTokenSet}.
 */
export async function replaceRefused(
  refused: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet> {
  return (await replaceTokenSet(refused, () => true, settings, context)).tokenSet;
}

/** The profile's login as it is stored. @throws {CliError} `login_required` when there is none. */
export async function storedTokenSet(
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet> {
  const store = await storeInUse(settings, context);
  return store.load(settings.profile) ?? await noLogin(settings);
}

/** Where the settings' login is: in their configuration directory, or in the environment alone. */
export async function storeInUse(settings: Settings, context: CommandContext): Promise<Store> {
  if (!hasEnvironmentLogin(settings)) return storeOf(settings, context);
  return (await import("./environment_login.ts")).environmentStore(settings, context);
}

/** The store of the settings' configuration directory. */
export function storeOf(settings: Pick<Settings, "configDir">, context: CommandContext): Store {
  return openStore(settings.configDir, context.system, context.talk.warn);
}

function warnShortLived(
  tokenSet: TokenSet,
  minValid: number,
  { system, talk }: CommandContext,
): void {
  const left = duration(tokenSet.expiresAt - system.now());
  talk.warn(
    `the new access token is good for ${left} only, less than the ${duration(minValid)} asked`,
  );
}

/**
 * Compare and replace: the stored token set is refreshed, unless somebody replaced the one that was seen
 * by one that will do.
 */
async function replaceTokenSet(
  seen: TokenSet,
  willDo: (replacement: TokenSet) => boolean,
  settings: Settings,
  context: CommandContext,
): Promise<Refreshed> {
  assertRefreshable(seen, settings); // before waiting for anybody
  const store = await storeInUse(settings, context);
  using login = await store.lock(settings.profile);
  const stored = login.load() ?? await noLogin(settings);
  if (!sameTokenSet(stored, seen) && willDo(stored)) return { tokenSet: stored, byUs: false };
  assertRefreshable(stored, settings);
  using _signals = await context.system.holdSignals(); // none may come between the answer and the disk
  const refreshed = await refreshLocked(stored, settings, context, login);
  const { tokenSet, byUs } = refreshed;
  if (byUs) {
    const path = store.pathOf(settings.profile);
    await orRescue(tokenSet, path, context.system, () => login.save(tokenSet));
  }
  return refreshed;
}

async function refreshLocked(
  stored: RefreshableTokenSet,
  settings: Settings,
  context: CommandContext,
  login: LockedLogin,
): Promise<Refreshed> {
  const [{ refresh }, { authorizationServer, clientOf }] = await Promise.all([
    import("./oauth/client.ts"),
    import("./account.ts"),
  ]);
  const client = clientOf(stored, settings);
  try {
    const server = authorizationServer(settings, stored);
    return { tokenSet: await refresh(stored, server, client, context.system), byUs: true };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.kind === "login_required") {
      const present = login.load(); // something that knows no locks may have been here
      if (present !== undefined && !sameTokenSet(present, stored)) {
        return { tokenSet: present, byUs: false };
      }
      const endedBy = error.oauthError ?? "refused";
      if (present !== undefined) login.save({ ...stored, endedBy }); // the file is kept
    }
    throw forProfile(error, settings);
  }
}

/** The error with a `Next:` that names the profile or the variable, where it says to sign in. */
export function forProfile<Thrown>(
  thrown: Thrown,
  settings: Pick<Settings, "profile" | "environment">,
): Thrown | CliError {
  if (!(thrown instanceof CliError) || thrown.next === undefined) return thrown;
  const next = hasEnvironmentLogin(settings)
    ? environmentAdvice(thrown, settings.environment)
    : thrown.next.replace(/^anaplan-auth login(?! --profile)/, loginCommand(settings));
  if (next === thrown.next) return thrown;
  const { kind, message, oauthError, answerLost, timedOut, cause } = thrown;
  return new CliError(kind, message, defined({ next, oauthError, answerLost, timedOut, cause }));
}

type RefreshableTokenSet = TokenSet & Required<Pick<TokenSet, "refreshToken">>;

function assertRefreshable(
  tokenSet: TokenSet,
  settings: Settings,
): asserts tokenSet is RefreshableTokenSet {
  if (tokenSet.endedBy !== undefined) {
    throw loginRequired(settings, `the login has ended (${tokenSet.endedBy})`, {
      oauthError: tokenSet.endedBy,
    });
  }
  if (tokenSet.refreshToken === undefined) {
    throw loginRequired(settings, "the login came without a refresh token");
  }
}

/** What a command says when there is no login for its profile. */
async function noLogin(settings: Settings): Promise<never> {
  const missing = await missingProfile(settings);
  throw loginRequired(settings, missing ?? `nobody is signed in (profile ${settings.profile})`);
}

/** That the profile does not exist, with the near names; `undefined` when it does, or is the default. */
export async function missingProfile(settings: Settings): Promise<string | undefined> {
  if (settings.profileExists || settings.profile === "default") return undefined;
  const [{ nearNames }, { profileNames }] = await Promise.all([
    import("./near_names.ts"),
    import("./profiles.ts"),
  ]);
  const near = nearNames(settings.profile, profileNames(settings.configDir));
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return `there is no profile ${settings.profile}${hint}`;
}

function loginRequired(settings: Settings, reason: string, details: ErrorDetails = {}): CliError {
  return new CliError("login_required", `Cannot get an access token: ${reason}`, {
    next: loginCommand(settings),
    ...details,
  });
}

/** What signs in to the settings' profile: a command, or a new token where the old one came from. */
export function loginCommand(settings: Pick<Settings, "profile" | "environment">): string {
  if (hasEnvironmentLogin(settings)) return newRefreshToken(settings.environment);
  const flag = settings.profile === "default" ? "" : ` --profile ${settings.profile}`;
  return `anaplan-auth login${flag}`;
}

/**
 * Does what saves the token set; when that fails, puts it where it can be rescued from: the old refresh
 * token is dead already (RFC 9700, section 4.14.2), so throwing the new one away would end the login.
 */
export async function orRescue<T>(
  tokenSet: TokenSet,
  path: string,
  system: Pick<CommandContext["system"], "env" | "holdSignals">,
  save: () => T | Promise<T>,
): Promise<T> {
  try {
    return await save();
  } catch (error) {
    await system.holdSignals(); // to the end: the message has to be read
    const { rescueTokenSet } = await import("./rescue.ts");
    throw rescueTokenSet(tokenSet, path, toCliError(error), system);
  }
}
