// Named settings on disk, without any secret: one small file a profile, so that reading one takes no
// longer when there are ten thousand. Rule: only what was given is kept; defaults are never written.

import { defined, field, type Fields, objectField } from "./json.ts";
import { FILE_VERSION, readJson } from "./place.ts";
import { ensurePrivateDirectory, listDirectory, removeLeftovers } from "./private_directory.ts";
import { loginCommandOf } from "./text.ts";
import { removePrivateFile, type Warn, writePrivateFile } from "./private_file.ts";

/** What a successful login was given, so that later commands need no flags. */
export interface Profile {
  readonly region?: string;
  readonly clientId?: string;
  readonly deviceClientId?: string;
  readonly redirectUri?: string;
  readonly listen?: readonly string[];
  readonly scope?: string;
  readonly pkce?: boolean;
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

/** The part of an authorization server's metadata that is used (RFC 8414, section 2). */
export interface Discovered {
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly deviceEndpoint?: string;
  readonly revocationEndpoint?: string;
  readonly userinfoEndpoint?: string;
  /** Whether every authorization response carries `iss` (RFC 9207, section 3). */
  readonly sendsIssuer?: boolean;
  /** Whether the token endpoint takes credentials in the Authorization header only. */
  readonly basicOnly?: boolean;
}

const TEXT_FIELDS = [
  "region",
  "clientId",
  "deviceClientId",
  "redirectUri",
  "scope",
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
const DISCOVERED_TEXT_FIELDS = [
  "authorizationEndpoint",
  "tokenEndpoint",
  "deviceEndpoint",
  "revocationEndpoint",
  "userinfoEndpoint",
] as const;

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
  ensurePrivateDirectory(configDir);
  writeJson(`${configDir}/config.json`, { currentProfile: name }, warn);
}

function pathOf(configDir: string, name: string): string {
  return `${configDir}/profiles/${name}.json`;
}

function parseProfile(fields: Fields): Profile {
  const lists = LIST_FIELDS.map((name) => [name, textList(fields[name])] as const);
  const discovered = objectField(fields, "discovered");
  return defined({
    ...textFields(fields, TEXT_FIELDS),
    ...Object.fromEntries(lists),
    pkce: field(fields, "pkce", "boolean"),
    refreshTokenLifetime: field(fields, "refreshTokenLifetime", "number"),
    discovered: discovered && parseDiscovered(discovered),
  });
}

function parseDiscovered(fields: Fields): Discovered {
  return defined({
    ...textFields(fields, DISCOVERED_TEXT_FIELDS),
    sendsIssuer: field(fields, "sendsIssuer", "boolean"),
    basicOnly: field(fields, "basicOnly", "boolean"),
  });
}

function textFields<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const texts = names.map((name) => [name, field(fields, name, "string")] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, string>
  >;
}

function textList(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : undefined;
}

function writeJson(path: string, fields: object, warn: Warn): void {
  const text = JSON.stringify({ version: FILE_VERSION, ...fields }, undefined, 2);
  writePrivateFile(path, text + "\n", warn);
  removeLeftovers(path);
}
