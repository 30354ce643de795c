// When new tokens cannot be saved in their place. Rule: they go into a private file elsewhere, never onto a
// screen. The file says which lock file's login it belongs to and which tokens it follows; only there it goes back.

import { run, signIn, type Words, words } from "../base/advice.ts";
import { CliError, toCliError } from "../base/errors.ts";
import type { FileLock } from "../files/lock_file.ts";
import { diskReason, readPrivateFile, splitPath } from "../files/private_file.ts";
import { isThere, writePrivateFile } from "../files/replacement.ts";
import type { System } from "../system/contract.ts";
import type { Sealing } from "./sealing.ts";
import { isSealed, parseTokenSet, type TokenSet } from "../oauth/token_set.ts";
import { serializeTokenSet } from "../oauth/token_sets.ts";

type RescueSystem = Pick<System, "env">;

/** Where the login is that is looked for, and how it is opened. */
interface RescuePlace {
  readonly path: string;
  readonly sealing: Sealing;
}

/** What failed. */
export interface FailedSave {
  /** Where the login belongs. */
  readonly path: string;
  /** The {@link fingerprint} of the login that the new tokens follow. */
  readonly follows: string;
  /** The file beside it that has the whole text already, if it does. */
  readonly waiting: { readonly path: string; readonly isSynced: boolean } | undefined;
  readonly lock: Pick<FileLock, "note" | "identity">;
  readonly cause: CliError;
}

/** What the holder of a lock notes before it asks for tokens: where it will rescue them to if it has to. */
export function plannedNote(
  path: string,
  identity: string,
  follows: string,
  system: RescueSystem,
): string {
  return noteOf("planned", follows, rescuePaths(path, identity, system)[0] ?? "");
}

/** Puts the login where the next command finds it, unless it has no text; the error says where that is. */
export function rescueLogin(
  text: string | undefined,
  failed: FailedSave,
  system: RescueSystem,
): CliError {
  const { path, follows, waiting, lock, cause } = failed;
  const reason = `Cannot save the new tokens: ${diskReason(cause.cause ?? cause)}`;
  const elsewhere = waiting?.isSynced || text === undefined
    ? undefined
    : rescuePaths(path, lock.identity, system).find((place) => {
      // noted first: after a crash in between, the old refresh token is not sent again
      isDone(() => lock.note(noteOf("rescued", follows, place)));
      return isDone(() => writePrivateFile(place, addressed(text, lock.identity, follows)));
    });
  const rescued = elsewhere ?? waiting?.path;
  if (elsewhere === undefined) isDone(() => lock.note(""));
  if (rescued === undefined) {
    return new CliError("storage", `${reason}; they could not be rescued anywhere`, {
      code: "not_saved",
      next: words`${signIn()}; the old refresh token may no longer be valid`,
      cause,
    });
  }
  return new CliError("storage", `${reason}; they are in ${rescued}`, {
    code: "not_saved",
    next: "fix that, then run the same command again: it puts the tokens in their place",
    cause,
  });
}

/** The text of a login, with the identity of the lock that it was rescued under, and the login that it follows. */
function addressed(text: string, identity: string, follows: string): string {
  const fields = { ...JSON.parse(text), [ADDRESS]: identity, [LINEAGE]: follows };
  return JSON.stringify(fields, undefined, 2) + "\n";
}

/** The field of a rescued file that says which login it belongs to. */
export const ADDRESS = "rescuedFor";
/** The field with the {@link fingerprint} of the login that the rescued one follows. */
const LINEAGE = "follows";

/** A login that an earlier process rescued. */
export interface Rescued {
  readonly path: string;
  readonly tokenSet: TokenSet;
  readonly follows: string | undefined;
}

/** A login that the lock's note says was rescued, and that cannot be read. */
export interface LostRescue {
  readonly path: string;
  readonly follows: string;
  readonly error: CliError;
}

