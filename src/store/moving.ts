// A login on its way from one place to another. Rule: the source says so before the other place has the login, and no
// command refreshes it there from then on; so a kill leaves no two that do, and the same command finishes the move.

import { run, words } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import { hostName } from "../files/this_process.ts";
import type { LockedLogin } from "./locked_login.ts";
import type { LoginStore } from "./locking.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { sameTokenSet } from "../oauth/token_sets.ts";

export interface MovingPlace {
  readonly store: LoginStore;
  /** The same whenever this place is meant, and no other place's, on whatever computer. */
  readonly name: string;
}

/** The name of the files of this computer. */
export function filesName(configDir: string): string {
  return `files of ${hostName()} (${configDir})`;
}

/**
 * Moves the profile's login; a move that was interrupted, in this direction or the other one, is finished first.
 *
 * @returns whether there was one.
 * @throws {CliError} `usage` when another login of the profile is there, `storage` when it is on its way elsewhere or
 * the tokens that follow it cannot be read.
 */
export async function moveLogin(
  profile: string,
  from: MovingPlace,
  to: MovingPlace,
): Promise<boolean> {
  const places = from.store.sharedAt === undefined ? [from, to] : [to, from]; // always in one order: files first
  const [first = from, second = to] = places;
  await using one = await first.store.lock(profile);
  await using other = await second.store.lock(profile);
  const [source, target] = first === from ? [one, other] : [other, one];
  const lost = one.lost ?? other.lost;
  if (lost !== undefined) throw lost; // its refresh token was used, and the next place would not know that
  const found = await source.load();
  // by the id of its sign-in it is known again after a refresh: older ones have none
  const login = found && { ...found, signIn: found.signIn ?? crypto.randomUUID() };
  const present = await unlessMoved(await target.load(), login, target, from);
  if (login === undefined) return await isBroughtBack(present, target, from);
  if (present !== undefined) {
    if (present.movingTo !== undefined) throw beingMoved(present.movingTo, profile);
    const isThere = sameTokenSet(present, login) || login.movingTo !== undefined &&
        isOfOneSignIn(present, login);
    if (!isThere) throw hasLogin(profile, to);
  } else {
    if (login.movingTo !== undefined && login.movingTo !== to.name) {
      throw beingMoved(login.movingTo, profile);
    }
    if (login.movingTo === undefined) await source.save({ ...login, movingTo: to.name });
    await source.settings?.bring(); // a login is nowhere without its settings
    target.settings?.renew();
    await target.save(unmarked(login));
  }
  await removeFrom(source, login);
  return true;
}

/** What is in the target, unless that is what an earlier move to the source left there: it is removed. */
async function unlessMoved(
  present: TokenSet | undefined,
  login: TokenSet | undefined,
  target: LockedLogin,
  from: MovingPlace,
): Promise<TokenSet | undefined> {
  if (present === undefined || login === undefined || login.movingTo !== undefined) return present;
  if (present.movingTo !== from.name || !isOfOneSignIn(present, login)) return present;
  await removeFrom(target, present);
  return undefined;
}

/** A login whose move to the source began and did not get there: it stays in the target, as it was. */
async function isBroughtBack(
  present: TokenSet | undefined,
  target: LockedLogin,
  from: MovingPlace,
): Promise<boolean> {
  if (present?.movingTo !== from.name) return false;
  await target.save(unmarked(present));
  return true;
}

/** @throws {CliError} `storage` when another process replaced it, since a save gives up the lock of a row. */
async function removeFrom(source: LockedLogin, login: TokenSet): Promise<void> {
  if (!sameTokenSet(await source.load(), login)) throw replaced();
  await source.remove();
}

function unmarked({ movingTo: _, ...login }: TokenSet): TokenSet {
  return login;
}

/** Whether one comes from the other by refreshes. */
function isOfOneSignIn(one: TokenSet, other: TokenSet): boolean {
  return sameTokenSet(one, other) || one.signIn !== undefined && one.signIn === other.signIn;
}

/** Why a login is not refreshed where a move of it began. */
export function beingMoved(movingTo: string, profile: string): CliError {
  const isToStore = /^\w+:\/\//.test(movingTo);
  return new CliError("storage", `Cannot refresh the login: it is being moved to ${movingTo}`, {
    next: isToStore
      ? words`finish the move: ${run("store push", { profile })}`
      : words`finish the move there: ${run("store pull", { profile })}`,
  });
}

function hasLogin(profile: string, { name }: MovingPlace): CliError {
  return new CliError(
    "usage",
    `Cannot move profile ${profile}: ${name} has another login of this profile`,
    {
      // `logout` would end the one in use for every computer, which may be the good one
      next: words`see which one is newer: ${run("store status", { profile })}`,
    },
  );
}

function replaced(): CliError {
  return new CliError("storage", "Cannot finish the move: another process replaced the login", {
    next: "run the same command again",
  });
}
