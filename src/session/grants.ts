// The one order in which every grant gets its tokens: prove that they can be saved, ask, save, judge. Rule: the
// caller holds the login's lock, and nothing comes between the server's answer and the disk.

import { signIn, words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { IN_A_MINUTE, orWarn } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import type { Grant } from "../oauth/token_response.ts";
import type { AuthorizationServer, TokenRequestSystem } from "../oauth/wire.ts";
import type { LockedLogin } from "../store/locked_login.ts";
import type { System } from "../system/contract.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { NOT_THIS_LOGIN } from "../oauth/token_sets.ts";

/** What differs between a refresh and a sign-in. */
export interface GrantOptions {
  /**
   * A sign-in: tokens that may be of another user, client or server do not replace the present login. A
   * refresh has no choice, since its old refresh token may be dead by now (RFC 9700, section 4.14.2).
   */
  readonly isSignIn?: boolean;
  /** Whom a request asks that must not leave after the lock was lost; it is connected to while the store prepares. */
  readonly server?: Pick<AuthorizationServer, "tokenEndpoint" | "caCertificates">;
  /** Saves what the new tokens need, right before them; the tokens are saved even when it fails. */
  readonly saveMore?: () => void;
}

/**
 * Asks for tokens and saves them. `ask` may bring something else than a grant, which is passed on.
 *
 * @throws {CliError} `storage` before anything is sent when the tokens could not be saved; else what `ask`
 * throws, or what is wrong with the saved tokens.
 */
export async function grantAndSave<Other extends string = never>(
  login: LockedLogin,
  ask: (system: TokenRequestSystem) => Promise<Grant | Other>,
  { system, talk }: CommandContext,
  { isSignIn = false, server, saveMore = () => {} }: GrantOptions = {},
): Promise<TokenSet | Other> {
  if (!isSignIn && login.lost !== undefined) throw login.lost; // the present refresh token was used
  using _signals = await system.holdSignals(); // before the last file descriptor may be taken
  const grant = await prepareAndAsk(login, ask, system, server);
  if (typeof grant === "string") return grant;
  const early = isSignIn ? await grant.judge() : undefined;
  if (early?.kind === "wrong") {
    throw wrongIdToken(`Cannot sign in: the id_token is not for this sign-in (${early.reason})`);
  }
  try {
    try {
      saveMore();
    } finally {
      // of two failures, that of the tokens is what the user has to read
      await login.save(grant.tokenSet);
    }
  } catch (error) {
    await system.holdSignals(); // to the end: the message says where the tokens are, and has to be read
    throw error;
  }
  const verdict = early ?? await grant.judge();
  if (verdict.kind === "wrong") {
    await markNotThisLogin(grant.tokenSet, login, { system, talk });
    throw wrongIdToken(
      `The new tokens are saved, but the id_token is not for this login (${verdict.reason})`,
    );
  }
  if (verdict.kind === "doubtful") talk.warn(verdict.reason);
  if (!grant.hasAccessToken) throw noAccessToken();
  return grant.tokenSet;
}

/** Connects while the store prepares, so that only sending follows the last look at the lock. */
async function prepareAndAsk<Answer>(
  login: LockedLogin,
  ask: (system: TokenRequestSystem) => Promise<Answer>,
  system: System,
  server: GrantOptions["server"],
): Promise<Answer> {
  const { confirm } = login;
  using guarded = confirm && server &&
    await system.guardedRequest(server.tokenEndpoint, server.caCertificates);
  await login.prepare();
  await confirm?.();
  return await ask(
    guarded && confirm
      ? { ...system, fetch: (request) => guarded.fetch(request, confirm) }
      : system,
  );
}

/** Keeps later commands from using the tokens; an explicit `refresh` asks once more. */
async function markNotThisLogin(
  tokenSet: TokenSet,
  login: LockedLogin,
  { system, talk }: CommandContext,
): Promise<void> {
  const now = system.now();
  const expiresAt = Math.min(tokenSet.expiresAt, now);
  const marked = { ...tokenSet, expiresAt, endedBy: NOT_THIS_LOGIN, endedAt: now };
  await orWarn(() => login.save(marked), "the next command may use the tokens", talk.warn);
}

function wrongIdToken(message: string): CliError {
  return new CliError("denied", message, {
    next: words`${signIn()}; if it happens again, check --issuer and --client-id`,
  });
}

function noAccessToken(): CliError {
  return new CliError(
    "unavailable",
    "Cannot use the server's answer: it has no access token; the new refresh token is saved",
    { next: IN_A_MINUTE },
  );
}
