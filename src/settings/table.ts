// Every setting that a profile can keep, one row each. Rule: what differs between settings is said here and nowhere
// else: flags, variables, profiles, help, completion and the reference read this table.

import type { ClientAuth } from "../base/metadata.ts";
import { textList } from "../base/json.ts";
import { parsePrompt, parseText, parseWait, toKebabCase } from "../base/parse.ts";

/** What belongs together in the help and in `profile show`; every command has the flags of "common". */
export type Group = "client" | "servers" | "protocol" | "common";

/** What is known of a setting whose value is a `Value`. */
interface RowOf<Value> {
  /** The flag's name in the code, when it is not the setting's. */
  readonly flag?: string;
  /** The environment variable, and what the reference says about it. */
  readonly variable?: readonly [name: string, brief: string];
  /** A variable that counts when flag, variable and profile say nothing. */
  readonly lastVariable?: string;
  readonly brief: string;
  readonly placeholder?: string;
  /** "client" when there is none. */
  readonly group?: Group;
  /** What a shell completes. */
  readonly words?: "file" | "region";
  /** The value of one flag or variable. @throws {Error} in a few words. */
  readonly parse?: (text: string) => Value extends readonly (infer Item)[] ? Item : Value;
  /** The value of a profile's file; `undefined` for one of another type. */
  readonly read: (value: unknown) => Value | undefined;
  /** The only values that it can have. */
  readonly values?: readonly Value[];
  readonly default?: Value;
  /** Several values, each by a flag of its own. */
  readonly isList?: true;
  /** Paths, of which those of flags, variable and profile all count. */
  readonly areFiles?: true;
  /** The flag says the contrary. */
  readonly isNegated?: true;
  /** The flag is for one run; only `profile set` keeps it. */
  readonly isForOnce?: true;
  /** https, or plain http on this computer. */
  readonly isUrl?: true;
  /** A server of one issuer or region, which is not used for another one. */
  readonly isServer?: true;
}

/** A setting of any type. */
export type Row = RowOf<string> | RowOf<number> | RowOf<boolean> | RowOf<readonly string[]>;

/** Every setting, in the order of the help. */
export const SETTINGS = {
  clientId: {
    ...text("The OAuth client's ID", "ID"),
    variable: ["ANAPLAN_CLIENT_ID", "the OAuth client's ID"],
    lastVariable: "CLIENT", // the tutorial's
  },
  clientSecretFile: {
    ...text("Read the client secret from a file [ANAPLAN_CLIENT_SECRET]", "FILE"),
    words: "file",
    isForOnce: true,
  },
  deviceClientId: {
    ...text("The ID of a Device grant client, for --device", "ID"),
    variable: ["ANAPLAN_DEVICE_CLIENT_ID", "the id of a client for login --device"],
  },
  region: {
    ...text("Your Anaplan region", "NAME"),
    variable: ["ANAPLAN_REGION", "the region"],
    words: "region",
    default: "us1",
  },
  redirectUri: {
    ...url("The registered callback URL, exactly"),
    variable: ["ANAPLAN_REDIRECT_URI", "the registered callback URL, exactly"],
    default: "https://127.0.0.1:8443/callback",
  },
  listen: { ...list("Listen here instead of at the callback URL", "HOST:PORT"), default: [] },
  scope: { ...text("The scopes to request", "SCOPE"), default: "openid email offline_access" },
  authorizationEndpoint: server("Overrides the region's default"),
  tokenEndpoint: server("Overrides the region's default"),
  deviceEndpoint: server("Overrides the region's default"),
  revocationEndpoint: server("Where logout revokes tokens; Anaplan documents none"),
  apiUrl: server("Integration API; overrides the region's default"),
  authUrl: server("Authentication service; overrides the region's default"),
  issuer: { ...url("Another OAuth provider, found by its metadata"), group: "servers" },
  pkce: {
    ...negated("Send no code challenge, for a server that rejects it"),
    flag: "noPkce",
    group: "protocol",
    default: true,
  },
  clientAuth: {
    ...oneOf<ClientAuth>(
      ["basic", "post"],
      "Send the client secret in the header (basic) or the body (post)",
    ),
    group: "protocol",
  },
  prompt: {
    ...text('What the page asks, such as login; "" for nothing', "PROMPT"),
    parse: parsePrompt,
    group: "protocol",
  },
  refreshTokenLifetime: {
    ...time("How long the client's refresh tokens are valid"),
    group: "protocol",
  },
  caFiles: {
    ...list("Also trust the certificates in FILE", "FILE"),
    flag: "caFile",
    variable: ["ANAPLAN_CA_FILE", "a CA file to trust as well, as SSL_CERT_FILE"],
    group: "common",
    words: "file",
    default: [],
    areFiles: true,
  },
} as const satisfies Readonly<Record<string, Row>>;

