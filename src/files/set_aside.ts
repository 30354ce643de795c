// Damaged files, moved out of the way. Rule: nothing of a file is lost, and nothing is overwritten.

import { CliError, unlessFailed } from "../base/errors.ts";
import { asStorageError, lstatIfThere, restoreMode, type Warn } from "./private_file.ts";

/**
 * What `load` gives, for a command that replaces or removes the file: a damaged one counts as none, is
 * moved to `.bad` and told. So does a login of a shared store that cannot be opened, which has no file. The caller
 * holds the lock of a file that has one.
 */
export async function loadOrSetAside<T>(
  load: () => T | undefined | Promise<T | undefined>,
  warn: Warn,
): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.code === "row_not_opened") {
      warn(`${error.message}; it is given up for every computer`);
      return undefined;
    }
    if (error.damagedFile === undefined) throw error;
    const bad = setAside(error.damagedFile);
    warn(`${error.message}; it is now ${bad}, which you can remove`);
    return undefined;
  }
}

/** What `load` gives; `undefined` for a login of a shared store that cannot be opened, which a sign-in replaces. */
export async function ifOpened<T>(load: () => Promise<T | undefined>): Promise<T | undefined> {
  return await unlessFailed(load, ({ code }) => code === "row_not_opened");
}

function setAside(path: string): string {
  return asStorageError("move", path, () => {
    let bad = `${path}.bad`;
    for (let count = 2; lstatIfThere(bad) !== undefined; count++) bad = `${path}.bad.${count}`;
    Deno.renameSync(path, bad);
    if (Deno.lstatSync(bad).isFile) restoreMode(bad, 0o600);
    return bad;
  });
}
