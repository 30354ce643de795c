// Where a login in a shared store is: its row, and what this computer keeps of it. Rule: what this computer keeps is
// sealed, and that it cannot be kept is no failure.

import { signIn, words } from "../base/words.ts";
import { CliError, toCliError } from "../base/errors.ts";
import { ifOpened } from "../files/set_aside.ts";
import type { Warn } from "../files/private_file.ts";
import type { Engine, NewRow, Row } from "./engines/engine.ts";
import { copyText, openCopy, removeCopy, writeCopy } from "./local_copy.ts";
import { headerOf } from "./sealed_text.ts";
import { type SealedPlace, type Sealing } from "./sealing.ts";
import type { SharedSettings } from "./shared_settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { fingerprint, hashOf, sameTokenSet } from "../oauth/token_sets.ts";

/** Where a profile's login is: its row, and what this computer keeps of it. */
export interface SharedPlace extends SealedPlace {
  readonly engine: Engine;
  readonly sealing: Sealing;
  readonly settings: SharedSettings;
  /** Whether a load leaves the settings of this computer alone. */
  readonly keepsSettings: boolean;
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

/** The login in a row; the settings that came with it are put on the disk, unless this computer has its own. */
async function loginOf(row: Row | undefined, place: SharedPlace): Promise<TokenSet | undefined> {
  const login = row?.login === undefined ? undefined : await place.open(row.login);
  if (row?.settings !== undefined && !place.keepsSettings) await place.settings.bring(row.settings);
  return login;
}

/** The login of a row; `undefined` also when it cannot be opened. */
export async function openedIn({ login }: Row, place: SharedPlace): Promise<TokenSet | undefined> {
  return login === undefined ? undefined : await ifOpened(() => place.open(login));
}

/** What new tokens follow: the {@link fingerprint} of the row's login, or that of its text when it cannot be opened. */
export async function rowFingerprint(row: Row, place: SharedPlace): Promise<string> {
  const login = await openedIn(row, place);
  const isUnreadable = login === undefined && row.login !== undefined;
  return isUnreadable ? await hashOf(row.login ?? "") : await fingerprint(login);
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
export async function loginWithCopy(
  row: Row | undefined,
  place: SharedPlace,
  warn: Warn,
): Promise<TokenSet | undefined> {
  const { copyPath, sealing } = place;
  const [login, copy] = await Promise.all([loginOf(row, place), openCopy(copyPath, sealing)]);
  if (login === undefined) removeCopy(copyPath, warn);
  else if (!sameTokenSet(copy, login) || copy?.endedBy !== login.endedBy) {
    await writeCopy(copyPath, copyText(login, await sealing.sealer()), warn);
  }
  return login;
}