function text(brief: string, placeholder: string) {
  const read = (value: unknown) => typeof value === "string" ? value : undefined;
  return { brief, placeholder, parse: parseText, read };
}

function url(brief: string) {
  return { ...text(brief, "URL"), isUrl: true } as const;
}

function server(brief: string) {
  return { ...url(brief), group: "servers", isServer: true } as const;
}

function list(brief: string, placeholder: string) {
  const read = (value: unknown): readonly string[] | undefined => textList(value);
  return { brief, placeholder, parse: parseText, read, isList: true } as const;
}

function time(brief: string) {
  const read = (value: unknown) => typeof value === "number" ? value : undefined;
  return { brief, placeholder: "TIME", parse: parseWait, read };
}

function negated(brief: string) {
  const read = (value: unknown) => typeof value === "boolean" ? value : undefined;
  return { brief, read, isNegated: true, isForOnce: true } as const;
}

function oneOf<Choice extends string>(values: readonly Choice[], brief: string) {
  const read = (value: unknown) => values.find((one) => one === value);
  const parse = (text: string): Choice => {
    const value = read(text);
    if (value === undefined) throw new Error(`give ${values.join(" or ")}`);
    return value;
  };
  return { brief, values, read, parse };
}

type Table = typeof SETTINGS;
/** A setting by its name in the code and in a profile. */
export type SettingName = keyof Table;
type Value<Name extends SettingName> = NonNullable<ReturnType<Table[Name]["read"]>>;
type FlagName<Name extends SettingName> = Table[Name] extends { flag: infer Flag extends string }
  ? Flag
  : Name;

export type GivenFlags = { readonly [Name in SettingName as FlagName<Name>]?: Value<Name> };
export type KeptSettings = { readonly [Name in SettingName]?: Value<Name> };
export type UsedSettings = {
  readonly [Name in SettingName]: Table[Name] extends { default: unknown } ? Value<Name>
    : Value<Name> | undefined;
};

/** The rows with their names, in the order of the help. */
export const ROWS = Object.entries(SETTINGS) as readonly (readonly [SettingName, Row])[];

/** What `valueOf` makes of each setting, without the settings of which it makes nothing. */
export function settingsWith(valueOf: (name: SettingName, row: Row) => unknown): KeptSettings {
  const values: { [name: string]: unknown } = {};
  for (const [name, row] of ROWS) {
    const value = valueOf(name, row);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The name in the code of the flag that gives a setting. */
export function flagKey(name: SettingName): keyof GivenFlags {
  const { flag }: Row = SETTINGS[name];
  return (flag ?? name) as keyof GivenFlags;
}

/** The setting as it is typed, such as `api-url`; `--` in front of it makes the flag. */
export function typedName(name: SettingName): string {
  return toKebabCase(flagKey(name));
}

/** What the help says about a setting; a default that is a URL would be too long for it. */
export function briefOf({ brief, variable, default: value, isUrl }: Row): string {
  const named = variable === undefined ? brief : `${brief} [${variable[0]}]`;
  return typeof value !== "string" || isUrl ? named : `${named}; ${value} by default`;
}
