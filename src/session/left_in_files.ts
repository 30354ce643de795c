// Logins in files of this computer while a shared store is used. Rule: a command that ends logins of the store leaves
// those as they are, and says so.

import { run, words } from "../base/advice.ts";
import type { CommandContext } from "../command.ts";
import { openStore } from "../store/logins.ts";
import type { LoginStore } from "../store/login_store.ts";

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
