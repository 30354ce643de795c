// logout: ends the login here and at the server.

import { everyLogin, warnOfFiles } from "../session/every_profile.ts";
import { endLogin, type LoginEnd } from "../provider/provider.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { CliError, toCliError, unlessFailed } from "../base/errors.ts";
import { configDirectory, profileLocation } from "../settings/location.ts";
import { listDirectory, splitPath } from "../files/private_file.ts";
import { storeOf } from "../session/store_in_use.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import {
  assertProfileExists,
  loadSettings,
  serverName,
  type Settings,
} from "../settings/settings.ts";
import type { LoginStore } from "../store/locking.ts";
import { clockTime } from "../base/times.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";

export interface LogoutFlags extends CommonFlags {
  readonly all?: boolean;
}

/** How many profiles are worked on at the same time. */
const AT_ONCE = 8;

/** What was on the disk: the token set, or a file that could not be understood, or neither. */
interface RemovedLogin {
  readonly profile: string;
  readonly tokenSet?: TokenSet | undefined;
  readonly wasDamaged?: boolean;
  /** Whether the damaged file is kept under another name. */
  readonly isKept?: boolean;
}

/** Removes every login that is meant from the disk, and only then asks their servers to end them. */
export async function logout(flags: LogoutFlags, context: CommandContext): Promise<Answer<string>> {
  if (!flags.all) return await replyFor(await removeOne(flags, context), flags, context);
  const configDir = configDirectory(flags, context.system);
  const store = await storeOf({ configDir }, context);
  await warnOfFiles(configDir, store, undefined, context);
  let failure: CliError | undefined;
  const removed = await inParallel(await everyLogin(store), async (profile) => {
    try {
      return await removeLogin(profile, store, context);
    } catch (error) {
      failure ??= toCliError(error); // one that cannot be read must not keep the others signed in
    }
  });
  const replies = await inParallel(
    removed.filter((login) => login !== undefined).filter(wasStored),
    (login) => replyFor(login, flags, context),
  );
  const text = replies.map((reply) => reply.text).join("\n");
  if (failure === undefined) {
    const data = replies.map((reply) => reply.data);
    return { kind: "answer", text: text || "You were not signed in.", data };
  }
  if (text !== "") context.talk.insist(text);
  throw failure;
}

/** The results are in the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** @throws {CliError} `login_required` for a typo: it must not look like a login that is gone. */
async function removeOne(flags: LogoutFlags, context: CommandContext): Promise<RemovedLogin> {
  const { env } = context.system;
  if (env("ANAPLAN_REFRESH_TOKEN") ?? env("ANAPLAN_REFRESH_TOKEN_FILE")) throw notStored();
  const { configDir, profile } = profileLocation(flags, context.system);
  const store = await storeOf({ configDir }, context);
  await warnOfFiles(configDir, store, profile, context);
  const mayHaveLogin = (await store.names()).includes(profile) || await store.mayWait(profile);
  if (mayHaveLogin) {
    const removed = await removeLogin(profile, store, context);
    if (wasStored(removed)) return removed;
  }
  assertProfileExists({ configDir, profile }, "Cannot sign out");
  return { profile };
}

function wasStored({ tokenSet, wasDamaged }: RemovedLogin): boolean {
  return tokenSet !== undefined || wasDamaged === true;
}

function notStored(): CliError {
  return new CliError(
    "usage",
    "Cannot sign out: the login comes from the environment, and is not stored",
    { next: "unset ANAPLAN_REFRESH_TOKEN and ANAPLAN_REFRESH_TOKEN_FILE" },
  );
}

async function removeLogin(
  profile: string,
  store: LoginStore,
  { talk }: CommandContext,
): Promise<RemovedLogin> {
  await using login = await store.lock(profile); // a refresh that is under way is waited for
  const others = filesBeside(store.pathOf(profile));
  let wasDamaged = false;
  const tokenSet = await loadOrSetAside(() => login.load(), (text) => {
    wasDamaged = true;
    talk.warn(text);
  });
  await login.remove();
  const left = new Set(filesBeside(store.pathOf(profile)));
  for (const path of others.filter((path) => left.has(path))) {
    talk.warn(`${path} may hold tokens of this login; remove it`);
  }
  return { profile, tokenSet, wasDamaged, isKept: wasDamaged && store.sharedAt === undefined };
}

