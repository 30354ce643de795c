// The flags that several commands share, in Stricli's words. Rule: a flag's brief names the variable that
// stands for it.

import { type Completed, completedFrom, type WordSource } from "./loading.ts";
import { CLIENT_AUTHS } from "../../base/metadata.ts";
import { parseText, parseWait } from "./parse.ts";
import { parsePrompt } from "./parse_prompt.ts";

/** A flag with a text, which a shell completes from `source`. */
export function text(brief: string, placeholder: string, source?: WordSource): TextFlag {
  const completed = source === undefined ? {} : completedFrom(source);
  return { kind: "parsed", parse: parseText, optional: true, brief, placeholder, ...completed };
}

/** A flag that may be given several times. */
export function texts(
  brief: string,
  placeholder: string,
  source?: WordSource,
): TextFlag & { readonly variadic: true } {
  return { ...text(brief, placeholder, source), variadic: true };
}

/** A flag that is there or not. */
export function yes(brief: string): YesFlag {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

/** A flag with a duration. */
export function time(brief: string, parse: (input: string) => number): TimeFlag {
  return { kind: "parsed", parse, optional: true, brief, placeholder: "TIME" };
}

interface TimeFlag {
  readonly kind: "parsed";
  readonly parse: (input: string) => number;
  readonly optional: true;
  readonly brief: string;
  readonly placeholder: string;
}

interface TextFlag extends Partial<Completed> {
  readonly kind: "parsed";
  readonly parse: (input: string) => string;
  readonly optional: true;
  readonly brief: string;
  readonly placeholder: string;
}

interface YesFlag {
  readonly kind: "boolean";
  readonly optional: true;
  readonly withNegated: false;
  readonly brief: string;
}

/** The flags that every command has. */
export const COMMON_FLAGS = {
  profile: text("The login to use [ANAPLAN_PROFILE]", "NAME", "profile"),
  configDir: text("Where logins are kept [ANAPLAN_AUTH_CONFIG_DIR]", "DIR", "directory"),
  json: yes("Print one JSON value"),
  verbose: yes("Show requests, with secrets masked [ANAPLAN_AUTH_DEBUG]"),
  quiet: yes("Print only the answer, and what must be known"),
  noColor: yes("No colour [NO_COLOR]"),
  caFile: texts("Trust the authorities in this file, too [ANAPLAN_CA_FILE]", "PEM", "file"),
} as const;

/** The names of the flags that every command has, as they stand in the tree. */
export const COMMON_FLAG_NAMES: readonly string[] = Object.keys(COMMON_FLAGS);

/** The flags that say whom to talk to, and that a profile keeps. */
export const SETTING_FLAGS = {
  clientId: text("The OAuth client's id [ANAPLAN_CLIENT_ID]", "ID"),
  deviceClientId: text(
    "The id of a client of the kind Device grant, for --device [ANAPLAN_DEVICE_CLIENT_ID]",
    "ID",
  ),
  region: text("The Anaplan region [ANAPLAN_REGION]; us1 by default", "NAME", "region"),
  redirectUri: text("The registered redirect URI, exactly [ANAPLAN_REDIRECT_URI]", "URL"),
  listen: texts("Listen here instead of where the redirect URI points", "HOST:PORT"),
  scope: text("What to ask for; openid email offline_access by default", "SCOPE"),
  authorizationEndpoint: text("Instead of the region's", "URL"),
  tokenEndpoint: text("Instead of the region's", "URL"),
  deviceEndpoint: text("Instead of the region's", "URL"),
  revocationEndpoint: text("Where logout revokes tokens; Anaplan names none", "URL"),
  apiUrl: text("Origin of the Integration API, instead of the region's", "URL"),
  authUrl: text("Origin of the authentication service, instead of the region's", "URL"),
  issuer: text("Another OAuth provider, by its metadata", "URL"),
  noPkce: yes("Send no code challenge, for a server that refuses it"),
  clientAuth: {
    kind: "enum",
    values: CLIENT_AUTHS,
    optional: true,
    brief: "Send the client secret in the header (basic) or the body (post)",
  },
  prompt: {
    ...text('What the page asks, such as login; "" for no prompt', "PROMPT"),
    parse: parsePrompt,
  },
  refreshTokenLifetime: time("How long the client's refresh tokens live", parseWait),
} as const;

/** The same with the client secret, which no profile keeps. */
export const CONNECTION_FLAGS = {
  clientSecretFile: text(
    "Read the client secret from a file [ANAPLAN_CLIENT_SECRET]",
    "FILE",
    "file",
  ),
  clientSecretStdin: yes("Read the client secret from stdin"),
  ...SETTING_FLAGS,
} as const;
