// Named settings on disk, without any secret: one small file a profile, so that reading one takes no
// longer when there are ten thousand. Rule: only what was given is kept; defaults are never written.

import { CliError } from "./errors.ts";
import { defined, field, type Fields, objectField, parseObject } from "./json.ts";
import { ensurePrivateDirectory, listDirectory } from "./private_directory.ts";
import { readPrivateFile, removePrivateFile, type Warn, writePrivateFile } from "./private_file.ts";
import { shellWord } from "./text.ts";

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

const FILE_VERSION = 1;
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

/**
 * Whether a text can name a profile. Lower case only: on a file system that does not tell `A` from `a`,
 * two profiles would share one login.
 */
export function isProfileName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name);
}

/** The profile's settings; `undefined` when there is no such profile. */
export function loadProfile(configDir: string, name: string): Profile | undefined {
  return readJson(pathOf(configDir, name), parseProfile);
}

/** Saves the profile's settings as a whole. */
export function saveProfile(
  configDir: string,
  name: string,
  profile: Profile,
  warn: Warn,
): void {
  ensurePrivateDirectory(configDir, warn);
  ensurePrivateDirectory(`${configDir}/profiles`, warn);
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

/** The profile that is used when none is named; `undefined` when nobody chose one. */
export function currentProfile(configDir: string): string | undefined {
  return readJson(
    `${configDir}/config.json`,
    (fields) => field(fields, "currentProfile", "string"),
  );
}

/** Chooses the profile that is used when none is named. */
export function saveCurrentProfile(
  configDir: string,
  name: string,
  warn: Warn,
): void {
  ensurePrivateDirectory(configDir, warn);
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
}

function readJson<T>(path: string, read: (fields: Fields) => T): T | undefined {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    const fields = parseObject(text);
    const version = field(fields, "version", "number");
    if (version === undefined) throw new Error("it is not a file of anaplan-auth");
    if (version > FILE_VERSION) {
      throw new Error("it was written by a newer version of anaplan-auth");
    }
    return read(fields);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("storage", `Cannot use ${path}: ${reason}`, {
      next: `move it away (mv ${shellWord(path)} ${
        shellWord(path + ".bad")
      }), then give its settings again`,
      cause: error,
    });
  }
}
