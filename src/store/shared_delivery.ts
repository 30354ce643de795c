// Rescued tokens on their way into a shared store. Rule: they are saved over the login that they follow, and over no
// other; those that cannot be opened any more are said to be lost, and are in no sign-in's way.

import { signIn } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import type { Warn } from "../files/private_file.ts";
import { isThere } from "../files/replacement.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import {
  HERE_DEADLINE,
  type NewRow,
  type Owner,
  type Row,
  type RowLock,
} from "./engines/engine.ts";
import { copyText, writeCopy } from "./local_copy.ts";
import type { LockSystem } from "./locked_login.ts";
import type { LostRescue } from "./rescued.ts";
import type { Sealing } from "./sealing.ts";
import { lockIfFree, otherSpellings } from "./shared_elsewhere.ts";
import { notSaved, openedIn, rowFingerprint, rowWith, type SharedPlace } from "./shared_place.ts";
import {
  removeRescue,
  rescueAt,
  setRescueAside,
  type SharedRescue,
  WAITING,
} from "./shared_rescue.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { sameTokenSet, serializeTokenSet } from "../oauth/token_sets.ts";

/** What came of rescued tokens. */
export interface Delivery {
  /** Whether some were saved. */
  readonly isPutBack: boolean;
  /** Those that follow the present login and cannot be opened. */
  readonly lost?: Pick<LostRescue, "path" | "error"> | undefined;
}

/**
 * Saves the rescued tokens that follow what the store has, wherever they are: in their own place, where there was room,
 * or under another spelling of the store's address.
 */
export async function deliverRescued(
  place: SharedPlace,
  elsewhere: readonly string[],
  owner: Owner,
  system: LockSystem,
  warn: Warn,
): Promise<Delivery> {
  const from = async (path: string) => await deliverFrom(place, path, owner, warn);
  const delivered = [await from(place.rescuePath)];
  for (const path of elsewhere) if (isThere(path)) delivered.push(await from(path));
  for (const path of otherSpellings(place, system)) {
    // a refresh that may be on its way is waited for: it waits for no other, since it looked around before it began
    const deadline = isThere(path + WAITING) ? HERE_DEADLINE : 0;
    using lock = await lockIfFree(path, system, deadline);
    if (lock !== undefined) delivered.push(await from(path));
  }
  return {
    isPutBack: delivered.some(({ isPutBack }) => isPutBack),
    lost: delivered.find(({ lost }) => lost !== undefined)?.lost,
  };
}

const NOTHING: Delivery = { isPutBack: false };

async function deliverFrom(
  place: SharedPlace,
  path: string,
  owner: Owner,
  warn: Warn,
): Promise<Delivery> {
  const { engine, profile, sealing } = place;
  const isOwn = path === place.rescuePath; // no other store's may be there
  const find = (): SharedRescue | undefined => rescueAt(path, warn);
  // where all may write, anything may have that name
  const rescue = isOwn ? await loadOrSetAside(find, warn) : ifPossible(find);
  if (rescue === undefined) return NOTHING;
  await using row = await engine.lock(profile, { ...owner, onlySaves: true });
  const present = await openedIn(row.row, place);
  const isUnreadable = present === undefined && row.row.login !== undefined;
  // any empty row has no login, also that of another store
  const isNext = (isOwn || row.row.login !== undefined) &&
    await rowFingerprint(row.row, place) === rescue.follows;
  const rescued = await openedOrWhy(rescue, path, sealing);
  if (rescued instanceof CliError && isNext) return { ...NOTHING, lost: { path, error: rescued } };
  if (rescued instanceof CliError || !sameTokenSet(present, rescued)) {
    const isSaved = isNext && !(rescued instanceof CliError) &&
      await savedIn(row, await nextRow(rescue, rescued, row.row, sealing), path);
    if (!isSaved && isUnreadable) return NOTHING; // with its key they may follow it
    if (!isSaved) return await leftThere(path, isOwn, warn);
    warn(`the tokens that were rescued to ${path} are now in the login store`);
  }
  await writeCopy(place.copyPath, copyText(rescued, await sealing.sealer()), warn);
  await removeRescue(path, warn);
  return { isPutBack: true };
}

/** Tokens that do not follow the present login. What another store may wait for stays as it is. */
async function leftThere(path: string, isOwn: boolean, warn: Warn): Promise<Delivery> {
  if (isOwn) {
    const aside = await setRescueAside(path, warn);
    warn(`${aside} holds tokens that do not follow the login in the login store; they stay there`);
  }
  return NOTHING;
}

/** The rescued login; why there is none when the key has changed. */
async function openedOrWhy(
  { sealed }: SharedRescue,
  path: string,
  sealing: Sealing,
): Promise<TokenSet | CliError> {
  try {
    return await sealing.open(sealed, path);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `Cannot get the new tokens from ${path}: ${error.reason ?? error.message}`;
    return new CliError("storage", message, { next: signIn(), cause: error });
  }
}

/** The row with rescued tokens; they are sealed as the others are, whatever the key was when they came. */
async function nextRow(
  { sealed }: SharedRescue,
  rescued: TokenSet,
  { settings }: Row,
  sealing: Sealing,
): Promise<NewRow> {
  const isUpToDate = await sealing.isUpToDate(sealed);
  const text = isUpToDate ? sealed : await (await sealing.sealer())(serializeTokenSet(rescued));
  return { ...rowWith(text, rescued), settings };
}

async function savedIn(row: RowLock, next: NewRow, rescuePath: string): Promise<boolean> {
  try {
    return await row.save(next);
  } catch (error) {
    throw notSaved(error, rescuePath);
  }
}
