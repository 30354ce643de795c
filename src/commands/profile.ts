// profile: named settings, so that several logins can stand side by side.

import { regionOf } from "../anaplan.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { CliError } from "../errors.ts";
import { listenCandidates } from "../oauth/listen_addresses.ts";
import { nearNames } from "../near_names.ts";
import { configDirectory, currentProfile, isProfileName } from "../place.ts";
import {
  loadProfile,
  type Profile,
  profileNames,
  removeProfile,
  saveCurrentProfile,
  saveProfile,
} from "../profiles.ts";
import { storeOf } from "../session.ts";
import {
  DEFAULT_REGION,
  loadSettings,
  resolveSettings,
  type SettingFlags,
  type Settings,
} from "../settings.ts";
import { flagTime, table } from "../text.ts";

/** The flags of `profile set`. */
export interface ProfileSetFlags extends SettingFlags {
  /** Settings to forget, as their flags are called. */
  readonly unset?: readonly string[];
}

/** The settings of a profile that can be forgotten, by the names of their flags. */
const UNSET: Readonly<Record<string, keyof Profile>> = {
  "client-id": "clientId",
  "device-client-id": "deviceClientId",
  "region": "region",
  "redirect-uri": "redirectUri",
  "listen": "listen",
  "scope": "scope",
  "no-pkce": "pkce",
  "client-auth": "clientAuth",
  "prompt": "prompt",
  "refresh-token-lifetime": "refreshTokenLifetime",
  "authorization-endpoint": "authorizationEndpoint",
  "token-endpoint": "tokenEndpoint",
  "device-endpoint": "deviceEndpoint",
  "revocation-endpoint": "revocationEndpoint",
  "api-url": "apiUrl",
  "auth-url": "authUrl",
  "issuer": "issuer",
  "ca-file": "caFiles",
};

/** Lists the profiles; a star marks the one that is used when none is named. */
export function profileList(flags: CommonFlags, context: CommandContext): Promise<Reply> {
  const settings = loadSettings(flags, context.system);
  const store = storeOf(settings, context);
  const names = [...new Set([...profileNames(settings.configDir), ...store.names()])].sort();
  const saved = names.map((name) => ({ name, ...loadProfile(settings.configDir, name) }));
  const profiles = saved.map(({ name, issuer, region = DEFAULT_REGION }) => ({
    name,
    current: name === settings.profile,
    region: issuer === undefined ? region : null,
    logged_in: store.load(name) !== undefined,
  }));
  const rows = profiles.map(({ name, current, region, logged_in }, index) =>
    [
      `${current ? "*" : " "} ${name}`,
      `${region ?? saved[index]?.issuer}, ${logged_in ? "signed in" : "not signed in"}`,
    ] as const
  );
  const text = rows.length === 0
    ? "There is no profile yet.\nNext: anaplan-auth login"
    : table(rows);
  return Promise.resolve({ text, data: { profiles } });
}

/** Shows a profile's settings; defaults are left out. */
export function profileShow(
  flags: CommonFlags,
  context: CommandContext,
  name?: string,
): Promise<Reply> {
  const settings = existing(flags, context, name);
  const profile: Profile = loadProfile(settings.configDir, settings.profile) ?? {};
  const values = Object.entries(UNSET).map(([flag, key]) => [flag, valueOf(profile, key)] as const);
  return Promise.resolve({
    text: table([
      ["profile", settings.profile],
      ...values.map(([flag, value]) => [flag, shown(value)] as const),
    ]),
    data: {
      profile: settings.profile,
      ...Object.fromEntries(
        values.map(([flag, value]) => [flag.replaceAll("-", "_"), value ?? null]),
      ),
    },
  });
}

/** The setting as its flag says it: `no-pkce` is the contrary of what is kept, and a time has a unit. */
function valueOf(profile: Profile, key: keyof Profile): Profile[keyof Profile] {
  const value = profile[key];
  if (key === "pkce" && value !== undefined) return !value;
  return typeof value === "number" ? flagTime(value) : value;
}

