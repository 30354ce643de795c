// Flags over environment over profile over defaults. Rule: resolveSettings() is pure; what a person got
// wrong is said here, before anything is sent.

import type { CommonFlags } from "../command.ts";
import { type Run, run } from "../base/words.ts";
import { CliError, type Misspelled, reasonOf } from "../base/errors.ts";
import { parseText } from "../base/parse.ts";
import { type ClientEnvironment, clientEnvironment } from "./client_environment.ts";
import { type ProfileLocation, profileLocation, profileNames } from "./location.ts";
import type { Warn } from "../files/private_file.ts";
import type { Discovered } from "../base/metadata.ts";
import { loadProfile, type Profile } from "./profiles.ts";
import type { System } from "../system/contract.ts";
import {
  flagKey,
  type GivenFlags,
  type Row,
  ROWS,
  type SettingName,
  SETTINGS,
  settingsWith,
  typedName,
  type UsedSettings,
} from "./table.ts";
import { urlProblem } from "../base/urls.ts";

/** The flags that say whom to talk to, and that a profile keeps. */
export type SettingFlags = CommonFlags & GivenFlags;

/** The same with the client secret, which is never a flag's own value; `login` has them. */
export interface ConnectionFlags extends SettingFlags {
  readonly clientSecretStdin?: boolean;
}

/** Everything that a command has to know besides its own flags. */
export interface Settings extends UsedSettings {
  readonly configDir: string;
  readonly profile: string;
  /** Whether the profile has been saved. */
  readonly profileExists: boolean;
  /** Whether other computers use the login, and these settings with it; known of the settings in use. */
  readonly isShared?: boolean;
  /** What the environment says about the client; the client id, the secrets and a login. */
  readonly environment: ClientEnvironment;
  readonly discovered: Discovered | undefined;
  /** A CA file of the surroundings (`SSL_CERT_FILE`), which is not for this program alone. */
  readonly ambientCaFile: string | undefined;
  /** What a successful login saves. */
  readonly given: Profile;
  /** The profile as it was read. */
  readonly saved: Profile | undefined;
  /** The part of `given` that comes from flags and environment; known of a sign-in. */
  readonly typed?: Profile;
}

/**
 * The settings of a command: where the profile is, what it says, and what overrides it.
 *
 * @param brought what the profile says when it is not on the disk.
 */
export function loadSettings(
  flags: SettingFlags,
  system: Pick<System, "env" | "platform" | "absolutePath">,
  brought?: Profile,
): Settings {
  const { configDir, profile: name } = profileLocation(flags, system);
  const profile = brought ?? loadProfile(configDir, name);
  return { configDir, profile: name, ...resolveSettings(flags, system, profile) };
}

/** The settings of another profile, or of an earlier state of it, without flags and environment. */
export function settingsOf(
  profile: Profile | undefined,
  { configDir, profile: name, caFiles, ambientCaFile }: Settings,
  { absolutePath }: Pick<System, "absolutePath">,
): Settings {
  const silent = { env: () => undefined, absolutePath };
  const resolved = resolveSettings({ caFile: caFiles }, silent, profile);
  return { configDir, profile: name, ...resolved, ambientCaFile };
}

/** Flags over environment over profile over defaults; the tutorial's variables only where all are silent. */
export function resolveSettings(
  flags: SettingFlags,
  system: Pick<System, "env" | "absolutePath">,
  stored: Profile | undefined,
): Omit<Settings, "configDir" | "profile"> {
  const { env, absolutePath } = system;
  const ambientCaFile = env("SSL_CERT_FILE");
  const given = givenSettings(flags, system, stored);
  for (const [name, { isUrl }] of ROWS) {
    const url = given[name];
    if (isUrl && url !== undefined) checkUrl(`--${typedName(name)}`, `${url}`);
  }
  const used = settingsWith((name, row) => {
    const isDenied = row.isNegated && flags[flagKey(name)] === true;
    return isDenied ? false : given[name] ?? row.default;
  });
  return {
    ...used as UsedSettings,
    profileExists: stored !== undefined,
    environment: clientEnvironment(env),
    ambientCaFile: ambientCaFile && absolutePath(ambientCaFile),
    discovered: given.discovered,
    given,
    saved: stored,
  };
}

/** What flags, environment and profile say, without the defaults. */
function givenSettings(
  flags: SettingFlags,
  system: Pick<System, "env" | "absolutePath">,
  stored: Profile | undefined,
): Profile {
  const typed = settingsWith((name, row) => typedValue(flags[flagKey(name)], row, system));
  const profile = profileFor({ ...stored, ...typed }, stored);
  const last = settingsWith((_, { lastVariable }) => lastVariable && system.env(lastVariable));
  const files = settingsWith((name, { areFiles }) => {
    return areFiles && nonEmpty([typed[name] ?? [], profile?.[name] ?? []].flat());
  });
  return { ...last, ...profile, ...typed, ...files };
}

