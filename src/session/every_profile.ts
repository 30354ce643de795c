// The profiles that there are. Rule: apart from the session, which needs one of them only.

import { profileNames } from "../settings/location.ts";
import type { LoginStore } from "../store/login_store.ts";

/** Every profile that has a login, or tokens that wait for their place, sorted. */
export async function everyLogin(
  store: Pick<LoginStore, "names" | "waiting">,
): Promise<string[]> {
  return [...new Set([...await store.names(), ...await store.waiting()])].sort();
}

/** Every profile that has settings or a login, sorted. */
export async function everyProfile(
  configDir: string,
  store: Pick<LoginStore, "names">,
): Promise<string[]> {
  return [...new Set([...profileNames(configDir), ...await store.names()])].sort();
}
