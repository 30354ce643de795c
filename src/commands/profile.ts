// profile: named settings, so that there can be several logins.

import { run } from "../base/words.ts";
import { regionOf } from "../provider/authorization_server.ts";
import { assertTrustworthy } from "../files/ca_file.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { listenCandidates } from "../oauth/listen_addresses.ts";
import { configDirectory, type ProfileLocation } from "../settings/location.ts";
import { changeCurrentProfile, keepProfileInUse } from "../session/current_profile.ts";
import { loadProfile, type Profile, saveProfile } from "../settings/profiles.ts";
import { existingProfile, profileNamed } from "../session/existing_profile.ts";
import { storeOf } from "../session/store_in_use.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import {
  profileFor,
  resolveSettings,
  type SettingFlags,
  type Settings,
  warnOfUnused,
} from "../settings/settings.ts";
import {
  flagKey,
  type KeptSettings,
  ROWS,
  type SettingName,
  typedName,
} from "../settings/table.ts";
import { table } from "../base/lines.ts";
import { flagTime } from "../base/times.ts";

export interface ProfileSetFlags extends SettingFlags {
  /** Settings to forget, as their flags are called. */
  readonly unset?: readonly string[];
}

/** Every setting, in the order in which it is shown. */
const SHOWN = (["client", "protocol", "servers", "common"] as const)
  .flatMap((shown) =>
    ROWS.filter(([, { group = "client" }]) => group === shown).map(([name]) => name)
  );

/** Shows a profile's settings; defaults are left out. */
export async function profileShow(
  flags: CommonFlags,
  context: CommandContext,
  name?: string,
): Promise<Answer> {
  const place = await existingProfile(flags, context, name);
  const profile: Profile = loadProfile(place.configDir, place.profile) ?? {};
  const values = SHOWN.map((name) => [typedName(name), valueOf(profile, name)] as const);
  return {
    kind: "answer",
    text: table([
      ["profile", place.profile],
      ...values.map(([name, value]) => [name, settingText(value)] as const),
    ]),
    data: {
      profile: place.profile,
      ...Object.fromEntries(
        values.map(([name, value]) => [name.replaceAll("-", "_"), value ?? null]),
      ),
    },
  };
}

/** The setting as its flag says it: `no-pkce` is the contrary of what is kept, and a time has a unit. */
function valueOf(profile: Profile, name: SettingName): KeptSettings[SettingName] {
  const value = profile[name];
  if (typeof value === "boolean") return !value;
  return typeof value === "number" ? flagTime(value) : value;
}

/** Saves settings under a name; only what is given changes, and a login that saves its own waits. */
export async function profileSet(
  flags: ProfileSetFlags,
  context: CommandContext,
  name?: string,
): Promise<Answer> {
  const profile = profileNamed(flags, context, name);
  const configDir = configDirectory(flags, context.system);
  await using login = await (await storeOf({ configDir }, context)).lock(profile);
  await login.settings?.bring();
  const silent = { ...context.system, env: () => undefined }; // what the environment says stays there
  const before = await loadOrSetAside(() => loadProfile(configDir, profile), context.talk.warn);
  if (isNothing(flags) && (before !== undefined || name === undefined)) throw nothingToSet();
  const unset: readonly string[] = (flags.unset ?? []).map(settingNamed);
  const left = (settings: object): Profile =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => !unset.includes(name)));
  const place = left({ ...before, ...flags });
  const replaced = before && flags.caFile ? { ...before, caFiles: [] } : before; // other commands add to them
  const resolved = resolveSettings(flags, silent, profileFor(place, replaced));
  const { noPkce, clientSecretFile } = flags; // which other commands take for one run
  const given = left({
    ...resolved.given,
    ...(noPkce ? { pkce: false } : {}),
    ...(clientSecretFile ? { clientSecretFile: silent.absolutePath(clientSecretFile) } : {}),
  });
  const settings = { ...resolved, ...resolveSettings({}, silent, given), configDir, profile };
  if (settings.issuer === undefined) regionOf(settings);
  for (const path of flags.caFile ?? []) assertTrustworthy(context.system.absolutePath(path));
  listenCandidates(settings.redirectUri, settings.listen); // says what is wrong with --listen
  await keepProfileInUse(configDir, profile, context.system, context.talk.warn);
  saveProfile(configDir, profile, settings.given, context.talk.warn);
  await login.settings?.keep();
  warnOfUnused(left({ ...before }), given, context.talk.warn);
  await warnOfOtherClient(settings, context);
  return { kind: "answer", text: `Saved (profile ${profile}).`, data: { profile } };
}

/** Whether no setting is given or unset; the flags that say where and how are none. */
function isNothing(flags: ProfileSetFlags): boolean {
  const given = new Set<string>(Object.keys(onlyDefined({ ...flags })));
  return !given.has("unset") && !ROWS.some(([name]) => given.has(flagKey(name)));
}

function nothingToSet(): CliError {
  return new CliError(
    "usage",
    "Cannot save: no setting is given, such as --region or --client-id",
    { next: run("profile set --help") },
  );
}

/** Chooses the profile that is used when none is named. */
export async function profileUse(
  flags: CommonFlags,
  { system, talk }: CommandContext,
  name: string,
): Promise<Answer> {
  const find = (): Promise<ProfileLocation> => existingProfile(flags, { system, talk }, name);
  const { configDir, profile } = await find();
  await changeCurrentProfile(configDir, async () => (await find()).profile, system, talk.warn);
  const text = `Profile ${profile} is used from now on.`;
  return { kind: "answer", text, data: { profile } };
}

function settingNamed(typed: string): SettingName {
  const setting = SHOWN.find((name) => typedName(name) === typed);
  if (setting !== undefined) return setting;
  throw new CliError("usage", `There is no setting "${typed}" to remove`, {
    next: run("profile set --help"),
    misspelled: { typed, names: SHOWN.map(typedName) },
  });
}

async function warnOfOtherClient(settings: Settings, context: CommandContext): Promise<void> {
  if (settings.clientId === undefined) return;
  const login = await (await storeOf(settings, context)).load(settings.profile);
  if (login === undefined || login.clientId === settings.clientId) return;
  context.talk.warn("the saved login belongs to another client; the next login uses the new one");
}

function settingText(value: KeptSettings[SettingName]): string | undefined {
  if (value === undefined) return undefined;
  if (value === "") return '""';
  return Array.isArray(value) ? value.join(", ") : String(value);
}
