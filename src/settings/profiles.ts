// Named settings on disk, without any secret: one small file a profile, so that reading one takes no
// longer when there are ten thousand. Rule: only what was given is kept; defaults are never written.

import { run, words } from "../base/words.ts";
import type { Discovered } from "../base/metadata.ts";
import {
  field,
  type Fields,
  fieldsOf,
  FILE_VERSION,
  objectField,
  onlyDefined,
  textList,
} from "../base/json.ts";
import { readJson } from "./location.ts";
import type { Warn } from "../files/private_file.ts";
import { removePrivateFile, writeIn } from "../files/replacement.ts";
import { type KeptSettings, settingsWith } from "./table.ts";
import { endpointProblem } from "../base/urls.ts";

/** What a successful login was given, so that later commands need no flags. */
export interface Profile extends KeptSettings {
  /** What the server called itself (`iss`, RFC 9207) at the last login; for `doctor`. */
  readonly seenIssuer?: string;
  /** What the issuer's metadata said at the last login. */
  readonly discovered?: Discovered;
}

/** The profile's settings; `undefined` when there is no such profile. */
export function loadProfile(configDir: string, name: string): Profile | undefined {
  const next = words`${run("login", { profile: name })}, and give the settings again`;
  return readJson(configDir, fileOf(name), profileIn, next);
}

export function saveProfile(configDir: string, name: string, profile: Profile, warn: Warn): void {
  const text = JSON.stringify({ version: FILE_VERSION, ...profile }, undefined, 2) + "\n";
  writeIn(configDir, fileOf(name), text, warn);
}

/** Removes the profile's settings; its login is another matter. */
export function removeProfile(configDir: string, name: string, warn: Warn): void {
  removePrivateFile(`${configDir}/${fileOf(name)}`, warn);
}

function fileOf(name: string): string {
  return `profiles/${name}.json`;
}

export function profileIn(fields: Fields): Profile {
  const discovered = objectField(fields, "discovered");
  const issuer = field(fields, "issuer", "string") ?? "";
  return onlyDefined({
    ...settingsWith((name, { read }) => read(fields[name])),
    seenIssuer: field(fields, "seenIssuer", "string"),
    discovered: discovered && parseDiscovered(discovered, issuer),
  });
}

const ENDPOINTS = [
  ...["authorizationEndpoint", "tokenEndpoint", "deviceEndpoint"],
  ...["revocationEndpoint", "userinfoEndpoint"],
] as const;

function parseDiscovered(fields: Fields, issuer: string): Discovered {
  const endpoint = (name: string): string | undefined => {
    const url = field(fields, name, "string");
    return url === undefined || endpointProblem(url, issuer) !== undefined ? undefined : url;
  };
  return onlyDefined({
    ...fieldsOf(ENDPOINTS, endpoint),
    sendsIssuer: field(fields, "sendsIssuer", "boolean"),
    // a profile that was saved before the list was kept says only this
    clientAuthMethods: textList(fields["clientAuthMethods"]) ??
      (fields["basicOnly"] === true ? ["client_secret_basic"] : undefined),
    scopes: textList(fields["scopes"]),
    idTokenAlgorithms: textList(fields["idTokenAlgorithms"]),
  });
}
