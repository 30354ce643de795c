// Rescued tokens on their way into a shared store, and the login in a row of it. Rule: they are saved over the login that
// they follow, and over no other.

import { signIn, words } from "../base/advice.ts";
import { CliError, toCliError } from "../base/errors.ts";
import type { Warn } from "../files/private_file.ts";
import { ensurePrivateDirectory, isThere, removePrivateFile } from "../files/replacement.ts";
import type { Engine, NewRow, Owner, Row, RowLock } from "./engines/engine.ts";
import { isCopyOf, openCopy, removeCopy, writeCopy } from "./local_copy.ts";
import { headerOf } from "./sealed_text.ts";
import type { Sealing } from "./sealing.ts";
import { rescueAt, setRescueAside } from "./shared_rescue.ts";
import type { SharedSettings } from "./shared_settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { fingerprint, sameTokenSet } from "../oauth/token_sets.ts";

/** Where a profile's login is: its row, and what this computer keeps of it. */
export interface SharedPlace {
  readonly profile: string;
  readonly engine: Engine;
  readonly sealing: Sealing;
  readonly settings: SharedSettings;
  /** The directory of what this computer keeps of the store. */
  readonly directory: string;
  readonly copyPath: string;
  readonly rescuePath: string;
  /** Opens the login of a row. */
  open(sealed: string): Promise<TokenSet>;
}

/** What the administrator of the store sees of a login besides its sealed text. */
export function rowWith(sealed: string, { expiresAt }: TokenSet): NewRow {
  return { login: sealed, expiresAt, keyId: headerOf(sealed).key };
}

/** The login in a row, with the settings that came with it put on the disk. */
async function loginOf(
  row: Row | undefined,
  place: SharedPlace,
): Promise<TokenSet | undefined> {
  if (row?.settings !== undefined) await place.settings.bring(row.settings);
  return row?.login === undefined ? undefined : await place.open(row.login);
}

/** The same failure, which says where the new tokens are. */
export function notSaved(thrown: unknown, rescuePath: string | undefined): CliError {
  const error = toCliError(thrown);
  const reason = error.reason ?? error.message;
  const cannot = `Cannot save the new tokens in the login store: ${reason}`;
  if (rescuePath === undefined) {
    return new CliError("storage", `${cannot}; they could not be rescued anywhere`, {
      code: "not_saved",
      next: words`${signIn()}; the old refresh token may no longer be valid`,
      cause: error,
    });
  }
  const message = `${cannot}; they are in ${rescuePath}`;
  return new CliError("storage", message, {
    code: "not_saved",
    next: "fix that, then run the same command again on this computer: it saves them",
    cause: error,
  });
}

/** The login in a row; what this computer keeps of it is made anew. */
export async function keptLogin(
  row: Row | undefined,
  place: SharedPlace,
  warn: Warn,
): Promise<TokenSet | undefined> {
  const { copyPath, directory, sealing } = place;
  const login = await loginOf(row, place);
  if (login === undefined) removeCopy(copyPath, warn);
  else if (!isCopyOf(await openCopy(copyPath, sealing), login)) {
    ensurePrivateDirectory(directory);
    await writeCopy(copyPath, login, await sealing.sealer(), warn);
  }
  return login;
}

/** Saves the rescued tokens of all places that follow what the store has; says whether some were saved. */
export async function deliver(
  place: SharedPlace,
  elsewhere: readonly string[],
  owner: Owner,
  warn: Warn,
): Promise<boolean> {
  let isDelivered = await deliverFrom(place, owner, warn);
  for (const rescuePath of elsewhere) {
    if (!isThere(rescuePath)) continue;
    if (await deliverFrom({ ...place, rescuePath }, owner, warn)) isDelivered = true;
  }
  return isDelivered;
}

async function deliverFrom(place: SharedPlace, owner: Owner, warn: Warn): Promise<boolean> {
  const { rescuePath, engine, profile } = place;
  const rescue = rescueAt(rescuePath, warn);
  if (rescue === undefined) return false;
  const rescued = await place.open(rescue.sealed);
  await using row = await engine.lock(profile, { ...owner, onlySaves: true });
  const present = row.row.login === undefined ? undefined : await place.open(row.row.login);
  if (!sameTokenSet(present, rescued)) {
    const isNext = await fingerprint(present) === rescue.follows;
    const next = { ...rowWith(rescue.sealed, rescued), settings: row.row.settings };
    if (!isNext || !await savedIn(row, next, rescuePath)) {
      const aside = setRescueAside(rescuePath, warn);
      warn(
        `${aside} holds tokens that do not follow the login in the login store; they stay there`,
      );
      return false;
    }
    warn(`the tokens that were rescued to ${rescuePath} are now in the login store`);
  }
  await writeCopy(place.copyPath, rescued, await place.sealing.sealer(), warn);
  removePrivateFile(rescuePath, warn);
  return true;
}

async function savedIn(row: RowLock, next: NewRow, rescuePath: string): Promise<boolean> {
  try {
    return await row.save(next);
  } catch (error) {
    throw notSaved(error, rescuePath);
  }
}
