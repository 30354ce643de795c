// The profiles that there are. Rule: apart from the session, which needs one of them only.

import { profileNames } from "../settings/location.ts";
import type { Store } from "../store/logins.ts";

/** Every profile that has settings or a login, sorted. */
export function everyProfile(configDir: string, store: Pick<Store, "names">): string[] {
  return [...new Set([...profileNames(configDir), ...store.names()])].sort();
}