/** The files of a login besides its own, such as damaged ones that were moved out of the way. */
function filesBeside(path: string): string[] {
  const [directory, name] = splitPath(path);
  return listDirectory(directory).filter((file) => file.startsWith(`${name}.`))
    .map((file) => `${directory}/${file}`);
}

/** Asks the server to end the login that was removed, and says what came of it. */
async function replyFor(
  removed: RemovedLogin,
  flags: LogoutFlags,
  context: CommandContext,
): Promise<Answer<string>> {
  const { profile, tokenSet, isKept } = removed;
  const reply = (text: string, isEnded = false): Answer<string> => {
    return {
      kind: "answer",
      text,
      data: { profile, removed: wasStored(removed), server_session_ended: isEnded },
    };
  };
  if (!wasStored(removed)) return reply(`You were not signed in (profile ${profile}).`);
  const settings = tokenSet && await unlessFailed( // without them, nothing says which server to tell
    () => loadSettings({ ...flags, profile }, context.system),
    ({ message }) => (context.talk.warn(message), true),
  );
  if (tokenSet === undefined || settings === undefined) {
    const rest = isKept ? "; the file that was moved may hold them" : "";
    return reply(
      `Signed out here (profile ${profile}).\n` +
        `The tokens were not revoked, so the server may still accept them${rest}.`,
    );
  }
  if (tokenSet.movingTo !== undefined) {
    const why = `it was being moved to ${tokenSet.movingTo}, which may have it`;
    return reply(`Signed out here (profile ${profile}).\nThe login was not ended: ${why}.`);
  }
  const ended = await endAtServer(tokenSet, settings, context);
  const what = ended.isDone ? `Signed out, here and at ${serverName(settings)}` : "Signed out here";
  const rest = remainingAccess(tokenSet, ended, settings, context.system.now());
  return reply(`${what} (profile ${profile}).\n${rest}`, ended.isDone);
}

async function endAtServer(
  tokenSet: TokenSet,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<LoginEnd> {
  const signal = system.interruption(); // the login is removed by now, and that has to be said
  const ended = signal.aborted
    ? INTERRUPTED
    : await Promise.race([interruptedBy(signal), endLogin(tokenSet, settings, system)]);
  const why = ended === INTERRUPTED ? "interrupted before it answered" : ended.failure?.message;
  if (why) talk.warn(`${serverName(settings)} did not confirm the sign-out: ${why}`);
  return ended;
}

const INTERRUPTED: LoginEnd = { isDone: false, accessToken: false, refreshToken: false };

function interruptedBy(signal: AbortSignal): Promise<LoginEnd> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(INTERRUPTED)));
}

/**
 * One honest sentence about what the server may still accept: what it said itself counts, and this computer's clock by
 * its name. A refresh token that it rejected before is not among that.
 */
function remainingAccess(
  tokenSet: TokenSet,
  ended: LoginEnd,
  settings: Settings,
  now: number,
): string {
  const { expiresAt, refreshToken, endedBy } = tokenSet;
  const itself = "it expires";
  const parts: string[] = [];
  if (!ended.accessToken && expiresAt > now) {
    const isSure = isFresh(tokenSet, now, 0); // else a clock was set, and no time means anything
    parts.push(`the access token until ${isSure ? clockTime(expiresAt, now) : itself}`);
  }
  const isAccepted = refreshToken !== undefined && !ended.refreshToken && endedBy === undefined;
  if (isAccepted) {
    parts.push(`the refresh token until ${itself}`);
  }
  if (parts.length > 0) {
    const what = parts.join(" and ");
    return `${serverName(settings)} may still accept ${what}; the login is removed here.`;
  }
  if (endedBy !== undefined) return `${serverName(settings)} had already rejected the login.`;
  return ended.accessToken
    ? "Its tokens are no longer valid."
    : "By this computer's clock, its tokens are no longer valid.";
}
