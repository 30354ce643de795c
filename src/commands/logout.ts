// logout: ends the login here and at the server.

import { type Ended, endLogin } from "../account.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { CliError, toCliError } from "../errors.ts";
import { configDirectory, placeOf } from "../place.ts";
import { splitPath } from "../private_file.ts";
import { profileNames } from "../profiles.ts";
import { mayWait, waitingNames } from "../put_back.ts";
import { missingProfile, storeOf } from "../session.ts";
import { orSetAside } from "../set_aside.ts";
import { loadSettings, type Settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { clockTime, loginCommandOf } from "../text.ts";
import { isFresh, type TokenSet } from "../token_set.ts";

/** The flags of `logout`. */
export interface LogoutFlags extends CommonFlags {
  /** Of every profile. */
  readonly all?: boolean;
}

/** How many profiles are worked on at the same time. */
const AT_ONCE = 8;

/** What was on the disk: the token set, or a file that could not be understood, or neither. */
interface Removed {
  readonly profile: string;
  readonly tokenSet?: TokenSet | undefined;
  readonly wasDamaged?: boolean;
}

/** Removes every login that is meant from the disk, and only then asks their servers to end them. */
export async function logout(flags: LogoutFlags, context: CommandContext): Promise<Reply> {
  if (!flags.all) return await replyFor(await removeOne(flags, context), flags, context);
  const store = storeOf({ configDir: configDirectory(flags, context.system) }, context);
  let failure: CliError | undefined;
  const names = new Set([
    ...store.names(),
    ...waitingNames(splitPath(store.pathOf(""))[0], context.system),
  ]);
  const removed = await inParallel([...names].sort(), async (profile) => {
    try {
      return await removeLogin(profile, store, context);
    } catch (error) {
      failure ??= toCliError(error); // one that cannot be read must not keep the others signed in
    }
  });
  const replies = await inParallel(
    removed.filter((login) => login !== undefined),
    (login) => replyFor(login, flags, context),
  );
  const text = replies.map((reply) => reply.text).join("\n");
  if (failure === undefined) {
    return { text: text || "Nobody was signed in.", data: replies.map(({ data }) => data) };
  }
  if (text !== "") context.talk.insist(text);
  throw failure;
}

/** The results are in the order of the items. */
async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** @throws {CliError} `login_required` for a typo: it must not look like a login that is gone. */
async function removeOne(flags: LogoutFlags, context: CommandContext): Promise<Removed> {
  const { env } = context.system;
  if (env("ANAPLAN_REFRESH_TOKEN") ?? env("ANAPLAN_REFRESH_TOKEN_FILE")) throw notStored();
  const { configDir, profile } = placeOf(flags, context.system);
  const store = storeOf({ configDir }, context);
  const mayHaveLogin = store.names().includes(profile) ||
    mayWait(store.pathOf(profile), context.system);
  if (mayHaveLogin) return await removeLogin(profile, store, context);
  const profileExists = profileNames(configDir).includes(profile);
  const missing = await missingProfile({ configDir, profile, profileExists });
  if (missing === undefined) return { profile };
  throw new CliError("login_required", `Cannot sign out: ${missing}`, {
    next: loginCommandOf(profile),
  });
}

function notStored(): CliError {
  return new CliError(
    "usage",
    "Cannot sign out: the login comes from the environment, and is not stored",
    {
      next: "unset ANAPLAN_REFRESH_TOKEN and ANAPLAN_REFRESH_TOKEN_FILE",
    },
  );
}

async function removeLogin(
  profile: string,
  store: Store,
  { talk }: CommandContext,
): Promise<Removed> {
  using login = await store.lock(profile); // a refresh that is under way is waited for
  let wasDamaged = false;
  const tokenSet = orSetAside(() => login.load(), (text) => {
    wasDamaged = true;
    talk.warn(text);
  });
  login.remove();
  return { profile, tokenSet, wasDamaged };
}

/** Asks the server to end the login that was removed, and says what came of it. */
async function replyFor(
  { profile, tokenSet, wasDamaged }: Removed,
  flags: LogoutFlags,
  context: CommandContext,
): Promise<Reply> {
  const reply = (text: string, isEnded = false): Reply => {
    const removed = tokenSet !== undefined || wasDamaged === true;
    return { text, data: { profile, removed, server_session_ended: isEnded } };
  };
  if (tokenSet === undefined && !wasDamaged) {
    return reply(`Nobody was signed in (profile ${profile}).`);
  }
  const settings = tokenSet && settingsOf({ ...flags, profile }, context);
  if (tokenSet === undefined || settings === undefined) {
    const rest = wasDamaged ? "; the file that was moved may hold them" : "";
    return reply(
      `Signed out here (profile ${profile}).\n` +
        `The server was not told, and may still accept the tokens${rest}.`,
    );
  }
  const ended = await endAtServer(tokenSet, settings, context);
  const what = ended.isDone ? `Signed out, here and at ${serverOf(settings)}` : "Signed out here";
  const rest = whatMayLive(tokenSet, ended, settings, context.system.now());
  return reply(`${what} (profile ${profile}).\n${rest}`, ended.isDone);
}

/** The profile's settings; without them, nothing says which server to tell. */
function settingsOf(flags: LogoutFlags, { system, talk }: CommandContext): Settings | undefined {
  try {
    return loadSettings(flags, system);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    talk.warn(error.message);
    return undefined;
  }
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