/** Saves settings under a name; only what is given changes. */
export function profileSet(
  flags: ProfileSetFlags,
  context: CommandContext,
  name?: string,
): Promise<Reply> {
  const profile = nameOf(flags, context, name);
  const configDir = configDirectory(flags, context.system);
  const silent = { ...context.system, env: () => undefined }; // what the environment says stays there
  const before = loadProfile(configDir, profile);
  const resolved = resolveSettings(flags, silent, before);
  const given: Record<string, unknown> = {
    ...resolved.given,
    ...(flags.noPkce ? { pkce: false } : {}),
  };
  for (const setting of flags.unset ?? []) delete given[settingNamed(setting)];
  if (given.issuer === undefined) delete given.discovered; // it was that issuer's
  const settings = { ...resolved, ...resolveSettings({}, silent, given), configDir, profile };
  if (settings.issuer === undefined) regionOf(settings);
  listenCandidates(settings.redirectUri, settings.listen); // says what is wrong with --listen
  saveProfile(configDir, profile, settings.given, context.talk.warn);
  warnOfOtherClient(settings, context);
  return Promise.resolve({ text: `Saved (profile ${profile}).`, data: { profile } });
}

/** Chooses the profile that is used when none is named. */
export function profileUse(
  flags: CommonFlags,
  context: CommandContext,
  name: string,
): Promise<Reply> {
  const { configDir, profile } = existing(flags, context, name);
  saveCurrentProfile(configDir, profile, context.talk.warn);
  return Promise.resolve({ text: `Profile ${profile} is used from now on.`, data: { profile } });
}

/** Removes a profile and the login in it. */
export async function profileRemove(
  flags: CommonFlags,
  context: CommandContext,
  name: string,
): Promise<Reply> {
  const { configDir, profile } = existing(flags, context, name);
  const store = storeOf({ configDir }, context);
  const hadLogin = store.load(profile) !== undefined;
  if (hadLogin) {
    using login = await store.lock(profile);
    login.remove();
    context.talk.warn(
      "the login was removed here only; the server may still honour its tokens",
    );
  }
  removeProfile(configDir, profile, context.talk.warn);
  if (currentProfile(configDir) === profile) {
    saveCurrentProfile(configDir, "default", context.talk.warn);
  }
  return { text: `Removed (profile ${profile}).`, data: { profile, login_removed: hadLogin } };
}

function nameOf(flags: CommonFlags, context: CommandContext, name: string | undefined): string {
  const chosen = name ?? loadSettings(flags, context.system).profile;
  if (isProfileName(chosen)) return chosen;
  throw new CliError("usage", `Cannot use the profile name "${chosen}"`, {
    next: "use lower-case letters, digits, - and _, such as eu-test",
  });
}

/** The settings of a profile that is there. */
function existing(flags: CommonFlags, context: CommandContext, name: string | undefined): Settings {
  const profile = nameOf(flags, context, name);
  const settings = loadSettings({ ...flags, profile }, context.system);
  const store = storeOf(settings, context);
  if (settings.profileExists || store.load(profile) !== undefined) return settings;
  const names = profileNames(settings.configDir);
  const near = nearNames(profile, names);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  throw new CliError("usage", `There is no profile ${profile}${hint}`, {
    next: names.length === 0 ? "anaplan-auth login" : "anaplan-auth profile list",
  });
}

function settingNamed(flag: string): keyof Profile {
  const setting = Object.hasOwn(UNSET, flag) ? UNSET[flag] : undefined;
  if (setting !== undefined) return setting;
  const near = nearNames(flag, Object.keys(UNSET));
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  throw new CliError("usage", `There is no setting "${flag}" to forget${hint}`, {
    next: "anaplan-auth profile set --help",
  });
}

function warnOfOtherClient(settings: Settings, context: CommandContext): void {
  const login = storeOf(settings, context).load(settings.profile);
  if (login === undefined || settings.clientId === undefined) return;
  if (login.clientId === settings.clientId) return;
  context.talk.warn("the saved login belongs to another client; the next login uses the new one");
}

function shown(value: Profile[keyof Profile]): string | undefined {
  if (value === undefined) return undefined;
  if (value === "") return '""';
  return Array.isArray(value) ? value.join(", ") : String(value);
}
