// Tokens that an earlier process got and could not save. Rule: they are put in their place before anything else is
// done, and never over a login that they do not follow.

import { signIn } from "../base/words.ts";
import { orWarn, succeeds } from "../base/attempts.ts";
import { CliError, toCliError, unlessFailed } from "../base/errors.ts";
import type { FileLock } from "../files/lock_file.ts";
import { readIn, type Warn } from "../files/private_file.ts";
import { removePrivateFile, renamePrivateFile, writePrivateFile } from "../files/replacement.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import { type LoginPlace, waitingPath } from "./rescue.ts";
import { findRescued, type LostRescue, type Rescued, resealRescued } from "./rescued.ts";
import type { System } from "../system/contract.ts";
import { isSealed, parseTokenSet, type TokenSet } from "../oauth/token_set.ts";
import { fingerprint, sameTokenSet, serializeTokenSet } from "../oauth/token_sets.ts";

/**
 * Puts tokens in their place that an earlier process got and did not save: its refresh token is invalid by
 * now (RFC 9700, section 4.14.2), and to send it again would end the login.
 *
 * @returns whether anything was put back, and the rescued tokens that follow the present login and cannot be read.
 * @throws {CliError} `storage` when they cannot be put back, or the present login is one that cannot be judged.
 */
export async function putBack(
  place: LoginPlace,
  lock: FileLock,
  system: Pick<System, "env">,
  warn: Warn,
): Promise<{ readonly isPutBack: boolean; readonly lost: LostRescue | undefined }> {
  let isPutBack = await putBackWaiting(place, warn);
  const { found, lost } = await findRescued(place, lock, system);
  for (const rescued of found) {
    if (await putBackRescued(rescued, place, lock, warn)) isPutBack = true;
  }
  const isOurs = lost !== undefined && await isFollowed(await unlessFailed(place.load), lost);
  if (isOurs) return { isPutBack, lost };
  if (lost !== undefined) warn(`${lost.error.message}; the present login is another one`);
  if (lock.noted !== "") lock.note("");
  return { isPutBack, lost: undefined };
}

async function putBackWaiting(
  { configDir, path, load, sealing }: LoginPlace,
  warn: Warn,
): Promise<boolean> {
  const from = waitingPath(path);
  const file = from.slice(configDir.length + 1);
  const waiting = await loadOrSetAside(
    () => readIn(configDir, file, parseWholeLogin, signIn()),
    warn,
  );
  if (waiting === undefined) {
    removePrivateFile(from, warn); // no answer had come yet
    return false;
  }
  if (typeof waiting === "string") await sealing.open(waiting, from); // else the file stays
  await loadOrSetAside(load, warn); // what cannot be read for another reason is not replaced
  await namingTokens(from, () => renamePrivateFile(from, path, warn));
  warn(`an interrupted command left new tokens; they are now in ${path}`);
  return true;
}

async function putBackRescued(
  rescued: Rescued,
  { path, load, sealing }: LoginPlace,
  lock: FileLock,
  warn: Warn,
): Promise<boolean> {
  const present = await loadOrSetAside(load, warn);
  const isNew = !sameTokenSet(present, rescued.tokenSet);
  if (isNew) {
    if (!await isFollowed(present, rescued)) {
      warn(`${rescued.path} holds tokens that do not follow the present login; they stay there`);
      await resealRescued(rescued, lock, sealing).catch((error) => warn(toCliError(error).message));
      return false;
    }
    await namingTokens(rescued.path, async () => {
      const seal = await sealing.sealer();
      writePrivateFile(path, await seal(serializeTokenSet(rescued.tokenSet)), warn);
    });
    warn(`the tokens that were rescued to ${rescued.path} are now in ${path}`);
  }
  await orWarn(() => removePrivateFile(rescued.path, warn), "remove it: it holds tokens", warn);
  return isNew;
}

/** Whether rescued tokens are the next ones after the present login; no clock is asked, since clocks are set. */
async function isFollowed(
  present: TokenSet | undefined,
  { follows }: Pick<Rescued, "follows">,
): Promise<boolean> {
  return present === undefined || await fingerprint(present) === follows;
}

/** Does the work; its error says where the new tokens still are. */
async function namingTokens(from: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { kind, message, next = "check the disk", cause } = toCliError(thrown);
    throw new CliError(kind, `${message}; the new tokens are still in ${from}`, {
      code: "not_saved",
      next,
      cause,
    });
  }
}

/**
 * The login in a text, or the text itself when it is sealed; `undefined` when an answer did not get into it as a
 * whole: it is cut to its length last, and blanks after JSON mean nothing.
 *
 * @throws {Error} as {@link parseTokenSet} does of whole JSON that is no login.
 */
function parseWholeLogin(text: string): TokenSet | string | undefined {
  const isWhole = succeeds(() => JSON.parse(text));
  if (!isWhole) return undefined;
  return isSealed(text) ? text : parseTokenSet(text);
}
