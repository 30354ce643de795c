// Flags over environment over profile over defaults. Rule: resolveSettings() is pure; what a person got
// wrong is said here, before anything is sent.

import type { CommonFlags } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { defined } from "../base/json.ts";
import { placeOf } from "./location.ts";
import type { Warn } from "../files/private_file.ts";
import type { ClientAuth, Discovered } from "../base/metadata.ts";
import { loadProfile, type Profile } from "./profiles.ts";
import { Secret } from "../base/secret.ts";
import type { System } from "../system/contract.ts";
import { urlProblem } from "../base/urls.ts";

/** What a profile keeps and a flag can say by the same name. */
type SettingsByFlag = Omit<Profile, "pkce" | "caFiles" | "seenIssuer" | "discovered">;

/** The flags that say whom to talk to, and that a profile keeps. */
export interface SettingFlags extends CommonFlags, SettingsByFlag {
  readonly noPkce?: boolean;
}

/** The same with the client secret, which is never a flag's own value; `login` has them. */
export interface ConnectionFlags extends SettingFlags {
  readonly clientSecretFile?: string;
  readonly clientSecretStdin?: boolean;
}

/** Everything that a command has to know besides its own flags. */
export interface Settings {
  readonly configDir: string;
  readonly profile: string;
  /** Whether the profile has been saved. */
  readonly profileExists: boolean;
  readonly region: string;
  readonly clientId: string | undefined;
  readonly deviceClientId: string | undefined;
  /** What the environment says about the client; see {@link environmentSecret}. */
  readonly environment: ClientEnvironment;
  readonly redirectUri: string;
  readonly listen: readonly string[];
  readonly scope: string;
  readonly pkce: boolean;
  readonly clientAuth: ClientAuth | undefined;
  readonly prompt: string | undefined;
  /** In milliseconds. */
  readonly refreshTokenLifetime: number | undefined;
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly deviceEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  readonly apiUrl: string | undefined;
  readonly authUrl: string | undefined;
  /** Another OAuth provider than Anaplan. */
  readonly issuer: string | undefined;
  readonly discovered: Discovered | undefined;
  /** Files of certificate authorities that are trusted besides the built-in ones. */
  readonly caFiles: readonly string[];
  /** A CA file of the surroundings (`SSL_CERT_FILE`), which nobody meant for this program alone. */
  readonly ambientCaFile: string | undefined;
  /** What a successful login saves. */
  readonly given: Profile;
  /** The profile as it was read. */
  readonly saved: Profile | undefined;
  /** The part of `given` that comes from flags and environment; known of a sign-in. */
  readonly typed?: Profile;
}

/** The client as the environment has it. */
export interface ClientEnvironment {
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  /** The tutorial's `CLIENT` and `SECRET`: names that any other program may use too. */
  readonly tutorialClientId: string | undefined;
  readonly tutorialClientSecret: Secret | undefined;
  /** A login that is stored nowhere: the refresh token itself, or the file that holds it. */
  readonly refreshToken: Secret | undefined;
  readonly refreshTokenFile: string | undefined;
}

export const DEFAULT_REGION = "us1";
export const DEFAULT_REDIRECT_URI = "https://127.0.0.1:8443/callback";
export const DEFAULT_SCOPE = "openid email offline_access";

/** The settings of a command: where the profile is, what it says, and what overrides it. */
export function loadSettings(
  flags: SettingFlags,
  system: Pick<System, "env" | "platform" | "absolutePath">,
): Settings {
  const { configDir, profile: name } = placeOf(flags, system);
  const profile = loadProfile(configDir, name);
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
  const issuer = flags.issuer ?? stored?.issuer;
  const region = flags.region ?? env("ANAPLAN_REGION") ?? stored?.region;
  const profile = profileFor(defined({ issuer, region }), stored);
  const environment = clientEnvironment(env);
  const ambientCaFile = env("SSL_CERT_FILE");
  const namedCaFiles = [...flags.caFile ?? [], ...listOf(env("ANAPLAN_CA_FILE"))].map(absolutePath);
  const given: Profile = defined({
    region,
    clientId: flags.clientId ?? environment.clientId ?? profile?.clientId ??
      environment.tutorialClientId,
    deviceClientId: flags.deviceClientId ?? env("ANAPLAN_DEVICE_CLIENT_ID") ??
      profile?.deviceClientId,
    redirectUri: flags.redirectUri ?? env("ANAPLAN_REDIRECT_URI") ?? profile?.redirectUri,
    listen: flags.listen ?? profile?.listen,
    scope: flags.scope ?? profile?.scope,
    pkce: profile?.pkce, // the flag is for one try; only `profile set` keeps it
    clientAuth: flags.clientAuth ?? profile?.clientAuth,
    prompt: flags.prompt ?? profile?.prompt,
    refreshTokenLifetime: flags.refreshTokenLifetime ?? profile?.refreshTokenLifetime,
    authorizationEndpoint: flags.authorizationEndpoint ?? profile?.authorizationEndpoint,
    tokenEndpoint: flags.tokenEndpoint ?? profile?.tokenEndpoint,
    deviceEndpoint: flags.deviceEndpoint ?? profile?.deviceEndpoint,
    revocationEndpoint: flags.revocationEndpoint ?? profile?.revocationEndpoint,
    apiUrl: flags.apiUrl ?? profile?.apiUrl,
    authUrl: flags.authUrl ?? profile?.authUrl,
    issuer,
    seenIssuer: profile?.seenIssuer,
    discovered: profile?.discovered,
    caFiles: nonEmpty([...new Set([...namedCaFiles, ...profile?.caFiles ?? []])]),
  });
  checkUrls(given);
  return {
    profileExists: stored !== undefined,
    environment,
    ambientCaFile: ambientCaFile && absolutePath(ambientCaFile),
    given,
    saved: stored,
    region: given.region ?? DEFAULT_REGION,
    clientId: given.clientId,
    deviceClientId: given.deviceClientId,
    redirectUri: given.redirectUri ?? DEFAULT_REDIRECT_URI,
    listen: given.listen ?? [],
    scope: given.scope ?? DEFAULT_SCOPE,
    pkce: flags.noPkce === true ? false : given.pkce ?? true,
    clientAuth: given.clientAuth,
    prompt: given.prompt,
    refreshTokenLifetime: given.refreshTokenLifetime,
    authorizationEndpoint: given.authorizationEndpoint,
    tokenEndpoint: given.tokenEndpoint,
    deviceEndpoint: given.deviceEndpoint,
    revocationEndpoint: given.revocationEndpoint,
    apiUrl: given.apiUrl,
    authUrl: given.authUrl,
    issuer: given.issuer,
    discovered: given.discovered,
    caFiles: given.caFiles ?? [],
  };
}

