// A file that the user named for an answer. Rule: it takes its place only when it is whole, and no link or pipe of
// another user leads it elsewhere.

import { CliError, ifPossible } from "../base/errors.ts";
import { belongsToAnotherUser, pathParts } from "./named_file.ts";
import { diskReason } from "./private_file.ts";
import { removeIfThere, writeAll } from "./replacement.ts";

const IS_WINDOWS = Deno.build.os === "windows";

export interface NewFile extends Disposable {
  write(bytes: Uint8Array): void;
  /** The file takes its place; without this, nothing of it is left. */
  finish(): void;
}

/**
 * Begins a file at the path, which keeps its old content until the new one is complete. What is not a
 * plain file, such as a device or a pipe, is written to as it is.
 *
 * @throws {CliError} `storage` when the file cannot be made or written, or another user's link or pipe is on
 * the way.
 */
export function createNamedFile(path: string): NewFile {
  return cannotWrite(path, () => {
    const present = statIfThere(path);
    assertNoTrap(path);
    if (present !== undefined && !present.isFile) return writeInPlace(path);
    const place = resolveLink(path);
    const part = `${place}.${crypto.randomUUID()}.part`;
    const keepsMode = present !== undefined && !belongsToAnotherUser(present);
    const mode = ((keepsMode ? present.mode : undefined) ?? 0o666) & 0o777;
    const file = Deno.openSync(part, { write: true, createNew: true, mode });
    let isPart = true;
    const discard = (): void => {
      if (isPart) removeIfThere(part);
      isPart = false;
    };
    addEventListener("unload", discard); // a signal may end the program at once
    return {
      write: (bytes) => cannotWrite(path, () => writeAll(file, bytes)),
      finish() {
        cannotWrite(path, () => {
          file.syncDataSync();
          if (keepsMode && !IS_WINDOWS) Deno.chmodSync(part, mode); // umask had its part
          Deno.renameSync(part, place);
        });
        isPart = false;
      },
      [Symbol.dispose]() {
        removeEventListener("unload", discard);
        file.close();
        discard();
      },
    };
  });
}

/** @throws {CliError} `storage`: in a directory such as /tmp, a link or a pipe may be another user's trap. */
function assertNoTrap(path: string): void {
  for (const { path: part, info } of pathParts(path)) {
    if (info === undefined || !belongsToAnotherUser(info) || !(info.isSymlink || info.isFifo)) {
      continue;
    }
    const it = part === path ? "it" : part;
    throw new CliError("storage", `Cannot write ${path}: ${it} belongs to another user`, {
      next: "give a file in a directory of your own with --output",
    });
  }
}

/** Where a path leads; a link stays a link, also one to a file that is not there yet. */
function resolveLink(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const resolved = ifPossible(() => {
    const target = Deno.readLinkSync(path);
    const isRelative = !/^([/\\]|[A-Za-z]:)/.test(target);
    return resolveLink(isRelative ? `${path.replace(/[^/\\]*$/, "")}${target}` : target);
  });
  return resolved ?? path; // nothing is there
}

function writeInPlace(path: string): NewFile {
  const file = Deno.openSync(path, { write: true });
  return {
    write: (bytes) => cannotWrite(path, () => writeAll(file, bytes)),
    finish: () => {},
    [Symbol.dispose]: () => file.close(),
  };
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function cannotWrite<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("storage", `Cannot write ${path}: ${diskReason(cause)}`, {
      next: "check the disk and the path that is given with --output",
      cause,
    });
  }
}
