// A login in a shared store under its locks: the file lock of this computer first, then that of the store. Rule: new
// tokens are in a sealed file here before the store is asked to save them, and until it has.

import { IN_A_MINUTE, succeeds } from "../base/attempts.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { type FileLock, lockFile } from "../files/lock_file.ts";
import { readPrivateFile, type Warn } from "../files/private_file.ts";
import { ensurePrivateDirectory, isThere, type Replacement } from "../files/replacement.ts";
import { HERE_DEADLINE, type Owner, PROOF_LIFETIME, type Row } from "./engines/engine.ts";
import { hostName, PROCESS_ID } from "../files/this_process.ts";
import { copyText, openCopy, removeCopies, writeCopy } from "./local_copy.ts";
import type { LockedLogin, LockSystem } from "./locked_login.ts";
import { deliverRescued, type Delivery } from "./shared_delivery.ts";
import { type RowWhenNeeded, rowWhenNeeded } from "./row_when_needed.ts";
import {
  loginWithCopy,
  notSaved,
  rowFingerprint,
  rowWith,
  type SharedPlace,
} from "./shared_place.ts";
import { loadEncrypt } from "./sealed_text.ts";
import type { Sealer } from "./sealing.ts";
import { otherRescuePaths, rescuedTo } from "./shared_elsewhere.ts";
import { beginRescue, removeRescue, rescueText, setRescueAside } from "./shared_rescue.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { fingerprint, serializeTokenSet } from "../oauth/token_sets.ts";

