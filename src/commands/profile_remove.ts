// profile remove: settings and the login in them. Rule: what stays valid at the server is said before anything is removed.

import { serverName } from "../settings/settings.ts";
import { run, type Words, words } from "../base/words.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { clockTime, duration } from "../base/times.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { changeCurrentProfile } from "../session/current_profile.ts";
import { everyProfile, warnOfFiles } from "../session/every_profile.ts";
import { existingProfile } from "../session/existing_profile.ts";
import { loginExpiry } from "../session/expiry.ts";
import { storeOf } from "../session/store_in_use.ts";
import {
  currentProfile,
  impliedProfile,
  profileInUse,
  type ProfileLocation,
} from "../settings/location.ts";
import { loadProfile, removeProfile } from "../settings/profiles.ts";
import type { LoginStore } from "../store/locking.ts";

export interface ProfileRemoveFlags extends CommonFlags {
  readonly yes?: boolean;
}

export async function profileRemove(
  flags: ProfileRemoveFlags,
  context: CommandContext,
  name: string,
): Promise<Answer> {
  const { configDir, profile } = await existingProfile(flags, context, name);
  const { warn } = context.talk;
  const store = await storeOf({ configDir }, context);
  if ((await store.names()).includes(profile)) {
    await confirmRemoval({ configDir, profile }, store, flags, context);
  }
  await using login = await store.lock(profile); // a login that saves its settings is waited for
  const hadLogin = (await store.names()).includes(profile);
  // what keeps any of it from being removed comes before anything is
  if (hadLogin) await loadOrSetAside(() => login.load(), warn);
  await loadOrSetAside(() => loadProfile(configDir, profile), warn);
  await changeCurrentProfile(configDir, () => undefined, context.system, warn);
  if (hadLogin) await login.remove();
  let change: Change = { isOfProfileInUse: false };
  const remove = async (current: string | undefined): Promise<string | null | undefined> => {
    const before = current ?? profileInUse(configDir);
    removeProfile(configDir, profile, warn); // under the lock of the choice: nothing chooses it meanwhile
    if (current !== undefined && current !== profile) return undefined;
    const implied = impliedProfile(configDir);
    const inUse = (await everyProfile(configDir, store)).find((name) => name === implied);
    change = { isOfProfileInUse: before === profile, inUse: inUse === before ? undefined : inUse };
    return inUse ?? (current === undefined ? undefined : null); // what is said to be used is chosen
  };
  await changeCurrentProfile(configDir, remove, context.system, warn).catch((error) => {
    if (hadLogin) warn(`the login of profile ${profile} is removed`);
    throw error;
  });
  await login.settings?.keep(); // none are left here, so none are left in a store
  const left = await everyProfile(configDir, store);
  const current = left.find((name) => name === profileInUse(configDir)) ?? null;
  await warnOfFiles(configDir, store, profile, context);
  const text = words`Removed (profile ${profile}).${whatIsUsed(change, left)}`;
  return { kind: "answer", text, data: { profile, login_removed: hadLogin, current } };
}

/** What a removal changed about the profile that is used when none is named. */
interface Change {
  readonly isOfProfileInUse: boolean;
  /** The profile that is used instead. */
  readonly inUse?: string | undefined;
}

function whatIsUsed({ isOfProfileInUse, inUse }: Change, left: readonly string[]): Words {
  if (inUse !== undefined) return ` Profile ${inUse} is used from now on.`;
  if (!isOfProfileInUse) return "";
  return left.length === 0
    ? words` No profile is left.\nNext: ${run("login")}`
    : words` No profile is chosen now: there are ${left.join(", ")}.\nNext: ${
      run(`profile use ${left[0]}`)
    }`;
}

/** Says what stays valid, and on a terminal asks; without one, a script has decided. */
async function confirmRemoval(
  { configDir, profile }: ProfileLocation,
  store: Pick<LoginStore, "load" | "sharedAt">,
  { yes = false }: ProfileRemoveFlags,
  { system, talk }: CommandContext,
): Promise<void> {
  const isOlder = ({ code }: CliError): boolean => code !== "newer_version";
  const login = await unlessFailed(() => store.load(profile), isOlder); // a damaged one is set aside later
  const settings = await unlessFailed(() => loadProfile(configDir, profile), isOlder) ?? {};
  await unlessFailed(() => currentProfile(configDir), isOlder);
  const where = store.sharedAt === undefined
    ? "here only"
    : `from the login store ${store.sharedAt}, so for every computer that uses it`;
  const end = run("logout", { flags: `--profile ${profile}` });
  talk.warn(
    words`this removes the login of profile ${profile} ${where}; ${
      remaining(login, settings, system.now())
    }. To end it first: ${end}`,
  );
  const { terminal } = system;
  if (yes || !terminal.stdin || !terminal.stderr) return;
  const prompt = "Remove it? [y/N] ";
  const typed = await terminal.readLine({ prompt, signal: system.interruption() });
  if (/^\s*y(es)?\s*$/i.test(typed)) return;
  throw new CliError("interrupted", "Cannot remove the profile: you did not answer y", {
    next: end,
  });
}

/** Until when the server may accept the login. */
function remaining(
  login: TokenSet | undefined,
  { issuer, refreshTokenLifetime }: ReturnType<typeof loadProfile> & object,
  now: number,
): Words {
  const server = serverName({ issuer });
  const expiry = login && loginExpiry(login, { issuer, refreshTokenLifetime });
  if (expiry === undefined || !("at" in expiry) || expiry.at <= now) {
    return `${server} may still accept its tokens`;
  }
  const about = expiry.kind === "known" ? "" : "about ";
  const until = `${about}${clockTime(expiry.at, now)} (${duration(expiry.at - now)})`;
  return `it stays valid at ${server} until ${until}`;
}
