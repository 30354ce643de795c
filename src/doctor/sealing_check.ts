// How logins are kept: in files or in a store, plain or sealed, and where the key is. Rule: looks, and changes nothing.

import { run } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { storeOf } from "../session/store_in_use.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { describeSource, presentChoice } from "../store/key_source.ts";
import { keyOf } from "../store/keys.ts";
import { hasSealed, NAME_KEY } from "../store/sealing.ts";
import { type Check, foundBy, ok, warning } from "./check.ts";
import { isShared } from "../store/logins.ts";
import { sharedStore } from "../store/shared_store.ts";

/** Whether logins are sealed, with a key that can be had. */
export async function sealingCheck(
  settings: Settings,
  context: CommandContext,
): Promise<Check | undefined> {
  if (hasEnvironmentLogin(settings)) return undefined; // nothing is stored
  const { configDir } = settings;
  const { key, old } = presentChoice(configDir, context.system);
  const store = await storeOf(settings, context);
  const kinds = await Promise.all((await store.names()).map((name) => store.sealedBy(name)));
  const plain = kinds.filter((kind) => kind === undefined).length;
  if (key === undefined && plain < kinds.length) {
    return warning("Sealing", "off, but some logins are still sealed", run("unseal"));
  }
  if (key === undefined) {
    return hasSealed(configDir)
      ? warning("Sealing", "logins are sealed, but it is not known where their key is", NAME_KEY)
      : ok("Sealing", "off: logins are plain private files");
  }
  const { id } = await keyOf(key, context.system);
  const seen = `on: key ${id} from ${describeSource(key)}`;
  if (old.length > 0) {
    return warning("Sealing", `${seen}; a change of the key is not complete`, run("seal"));
  }
  if (plain === 0) return ok("Sealing", seen);
  return warning("Sealing", `${seen}; ${plain} not sealed yet`, run("seal"));
}

/** What can be said of the store; `undefined` when logins are in files. */
export async function storeCheck(
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<Check | undefined> {
  const { configDir } = settings;
  if (hasEnvironmentLogin(settings) || !isShared(configDir, system)) return undefined;
  return await foundBy("Store", async () => {
    const { engine } = sharedStore(configDir, system, talk.warn);
    const health = await engine.health();
    const logins = [...(await engine.rows(talk.warn)).values()].filter(({ login }) =>
      login !== undefined
    );
    const seen =
      `${engine.name}, ${health.version}: ${logins.length} logins; ${health.replication}`;
    return health.warning === undefined
      ? ok("Store", seen)
      : warning("Store", `${seen}; ${health.warning}`, "make a standby synchronous");
  });
}