/** What flag and variable give for a setting: the flag, unless both count. */
function typedValue(
  flag: GivenFlags[keyof GivenFlags],
  row: Row,
  { env, absolutePath }: Pick<System, "env" | "absolutePath">,
): unknown {
  if (row.isForOnce) return undefined;
  if (!row.areFiles) return flag ?? variableValue(row, env);
  const paths = [flag ?? [], variableValue(row, env) ?? []].flat();
  return nonEmpty(paths.map((path) => absolutePath(`${path}`)));
}

function variableValue({ variable, parse, isList }: Row, env: System["env"]): unknown {
  const [name] = variable ?? [];
  const text = name && env(name);
  if (text === undefined) return undefined;
  if (isList) return [text];
  try {
    return parse === parseText ? text : parse?.(text);
  } catch (error) {
    throw new CliError("usage", `Cannot use "${text}" for ${name}: ${reasonOf(error)}`, {
      next: `correct ${name}, or unset it`,
    });
  }
}

/** The servers that a person can name. */
export const SERVERS: readonly SettingName[] = ROWS.filter(([, { isServer }]) => isServer)
  .map(([name]) => name);

/** What a profile keeps that is valid for one issuer or region only. */
export const BOUND_TO_PROVIDER: readonly (keyof Profile)[] = [
  ...SERVERS,
  "clientSecretFile",
  "discovered",
  "seenIssuer",
];

/**
 * The profile as it counts for an issuer or region. What it says about the servers of another one would send
 * them the codes and tokens of this one (RFC 9700, section 4.4).
 */
export function profileFor(
  { issuer, region = SETTINGS.region.default }: Pick<Profile, "issuer" | "region">,
  profile: Profile | undefined,
): Profile | undefined {
  const isSame = issuer === profile?.issuer &&
    (issuer !== undefined || region === (profile?.region ?? SETTINGS.region.default));
  if (profile === undefined || isSame) return profile;
  const others: readonly string[] = BOUND_TO_PROVIDER;
  return Object.fromEntries(Object.entries(profile).filter(([name]) => !others.includes(name)));
}

/** Names the servers that a profile had for another issuer or region, and that are not in use any more. */
export function warnOfUnused(before: Profile | undefined, given: Profile, warn: Warn): void {
  const unused = SERVERS.filter((name) => before?.[name] !== undefined && given[name] === undefined)
    .map((name) => `--${typedName(name)}`);
  if (unused.length === 0) return;
  const are = unused.length === 1 ? "is" : "are";
  warn(`the profile's ${unused.join(", ")} ${are} for another issuer or region, and not used`);
}

/** What people call the server of a login: `Anaplan`, or the issuer's host. */
export function serverName({ issuer }: { readonly issuer?: string | undefined }): string {
  return issuer === undefined ? "Anaplan" : new URL(issuer).host;
}

/** The profile that does not exist, and those that do; `undefined` when it does, or is the default. */
export function missingProfile(
  { configDir, profile, profileExists = false }: ChosenProfile,
): Misspelled | undefined {
  if (profileExists || profile === "default") return undefined;
  const names = profileNames(configDir);
  return names.includes(profile) ? undefined : { typed: profile, names, flag: "--profile" };
}

type ChosenProfile = ProfileLocation & Partial<Pick<Settings, "profileExists">>;

/** What to type about a profile that does not exist: those that do are listed, or else it is made. */
export function adviceOnMissing({ typed, names }: Misspelled): Run {
  return names.length === 0 ? run("login", { profile: typed }) : run("profile list");
}

/** @throws {CliError} `login_required` for such a profile: a typo must not look like a login that is gone. */
export function assertProfileExists(meant: ChosenProfile, cannot: string): void {
  const misspelled = missingProfile(meant);
  if (misspelled === undefined) return;
  const { profile } = meant;
  const next = adviceOnMissing(misspelled);
  const message = `${cannot}: there is no profile ${profile}`;
  throw new CliError("login_required", message, { next, misspelled });
}

/** Whether the login comes from the environment, and is stored nowhere. */
export function hasEnvironmentLogin({ environment }: Pick<Settings, "environment">): boolean {
  return environment.refreshToken !== undefined || environment.refreshTokenFile !== undefined;
}

/** Endpoints are https; plain http is for this computer alone. */
function checkUrl(flag: string, text: string): void {
  const problem = urlProblem(text);
  if (problem === undefined) return;
  throw new CliError("usage", `Cannot use "${text}" for ${flag}: ${problem}`, {
    next: `give ${flag} a whole URL that begins with https://`,
  });
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : [...new Set(list)];
}
