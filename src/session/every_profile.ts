// The profiles that there are, and those with a login in a place that is not in use. Rule: apart from the session, which
// needs one of them only.

import { profileNames } from "../settings/location.ts";
import type { LoginStore } from "../store/locking.ts";
import { run, words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { openStore } from "../store/logins.ts";

/** Every profile that has a login, or tokens that wait for their place, sorted. */
export async function everyLogin(store: Pick<LoginStore, "names" | "waiting">): Promise<string[]> {
  return [...new Set([...await store.names(), ...await store.waiting()])].sort();
}

/** Every profile that has settings or a login, sorted. */
export async function everyProfile(
  configDir: string,
  store: Pick<LoginStore, "names">,
): Promise<string[]> {
  return [...new Set([...profileNames(configDir), ...await store.names()])].sort();
}

/** Says which logins are still in files; of one profile, or of every one. */
export async function warnOfFiles(
  configDir: string,
  { sharedAt }: Pick<LoginStore, "sharedAt">,
  profile: string | undefined,
  { system, talk: { warn } }: CommandContext,
): Promise<void> {
  if (sharedAt === undefined) return;
  const files = openStore(configDir, system, warn);
  for (const name of await files.names()) {
    if (profile !== undefined && name !== profile) continue;
    const end = words`${run("store use local")}, then ${run("logout", { profile: name })}`;
    warn(words`${files.pathOf(name)} still has a login, which is not in the login store; ${end}`);
  }
}
