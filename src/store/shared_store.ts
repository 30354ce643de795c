// Logins in a store that several computers use. Rule: always sealed, and a fresh access token comes from this
// computer's copy, without the network.

import { run, shell, type Words, words } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { Fields } from "../base/json.ts";
import { isThere } from "../files/replacement.ts";
import type { Engine } from "./engines/engine.ts";
import { type KeyChoice, kindOf, presentChoice } from "./key_source.ts";
import { openCopy } from "./local_copy.ts";
import type { LockedLogin, LockSystem } from "./locked_login.ts";
import type { LoginStore } from "./locking.ts";
import { type Sealing, sealingOf } from "./sealing.ts";
import { settingsName, sharedSettings } from "./shared_settings.ts";
import { mayBeRescuedAt, rescueFile } from "./shared_rescue.ts";
import type { SharedPlace } from "./shared_place.ts";
import { type Address, engineAt, presentAddress } from "./store_choice.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";

/** A store, and what this computer keeps of it. */
export interface SharedStore extends LoginStore {
  readonly sharedAt: string;
  readonly address: Address;
  readonly engine: Engine;
  bringSettings(profile: string): Promise<Fields | undefined>;
}

/** What counts instead of what environment and config.json say. */
export interface StoreOptions {
  readonly address?: Address | undefined;
  readonly chosen?: KeyChoice;
  /** Whether loading a login leaves the settings of this computer alone. */
  readonly keepsSettings?: boolean;
}

/**
 * The store at an address: that which environment or config.json names, when none is given.
 *
 * @throws {CliError} `usage` when none is named, or no key.
 */
export function sharedStore(
  configDir: string,
  system: LockSystem,
  warn: (text: Words) => void,
  { address = presentAddress(configDir, system), chosen, keepsSettings = false }: StoreOptions = {},
): SharedStore {
  if (address === undefined) throw noStore();
  const engine = engineAt(address, system);
  const choice = () => {
    const present = chosen ?? presentChoice(configDir, system);
    if (present.key === undefined) throw noKey(address.name);
    return present;
  };
  const { key } = choice();
  const placeOf = placesIn(configDir, { address, engine, choice, keepsSettings }, system, warn);
  const read = async (profile: string): Promise<SharedPlace> =>
    placeOf(profile, await readIn(configDir, address, system));
  const written = async (profile: string): Promise<SharedPlace> => {
    const { writtenDirectory } = await import("./shared_directory.ts");
    return placeOf(profile, writtenDirectory({ configDir, profile }, address.slug, system));
  };
  const lock = async (profile: string): Promise<LockedLogin> =>
    (await import("./shared_login.ts")).lockShared(await written(profile), system, warn);
  return {
    ...{ sharedAt: address.name, address, engine, lock },
    load: (profile, isCopyEnough = false) =>
      loadShared({ profile, read, written, isCopyEnough, lock }, system, warn),
    pathOf: (profile) => placeOf(profile).copyPath,
    mayWait: async (profile) => (await elsewhere()).mayWaitFor(await read(profile), system),
    waiting: async () => (await elsewhere()).rescuedIn(await readIn(configDir, address, system)),
    sealedBy: () => Promise.resolve(key && kindOf(key)),
    names: async () =>
      [...await engine.rows(warn)].flatMap(([name, { login }]) => login === undefined ? [] : name)
        .sort(),
    async bringSettings(profile) {
      const sealed = (await engine.read(profile))?.settings;
      return sealed === undefined ? undefined : await placeOf(profile).settings.bring(sealed);
    },
  };
}

function elsewhere() {
  return import("./shared_elsewhere.ts");
}

/** Where a store is, and which keys its logins have. */
interface OpenedStore {
  readonly address: Address;
  readonly engine: Engine;
  readonly choice: () => KeyChoice;
  readonly keepsSettings: boolean;
}

/** The place of each profile; in the usual directory, unless another one is named. */
function placesIn(
  configDir: string,
  { address, engine, choice, keepsSettings }: OpenedStore,
  system: LockSystem,
  warn: (text: Words) => void,
): (profile: string, directory?: string) => SharedPlace {
  const sealing = (profile: string): Sealing => {
    const present = sealingOf({ configDir, profile }, choice, system);
    // a text is never left plain
    const sealer = async () => await present.sealer() ?? Promise.reject(noKey(address.name));
    return { ...present, sealer };
  };
  return (profile, directory = usualDirectory(configDir, address)) => ({
    ...{ configDir, profile, engine, directory, sealing: sealing(profile), keepsSettings },
    settings: sharedSettings(
      { configDir, profile, remembered: `${directory}/${profile}.settings` },
      sealing(settingsName(profile)),
      warn,
    ),
    copyPath: `${directory}/${profile}.json`,
    rescuePath: rescueFile(directory, profile),
    open: (sealed) => openSealedText(sealed, profile, sealing(profile), address.name),
  });
}

function usualDirectory(configDir: string, { slug }: Address): string {
  return `${configDir}/shared/${slug}`;
}

/** Where this computer has what it needs of a store. */
async function readIn(configDir: string, address: Address, system: LockSystem): Promise<string> {
  const usual = usualDirectory(configDir, address);
  if (isThere(usual)) return usual;
  return (await import("./shared_directory.ts")).readDirectory(configDir, address.slug, system);
}

interface Loading {
  readonly profile: string;
  /** The place with the directory in which a copy may be. */
  readonly read: (profile: string) => Promise<SharedPlace>;
  /** The place with the directory that takes a new copy. */
  readonly written: (profile: string) => Promise<SharedPlace>;
  readonly isCopyEnough: boolean;
  readonly lock: (profile: string) => Promise<LockedLogin>;
}

/** The copy while that is fresh; tokens that could not be saved are saved first. */
async function loadShared(
  { profile, read, written, isCopyEnough, lock }: Loading,
  system: LockSystem,
  warn: (text: Words) => void,
): Promise<TokenSet | undefined> {
  const place = await read(profile);
  const copy = await openCopy(place.copyPath, place.sealing);
  const isUsable = copy !== undefined && (isCopyEnough || isFresh(copy, system.now()));
  if (mayBeRescuedAt(place.rescuePath)) {
    try {
      await using login = await lock(profile);
      return await login.load();
    } catch (error) {
      if (!isUsable || !(error instanceof CliError)) throw error;
      if (error.kind !== "unavailable") warn(error.message); // what no time will change
    }
  }
  if (isUsable) return copy;
  const { loginWithCopy } = await import("./shared_place.ts");
  return await loginWithCopy(await place.engine.read(profile), await written(profile), warn);
}

async function openSealedText(
  sealed: string,
  profile: string,
  sealing: Sealing,
  name: string,
): Promise<TokenSet> {
  try {
    return await sealing.open(sealed, `profile ${profile} in the login store ${name}`);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== "not_opened") throw error;
    throw error.with({
      code: "row_not_opened",
      next: words`${GIVE_KEY}; if it is lost: ${run("login", { profile })}`,
    });
  }
}

const GIVE_KEY = "give this computer the key of the store's logins";

function noStore(): CliError {
  return new CliError(
    "usage",
    "Cannot use a login store: none is named, and logins are in files of this computer",
    { next: run("store use", { flags: "postgresql://USER@HOST/DATABASE" }) },
  );
}

function noKey(name: string): CliError {
  return new CliError(
    "usage",
    `Cannot use the login store ${name}: logins in it are sealed, and no key is named`,
    {
      next: words`name a key: ${run("seal", { flags: "--key-file FILE" })} (${
        shell("openssl rand -base64 32")
      })`,
    },
  );
}
