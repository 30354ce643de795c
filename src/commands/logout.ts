// logout: ends the login here and at the server.

import { type Ended, endLogin } from "../account.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { CliError, toCliError } from "../errors.ts";
import { loginCommand, missingProfile, storeOf } from "../session.ts";
import { hasEnvironmentLogin, loadSettings, type Settings } from "../settings.ts";
import { clockTime } from "../text.ts";
import { isFresh, type TokenSet } from "../token_set.ts";

/** The flags of `logout`. */
export interface LogoutFlags extends CommonFlags {
  /** Of every profile. */
  readonly all?: boolean;
}

/** Removes the login from the disk, even when the server cannot be reached, and asks that to end it. */
export async function logout(flags: LogoutFlags, context: CommandContext): Promise<Reply> {
  const settings = loadSettings(flags, context.system);
  if (!flags.all) {
    assertStored(settings);
    await assertKnown(settings, context);
    return await logoutOf(settings, context);
  }
  const replies: Reply[] = [];
  let failure: CliError | undefined;
  for (const profile of storeOf(settings, context).names()) {
    try {
      replies.push(await logoutOf(loadSettings({ ...flags, profile }, context.system), context));
    } catch (error) {
      failure ??= toCliError(error); // one that cannot be read must not keep the others signed in
    }
  }
  const text = replies.map((reply) => reply.text).join("\n");
  if (failure === undefined) {
    return { text: text || "Nobody was signed in.", data: replies.map(({ data }) => data) };
  }
  if (text !== "") context.talk.insist(text);
  throw failure;
}

function assertStored(settings: Settings): void {
  if (!hasEnvironmentLogin(settings)) return;
  throw new CliError(
    "usage",
    "Cannot sign out: the login comes from the environment, and is not stored",
    {
      next: "unset ANAPLAN_REFRESH_TOKEN and ANAPLAN_REFRESH_TOKEN_FILE",
    },
  );
}

async function logoutOf(settings: Settings, context: CommandContext): Promise<Reply> {
  const removed = await removeLogin(settings, context);
  const ended = removed && await endAtServer(removed, settings, context);
  const { profile } = settings;
  const data = {
    profile,
    removed: removed !== undefined,
    server_session_ended: ended?.isDone ?? false,
  };
  if (removed === undefined) return { text: `Nobody was signed in (profile ${profile}).`, data };
  const what = ended?.isDone ? `Signed out, here and at ${serverOf(settings)}` : "Signed out here";
  const rest = whatMayLive(removed, ended, settings, context.system.now());
  return { text: `${what} (profile ${profile}).\n${rest}`, data };
}

/** A slip in the profile's name must not look like a login that is gone. */
async function assertKnown(settings: Settings, context: CommandContext): Promise<void> {
  if (storeOf(settings, context).load(settings.profile) !== undefined) return;
  const missing = await missingProfile(settings);
  if (missing === undefined) return;
  throw new CliError("login_required", `Cannot sign out: ${missing}`, {
    next: loginCommand(settings),
  });
}

async function removeLogin(
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet | undefined> {
  const store = storeOf(settings, context);
  if (store.load(settings.profile) === undefined) return undefined;
  using login = await store.lock(settings.profile); // a refresh that is under way is waited for
  const tokenSet = login.load();
  login.remove();
  return tokenSet;
}

async function endAtServer(
  tokenSet: TokenSet,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<Ended> {
  const ended = await endLogin(tokenSet, settings, system);
  const { failure } = ended;
  if (failure) talk.warn(`${serverOf(settings)} could not be told: ${failure.message}`);
  return ended;
}

function serverOf(settings: Settings): string {
  return settings.issuer === undefined ? "Anaplan" : new URL(settings.issuer).host;
}

/** One honest sentence about what the server may still accept; Anaplan does not document it. */
function whatMayLive(
  tokenSet: TokenSet,
  ended: Ended | undefined,
  settings: Settings,
  now: number,
): string {
  const hasRefreshToken = tokenSet.refreshToken !== undefined && tokenSet.endedBy === undefined;
  const parts = [
    ...(!ended?.accessToken && isFresh(tokenSet, now, 0)
      ? [`the access token until ${clockTime(tokenSet.expiresAt, now)}`]
      : []),
    ...(hasRefreshToken && !ended?.refreshToken
      ? ["the refresh token until it ends by itself"]
      : []),
  ];
  return parts.length === 0
    ? "Nothing of it is valid any more."
    : `${serverOf(settings)} may still honour ${parts.join(",\nand ")};\nno copy is left here.`;
}