/** The servers that a person can name. */
export const SERVERS: readonly (keyof Profile)[] = [
  ...["authorizationEndpoint", "tokenEndpoint", "deviceEndpoint", "revocationEndpoint"] as const,
  ...["apiUrl", "authUrl"] as const,
];

/**
 * The profile as it counts for an issuer or region. What it says of the servers of another one would send
 * them the codes and tokens of this one (RFC 9700, section 4.4).
 */
export function profileFor(
  { issuer, region = DEFAULT_REGION }: Pick<Profile, "issuer" | "region">,
  profile: Profile | undefined,
): Profile | undefined {
  const isSame = issuer === profile?.issuer &&
    (issuer !== undefined || region === (profile?.region ?? DEFAULT_REGION));
  if (profile === undefined || isSame) return profile;
  const others: readonly string[] = [...SERVERS, "discovered", "seenIssuer"];
  return Object.fromEntries(Object.entries(profile).filter(([name]) => !others.includes(name)));
}

/** Names the servers that a profile had for another issuer or region, and that are not in use any more. */
export function warnOfUnused(before: Profile | undefined, given: Profile, warn: Warn): void {
  const unused = SERVERS.filter((name) => before?.[name] !== undefined && given[name] === undefined)
    .map(flagOf);
  if (unused.length === 0) return;
  warn(`the profile's ${unused.join(", ")}: not used for another issuer or region`);
}

/** The flag that gives a setting: `--api-url`. */
export function flagOf(setting: keyof Profile): string {
  if (setting === "caFiles") return "--ca-file";
  return `--${setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/**
 * The client secret that the environment holds for this client id.
 *
 * `ANAPLAN_CLIENT_SECRET` counts unless `ANAPLAN_CLIENT_ID` names another client; the tutorial's `SECRET`
 * only together with a `CLIENT` that is this client, since anything may be called `SECRET`.
 */
export function environmentSecret(
  environment: ClientEnvironment,
  clientId: string,
): { readonly own: Secret | undefined; readonly tutorial: Secret | undefined } {
  const isOther = environment.clientId !== undefined && environment.clientId !== clientId;
  return {
    own: isOther ? undefined : environment.clientSecret,
    tutorial: environment.tutorialClientId === clientId
      ? environment.tutorialClientSecret
      : undefined,
  };
}

/**
 * The same outside of a sign-in: `ANAPLAN_CLIENT_SECRET` counts only when `ANAPLAN_CLIENT_ID` names this
 * very client beside it.
 */
export function namedSecret(
  environment: ClientEnvironment,
  clientId: string,
): ReturnType<typeof environmentSecret> {
  const { own, tutorial } = environmentSecret(environment, clientId);
  return { own: environment.clientId === clientId ? own : undefined, tutorial };
}

/** Whether the login comes from the environment, and is stored nowhere. */
export function hasEnvironmentLogin({ environment }: Pick<Settings, "environment">): boolean {
  return environment.refreshToken !== undefined || environment.refreshTokenFile !== undefined;
}

function clientEnvironment(env: System["env"]): ClientEnvironment {
  return {
    clientId: env("ANAPLAN_CLIENT_ID"),
    clientSecret: secret(env("ANAPLAN_CLIENT_SECRET")),
    tutorialClientId: env("CLIENT"),
    tutorialClientSecret: secret(env("SECRET")),
    refreshToken: secret(env("ANAPLAN_REFRESH_TOKEN")),
    refreshTokenFile: env("ANAPLAN_REFRESH_TOKEN_FILE"),
  };
}

function secret(value: string | undefined): Secret | undefined {
  const trimmed = value?.trim(); // no secret has blanks around it, but copying adds them
  return trimmed ? new Secret(trimmed) : undefined;
}

/** Endpoints are https; plain http is for this computer alone. */
function checkUrls(given: Profile): void {
  const urls = {
    "--redirect-uri": given.redirectUri,
    "--authorization-endpoint": given.authorizationEndpoint,
    "--token-endpoint": given.tokenEndpoint,
    "--device-endpoint": given.deviceEndpoint,
    "--revocation-endpoint": given.revocationEndpoint,
    "--issuer": given.issuer,
    "--api-url": given.apiUrl,
    "--auth-url": given.authUrl,
  };
  for (const [flag, text] of Object.entries(urls)) {
    if (text !== undefined) checkUrl(flag, text);
  }
}

function checkUrl(flag: string, text: string): void {
  const problem = urlProblem(text);
  if (problem === undefined) return;
  throw new CliError("usage", `Cannot use "${text}" for ${flag}: ${problem}`, {
    next: `give ${flag} a whole URL that begins with https://`,
  });
}

function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
