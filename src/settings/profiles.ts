// Named settings on disk, without any secret: one small file a profile, so that reading one takes no
// longer when there are ten thousand. Rule: only what was given is kept; defaults are never written.

import { CLIENT_AUTHS, type ClientAuth, type Discovered } from "../base/metadata.ts";
import { defined, field, type Fields, objectField, textList } from "../base/json.ts";
import { lockConfig, readConfig, writeConfig } from "../files/config_file.ts";
import type { Clock } from "../files/lock_file.ts";
import { currentProfile, FILE_VERSION, readJson } from "./location.ts";
import { listDirectory } from "../files/private_directory.ts";
import { loginCommandOf } from "../base/text.ts";
import { type Warn } from "../files/private_file.ts";
import {
  ensurePrivateDirectory,
  removeLeftovers,
  removePrivateFile,
  writePrivateFile,
} from "../files/replacement.ts";
import { orSetAside } from "../files/set_aside.ts";
import { endpointProblem } from "../base/urls.ts";

/** What a successful login was given, so that later commands need no flags. */
export interface Profile {
  readonly region?: string;
  readonly clientId?: string;
  readonly deviceClientId?: string;
  readonly redirectUri?: string;
  readonly listen?: readonly string[];
  readonly scope?: string;
  readonly pkce?: boolean;
  readonly clientAuth?: ClientAuth;
  /** The `prompt` of the authorization request; empty when there is to be none. */
  readonly prompt?: string;
  /** How long the client's refresh tokens live, as its administrator has set it; in milliseconds. */
  readonly refreshTokenLifetime?: number;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly deviceEndpoint?: string;
  readonly revocationEndpoint?: string;
  readonly apiUrl?: string;
  readonly authUrl?: string;
  /** Another OAuth provider; then nothing is ever sent to Anaplan's hosts. */
  readonly issuer?: string;
  /** What the server called itself (`iss`, RFC 9207) at the last login; for `doctor`. */
  readonly seenIssuer?: string;
  /** What the issuer's metadata said at the last login. */
  readonly discovered?: Discovered;
  readonly caFiles?: readonly string[];
}

const TEXT_FIELDS = [
  "region",
  "clientId",
  "deviceClientId",
  "redirectUri",
  "scope",
  "prompt",
  "authorizationEndpoint",
  "tokenEndpoint",
  "deviceEndpoint",
  "revocationEndpoint",
  "apiUrl",
  "authUrl",
  "issuer",
  "seenIssuer",
] as const;
const LIST_FIELDS = ["listen", "caFiles"] as const;
const ENDPOINTS = [
  "authorizationEndpoint",
  "tokenEndpoint",
  "deviceEndpoint",
  "revocationEndpoint",
  "userinfoEndpoint",
] as const;
const DISCOVERED_LIST_FIELDS = ["clientAuthMethods", "scopes", "idTokenAlgorithms"] as const;

/** The profile's settings; `undefined` when there is no such profile. */
export function loadProfile(configDir: string, name: string): Profile | undefined {
  const next = `${loginCommandOf(name)}, and give the settings again`;
  return readJson(configDir, `profiles/${name}.json`, parseProfile, next);
}

/** Saves the profile's settings as a whole. */
export function saveProfile(
  configDir: string,
  name: string,
  profile: Profile,
  warn: Warn,
): void {
  ensurePrivateDirectory(configDir);
  ensurePrivateDirectory(`${configDir}/profiles`);
  writeJson(pathOf(configDir, name), profile, warn);
}

/** Removes the profile's settings; its login is another matter. */
export function removeProfile(configDir: string, name: string, warn: Warn): void {
  removePrivateFile(pathOf(configDir, name), warn);
}

/** The names of all profiles, sorted. */
export function profileNames(configDir: string): string[] {
  return listDirectory(`${configDir}/profiles`)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}

/** Chooses the profile that is used when none is named. */
export function saveCurrentProfile(
  configDir: string,
  name: string,
  warn: Warn,
): void {
  writeConfig(configDir, { ...readConfig(configDir), currentProfile: name }, warn);
}

/**
 * Chooses the profile that is used when none is named, under the lock of that choice: what was chosen meanwhile
 * is seen. A damaged choice counts as none.
 *
 * @param choose gets the present choice; `undefined` leaves it.
 * @throws {CliError} `storage`, or what `choose` throws.
 */
export async function changeCurrentProfile(
  configDir: string,
  choose: (current: string | undefined) => string | undefined,
  system: Clock,
  warn: Warn,
): Promise<void> {
  using _lock = await lockConfig(configDir, system);
  const { mayBeSealed } = await import("../store/sealing.ts");
  const load = (): string | undefined => currentProfile(configDir);
  const isSealed = mayBeSealed(configDir); // then config.json names the key, and is not set aside
  const chosen = choose(isSealed ? load() : await orSetAside(load, warn));
  if (chosen !== undefined) saveCurrentProfile(configDir, chosen, warn);
}

function pathOf(configDir: string, name: string): string {
  return `${configDir}/profiles/${name}.json`;
}

function parseProfile(fields: Fields): Profile {
  const discovered = objectField(fields, "discovered");
  const issuer = field(fields, "issuer", "string") ?? "";
  return defined({
    ...valuesOf(TEXT_FIELDS, (name) => field(fields, name, "string")),
    ...valuesOf(LIST_FIELDS, (name) => textList(fields[name])),
    pkce: field(fields, "pkce", "boolean"),
    clientAuth: CLIENT_AUTHS.find((way) => way === fields["clientAuth"]),
    refreshTokenLifetime: field(fields, "refreshTokenLifetime", "number"),
    discovered: discovered && parseDiscovered(discovered, issuer),
  });
}

function parseDiscovered(fields: Fields, issuer: string): Discovered {
  return defined({
    // what a profile says that was saved before the list was kept
    clientAuthMethods: fields["basicOnly"] === true ? ["client_secret_basic"] : undefined,
    ...valuesOf(ENDPOINTS, (name) => {
      const url = field(fields, name, "string");
      return url === undefined || endpointProblem(url, issuer) !== undefined ? undefined : url;
    }),
    ...valuesOf(DISCOVERED_LIST_FIELDS, (name) => textList(fields[name])),
    sendsIssuer: field(fields, "sendsIssuer", "boolean"),
  });
}

function valuesOf<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value | undefined,
): Partial<Record<Name, Value>> {
  const values = names.map((name) => [name, valueOf(name)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, Value>
  >;
}

function writeJson(path: string, fields: object, warn: Warn): void {
  const text = JSON.stringify({ version: FILE_VERSION, ...fields }, undefined, 2);
  writePrivateFile(path, text + "\n", warn);
  removeLeftovers(path);
}
