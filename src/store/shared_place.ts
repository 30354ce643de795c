// Where a login in a shared store is: its row, and what this computer keeps of it. Rule: what this computer keeps is
// sealed, and that it cannot be kept is no failure.

import { signIn, words } from "../base/advice.ts";
import { CliError, toCliError } from "../base/errors.ts";
import type { Warn } from "../files/private_file.ts";
import type { Engine, NewRow, Row } from "./engines/engine.ts";
import { isCopyOf, openCopy, removeCopy, writeCopy } from "./local_copy.ts";
import { headerOf } from "./sealed_text.ts";
import type { Sealing } from "./sealing.ts";
import type { SharedSettings } from "./shared_settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** Where a profile's login is: its row, and what this computer keeps of it. */
export interface SharedPlace {
  readonly configDir: string;
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
export async function loginWithCopy(
  row: Row | undefined,
  place: SharedPlace,
  warn: Warn,
): Promise<TokenSet | undefined> {
  const { copyPath, sealing } = place;
  const login = await loginOf(row, place);
  if (login === undefined) removeCopy(copyPath, warn);
  else if (!isCopyOf(await openCopy(copyPath, sealing), login)) {
    await writeCopy(copyPath, login, await sealing.sealer(), warn);
  }
  return login;
}
