// Tokens that an earlier process rescued. Rule: only the holder of the same lock reads them, and one that cannot be
// read stops every command that would send the refresh token before them.

import { run, type Words, words } from "../base/words.ts";
import { CliError, toCliError } from "../base/errors.ts";
import type { FileLock } from "../files/lock_file.ts";
import { readPrivateFile, splitPath } from "../files/private_file.ts";
import { writePrivateFile } from "../files/replacement.ts";
import {
  addAddress,
  ADDRESS,
  LINEAGE,
  type LoginPlace,
  parseNote,
  rescuePaths,
  type RescueSystem,
} from "./rescue.ts";
import type { Sealing } from "./sealing.ts";
import { isSealed, parseTokenSet, type TokenSet } from "../oauth/token_set.ts";
import { serializeTokenSet } from "../oauth/token_sets.ts";

/** A login that an earlier process rescued. */
export interface Rescued {
  readonly path: string;
  readonly tokenSet: TokenSet;
  readonly follows: string;
}

/** A login that the lock's note says was rescued, and that cannot be read. */
export interface LostRescue {
  readonly path: string;
  readonly follows: string;
  readonly error: CliError;
}

/** The logins that earlier processes rescued under this very lock. */
export async function findRescued(
  { path, sealing }: Pick<LoginPlace, "path" | "sealing">,
  { noted, identity }: Pick<FileLock, "noted" | "identity">,
  system: RescueSystem,
): Promise<{ readonly found: readonly Rescued[]; readonly lost: LostRescue | undefined }> {
  const note = parseNote(noted);
  const places = new Set([...(note ? [note.path] : []), ...rescuePaths(path, identity, system)]);
  const found: Rescued[] = [];
  for (const place of places) {
    let rescued: ReturnType<typeof readRescued>;
    try {
      rescued = readRescued(place, identity);
    } catch {
      continue; // not a file of ours: in a directory that all may write to, anything may have that name
    }
    const { login, follows } = rescued;
    try {
      const tokenSet = typeof login === "string" ? await sealing.open(login, place) : login;
      found.push({ path: place, tokenSet, follows });
    } catch (error) {
      const { message, next } = toCliError(error); // without the key, it may be what follows the login
      return { found, lost: { path: place, follows, error: noTokens(place, message, next) } };
    }
  }
  if (!note?.isRescued || found.some((rescued) => rescued.path === note.path)) {
    return { found, lost: undefined };
  }
  return { found, lost: { ...note, error: lostError(path, note.path, identity) } };
}

/** Seals a rescued login that stays where it is as logins are sealed now. */
export async function resealRescued(
  { path, tokenSet, follows }: Rescued,
  { identity }: Pick<FileLock, "identity">,
  sealing: Sealing,
): Promise<void> {
  if (await sealing.isUpToDate(readPrivateFile(path) ?? "")) return;
  const seal = await sealing.sealer();
  writePrivateFile(path, addAddress(await seal(serializeTokenSet(tokenSet)), identity, follows));
}

/** The login, or its text where it is sealed. @throws {Error} when no login of this lock is there. */
function readRescued(place: string, identity: string) {
  const text = readPrivateFile(place);
  if (text === undefined) throw new Error("no such file or directory");
  const { [ADDRESS]: address, [LINEAGE]: follows = "none" } = JSON.parse(text);
  if (address !== identity) throw new Error("it belongs to another login");
  return { login: isSealed(text) ? text : parseTokenSet(text), follows };
}

/** Why a command that would send the old refresh token goes no further. */
function lostError(path: string, place: string, identity: string): CliError {
  const login = run("login", { profile: splitPath(path)[1].replace(/\.json$/, "") });
  let reason = "it cannot be read";
  let next: Words = login;
  try {
    readRescued(place, identity);
  } catch (error) {
    if (error instanceof CliError) {
      reason = error.reason ?? reason;
      if (error.code === "open_to_others") {
        next = words`${error.next ?? ""}, then try again; or ${login}`;
      }
    } else if (error instanceof Error && !(error instanceof SyntaxError)) reason = error.message;
  }
  return noTokens(place, reason, next);
}

function noTokens(place: string, reason: string, next: Words | undefined): CliError {
  return new CliError("storage", `Cannot get the new tokens from ${place}: ${reason}`, {
    ...(next === undefined ? {} : { next }),
  });
}