/** The logins that earlier processes rescued under this very lock. */
export async function findRescued(
  { path, sealing }: RescuePlace,
  { noted, identity }: Pick<FileLock, "noted" | "identity">,
  system: RescueSystem,
): Promise<{ readonly found: readonly Rescued[]; readonly lost: LostRescue | undefined }> {
  const note = parseNote(noted);
  const places = new Set([...(note ? [note.path] : []), ...rescuePaths(path, identity, system)]);
  const found: Rescued[] = [];
  for (const place of places) {
    let rescued: RescuedText;
    try {
      rescued = rescuedAt(place, identity);
    } catch {
      continue; // not a file of ours: in a directory that all may write to, anything may have that name
    }
    const { login, follows = "none" } = rescued;
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

/** Whether there may be a login that was rescued under this lock; only its holder can tell. */
export function mayBeRescued(
  path: string,
  { noted, identity }: Pick<FileLock, "noted" | "identity">,
  system: RescueSystem,
): boolean {
  const note = parseNote(noted);
  if (note?.isRescued) return true;
  return [...(note ? [note.path] : []), ...rescuePaths(path, identity, system)].some(isThere);
}

/** Seals a rescued login that stays where it is as logins are sealed now. */
export async function resealRescued(
  { path, tokenSet, follows = "none" }: Rescued,
  { identity }: Pick<FileLock, "identity">,
  sealing: Sealing,
): Promise<void> {
  if (await sealing.isUpToDate(readPrivateFile(path) ?? "")) return;
  const seal = await sealing.sealer();
  writePrivateFile(path, addressed(await seal(serializeTokenSet(tokenSet)), identity, follows));
}

/** What a rescued file says. */
interface RescuedText {
  /** The sealed text, where it is sealed. */
  readonly login: TokenSet | string;
  readonly follows: string | undefined;
}

/** @throws {Error} when no login of this lock is there. */
function rescuedAt(place: string, identity: string): RescuedText {
  const text = readPrivateFile(place);
  if (text === undefined) throw new Error("no such file or directory");
  const { [ADDRESS]: address, [LINEAGE]: follows } = JSON.parse(text);
  if (address !== identity) throw new Error("it belongs to another login");
  return { login: isSealed(text) ? text : parseTokenSet(text), follows };
}

/** Why a command that would send the old refresh token goes no further. */
function lostError(path: string, place: string, identity: string): CliError {
  const login = run("login", { profile: splitPath(path)[1].replace(/\.json$/, "") });
  let reason = "it cannot be read";
  let next: Words = login;
  try {
    rescuedAt(place, identity);
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

function noteOf(state: "planned" | "rescued", follows: string, place: string): string {
  return `${state} ${follows} ${JSON.stringify(place)}`;
}

function parseNote(
  note: string,
): { readonly isRescued: boolean; readonly follows: string; readonly path: string } | undefined {
  const [, state, follows = "", place = ""] = /^(planned|rescued) (\w+) (".*")\s*$/.exec(note) ??
    [];
  if (state === undefined) return undefined;
  try {
    return { isRescued: state === "rescued", follows, path: JSON.parse(place) };
  } catch {
    return undefined;
  }
}

/** Places that every command finds and that outlive a job come first. The name has the profile, and the lock's random id. */
function rescuePaths(path: string, identity: string, system: RescueSystem): string[] {
  const [configDir] = splitPath(splitPath(path)[0]);
  const [id] = identity.split(" ", 1);
  const profile = splitPath(path)[1].replace(/\.json$/, "").replace(/[^\w.-]+/g, "_").slice(-150);
  return rescuePlaces(configDir, system).map((place) => `${place}/${PREFIX}${profile}-${id}.json`);
}

/** How the name of a rescued file begins. */
export const PREFIX = "anaplan-auth-rescued-";

/** The directories that a rescued file may be in. */
export function rescuePlaces(configDir: string, { env }: RescueSystem): string[] {
  const places = [
    env("HOME"),
    configDir,
    "/var/tmp",
    env("TMPDIR"),
    env("TEMP"),
    "/tmp",
    env("XDG_RUNTIME_DIR"),
  ];
  // a relative one would be another directory for the next command
  return places.filter((place) => place !== undefined)
    .filter((place) => /^([/\\]|[A-Za-z]:)/.test(place))
    .map((place) => place.replace(/[/\\]$/, ""));
}

/** Whether work was done without an error. */
export function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