/** Takes the locks; tokens that an earlier process could not save are saved first. See {@link LockedLogin}. */
export async function lockShared(
  place: SharedPlace,
  system: LockSystem,
  warn: Warn,
): Promise<LockedLogin> {
  system.expectRequest(); // the handshake with the store needs the same as that of the refresh
  ensurePrivateDirectory(place.directory);
  const copied = (): string | undefined => ifPossible(() => readPrivateFile(place.copyPath));
  const before = copied();
  const lock = await lockFile(`${place.directory}/${place.profile}.lock`, HERE_DEADLINE, system);
  try {
    const justSaved = copied() === before
      ? undefined
      : await openCopy(place.copyPath, place.sealing);
    const owner = { by: `${hostName()}, process ${PROCESS_ID}` };
    const elsewhere = otherRescuePaths(place, system);
    const delivery = await deliverRescued(place, elsewhere, owner, system, warn);
    const known = { ...delivery, justSaved };
    const login = lockedShared({ ...place, elsewhere }, lock, owner, known, warn);
    return { ...login, ...provenShortlyBefore(login.prepare, place, system) };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function lockedShared(
  place: RescuingPlace,
  lock: FileLock,
  owner: Owner,
  { lost, ...known }: Delivery & Pick<LockedLogin, "justSaved">,
  warn: Warn,
): LockedLogin {
  const row = rowWhenNeeded(place, owner);
  let rescue: Replacement | undefined;
  let present: TokenSet | undefined;
  let ready: ReadyToSave | undefined;
  const saving = { place, row, warn, isRenewed: false };
  const load = async () =>
    present = await loginWithCopy(await loadAhead(row.present()), place, warn);
  return {
    ...{ ...known, load, lost: lost?.error, settings: settingsUnder(saving) },
    async prepare() {
      const held = await row.get();
      const readyHere = async (): Promise<void> => {
        ready = await readyToSave(present, saving);
        rescue ??= await beginRescue(place.rescuePath, held.row.login?.length ?? 0, warn);
      };
      await endOfAll(held.prepare(), readyHere()); // the store answers while this computer gets ready
    },
    async save(tokenSet) {
      using prepared = rescue;
      rescue = undefined;
      ready ??= await readyToSave(present, saving);
      await saveShared(tokenSet, ready, prepared, saving);
      if (prepared !== undefined) await giveUpLost(lost, warn);
    },
    remove: () => removeShared(saving, lost),
    async [Symbol.asyncDispose]() {
      using _lock = lock;
      rescue?.[Symbol.dispose]();
      await row.end();
    },
  };
}

/**
 * Begins to load what a refresh needs next, while the row is waited for: a handshake with the store waits anyway until the
 * process has its first random bytes.
 */
function loadAhead(row: Promise<Row | undefined>): Promise<Row | undefined> {
  new Response(""); // the first one loads for 2 ms
  loadEncrypt();
  void Promise.allSettled([
    import("../system/signals.ts"),
    import("../system/http.ts"),
    import("../system/guarded_request.ts"),
  ]);
  return row;
}

/** Removes the login, here and in the store; its settings stay. */
async function removeShared({ row, place, warn }: Saving, lost: Delivery["lost"]): Promise<void> {
  await row.save({ settings: (await row.get()).row.settings });
  removeCopies(place.copyPath, warn);
  await giveUpLost(lost, warn);
}

/** Waits for all to end, so that nothing runs on behind a failure; throws the first failure in their order. */
async function endOfAll(...works: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(works)) {
    if (end.status === "rejected") throw end.reason;
  }
}

/** What a sign-in or a sign-out makes useless; new tokens may have taken its place. */
async function giveUpLost(lost: Delivery["lost"], warn: Warn): Promise<void> {
  if (lost === undefined || !isThere(lost.path)) return;
  warn(`${await setRescueAside(lost.path, warn)} may hold tokens of the previous login; remove it`);
}

/** {@link LockedLogin.prepare} and `confirm`, by the clock that runs on in sleep and by the one that cannot be set. */
function provenShortlyBefore(
  prepare: () => Promise<void>,
  { engine }: SharedPlace,
  { monotonic, now }: LockSystem,
): Required<Pick<LockedLogin, "prepare" | "confirm">> {
  let began = { ran: 0, clock: 0 };
  const isOld = (): boolean =>
    Math.max(monotonic() - began.ran, now() - began.clock) > PROOF_LIFETIME;
  const timed = async (): Promise<void> => {
    began = { ran: monotonic(), clock: now() };
    await prepare();
  };
  return {
    prepare: timed,
    async confirm() {
      if (isOld()) await timed();
      if (!isOld()) return;
      const reason = "it answers too slowly";
      const message = `Cannot lock the login in the login store ${engine.name}: ${reason}`;
      throw new CliError("storage", message, { reason, next: IN_A_MINUTE });
    },
  };
}

/** What is in hand before a request: after the answer nothing may fail before the tokens are on the disk. */
interface ReadyToSave {
  readonly seal: Sealer;
  /** The {@link fingerprint} of the login that new tokens follow. */
  readonly follows: string;
}

async function readyToSave(
  present: TokenSet | undefined,
  { place, row }: Saving,
): Promise<ReadyToSave> {
  const follows = present === undefined
    ? await rowFingerprint((await row.get()).row, place)
    : await fingerprint(present);
  return { seal: await place.sealing.sealer(), follows };
}

/** A place, and where new tokens go when they can be saved neither there nor in the file that was prepared. */
interface RescuingPlace extends SharedPlace {
  readonly elsewhere: readonly string[];
}

interface Saving {
  readonly place: RescuingPlace;
  readonly row: RowWhenNeeded;
  readonly warn: Warn;
  /** Whether the row gets the settings that are on the disk; else it keeps its own. */
  isRenewed: boolean;
}

/**
 * Saves new tokens; after {@link LockedLogin.prepare} they are in the file that was prepared until the store has them.
 * When that file fails, the store is asked even so.
 */
async function saveShared(
  tokenSet: TokenSet,
  { seal, follows }: ReadyToSave,
  prepared: Replacement | undefined,
  { place, row, warn, isRenewed }: Saving,
): Promise<void> {
  const { settings, rescuePath, copyPath, elsewhere } = place;
  const sealed = await seal(serializeTokenSet(tokenSet));
  const text = rescueText(sealed, follows);
  const isRescued = prepared !== undefined && succeeds(() => prepared.commit(text));
  const copied = copyText(tokenSet, seal); // it is sealed while the store answers
  copied.catch(() => {}); // thrown where it is written
  try {
    const before = isRenewed ? undefined : (await row.get()).row.settings;
    await row.save({ ...rowWith(sealed, tokenSet), settings: await settings.resealed(before) });
  } catch (error) {
    if (prepared === undefined) throw error;
    throw notSaved(error, isRescued ? rescuePath : rescuedTo(elsewhere, text));
  }
  if (isRenewed) settings.remember();
  await writeCopy(copyPath, copied, warn);
  if (isRescued) await removeRescue(rescuePath, warn);
}

/** See {@link LockedLogin.settings}. */
function settingsUnder(saving: Saving) {
  const { row, place: { settings, open } } = saving;
  return {
    renew: (): void => void (saving.isRenewed = true),
    async bring(): Promise<void> {
      const { settings: sealed } = (await row.get()).row;
      if (sealed !== undefined) await settings.bring(sealed, true);
    },
    async keep(): Promise<void> {
      const { row: { login } } = await row.get();
      const kept = login === undefined ? {} : rowWith(login, await open(login));
      await row.save({ ...kept, settings: await settings.sealed() });
      settings.remember();
    },
    async reseal(): Promise<void> {
      const { settings: before } = (await row.get()).row;
      await row.save({ settings: await settings.resealed(before) });
    },
  };
}
