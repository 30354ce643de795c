// The store that several computers use: whether it can be reached, and how safe a login is in it. Rule: looks, and
// changes nothing.

import type { CommandContext } from "../command.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { isShared } from "../store/logins.ts";
import { sharedStore } from "../store/shared_store.ts";
import { type Check, failedCheck, ok, warning } from "./check.ts";

/** What can be said of the store; `undefined` when logins are in files. */
export async function storeCheck(
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<Check | undefined> {
  const { configDir } = settings;
  if (hasEnvironmentLogin(settings) || !isShared(configDir, system)) return undefined;
  try {
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
  } catch (error) {
    return failedCheck("Store", error);
  }
}
