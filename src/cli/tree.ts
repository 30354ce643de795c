// Every command and flag, in one tree. Rule: words only; what a command does is loaded when it is run.

import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { Command as Run, CommonFlags } from "../command.ts";
import type { LoginFlags } from "../commands/login.ts";
import type { RefreshFlags } from "../commands/refresh.ts";
import type { TokenFlags, TokenScheme } from "../commands/token.ts";
import { parseDuration, parseText, parseWait } from "./parse.ts";

/** What Stricli hands to a command: the way to run what was loaded. */
export interface TreeContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
  };
  readonly perform: <Flags extends CommonFlags>(run: Run<Flags>, flags: Flags) => Promise<void>;
}

type TreeCommand = Command<TreeContext>;

const text = (brief: string, placeholder: string): TextFlag => ({
  kind: "parsed",
  parse: parseText,
  optional: true,
  brief,
  placeholder,
});
const texts = (brief: string, placeholder: string): TextFlag & { readonly variadic: true } => ({
  ...text(brief, placeholder),
  variadic: true,
});
const yes = (brief: string): YesFlag => ({
  kind: "boolean",
  optional: true,
  withNegated: false,
  brief,
});

interface TextFlag {
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

const COMMON_FLAGS = {
  profile: text("The login to use [ANAPLAN_PROFILE]", "NAME"),
  configDir: text("Where logins are kept [ANAPLAN_AUTH_CONFIG_DIR]", "DIR"),
  json: yes("Print one JSON value"),
  verbose: yes("Show requests, with secrets masked [ANAPLAN_AUTH_DEBUG]"),
  quiet: yes("Print only the answer, and what must be known"),
  noColor: yes("No colour [NO_COLOR]"),
  caFile: texts("Trust the authorities in this file, too [ANAPLAN_CA_FILE]", "PEM"),
} as const;

/** The names of the flags that every command has, as they stand in the tree. */
export const COMMON_FLAG_NAMES: readonly string[] = Object.keys(COMMON_FLAGS);

const CONNECTION_FLAGS = {
  clientId: text("The OAuth client's id [ANAPLAN_CLIENT_ID]", "ID"),
  clientSecretFile: text("Read the client secret from a file [ANAPLAN_CLIENT_SECRET]", "FILE"),
  clientSecretStdin: yes("Read the client secret from stdin"),
  region: text("The Anaplan region [ANAPLAN_REGION]; us1 by default", "NAME"),
  redirectUri: text("The registered redirect URI, exactly", "URL"),
  listen: texts("Listen here instead of where the redirect URI points", "HOST:PORT"),
  scope: text("What to ask for; openid email offline_access by default", "SCOPE"),
  authorizationEndpoint: text("Instead of the region's", "URL"),
  tokenEndpoint: text("Instead of the region's", "URL"),
  deviceEndpoint: text("Instead of the region's", "URL"),
  apiUrl: text("Origin of the Integration API, instead of the region's", "URL"),
  authUrl: text("Origin of the authentication service, instead of the region's", "URL"),
  noPkce: yes("Send no code challenge, for a server that refuses it"),
} as const;

const DONE_AND_USAGE = "Exit codes: 0 done, 2 usage";

const login: TreeCommand = buildCommand<LoginFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/login.ts")).login),
  parameters: {
    flags: {
      ...CONNECTION_FLAGS,
      paste: yes("Open no listener; paste the address the browser ended on"),
      noBrowser: yes("Print the page's address only"),
      timeout: {
        kind: "parsed",
        parse: parseWait,
        optional: true,
        brief: "How long to wait for you; 5m by default",
        placeholder: "TIME",
      },
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: "Sign in with your browser",
    fullDescription: `Example: anaplan-auth login --region eu2
${DONE_AND_USAGE}, 4 denied, 5 nobody finished in time,
6 Anaplan cannot be used now, 7 the login cannot be saved, 130 interrupted`,
  },
});

const whoami: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/whoami.ts")).whoami),
  parameters: { flags: COMMON_FLAGS },
  docs: {
    brief: "Show who you are signed in as",
    fullDescription: `Example: anaplan-auth whoami --json
${DONE_AND_USAGE}, 3 sign in first, 4 denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved, 8 API error`,
  },
});

const refresh: TreeCommand = buildCommand<RefreshFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/refresh.ts")).refresh),
  parameters: {
    flags: {
      ifExpiringWithin: {
        kind: "parsed",
        parse: parseDuration,
        optional: true,
        brief: "Only when the access token ends within this time",
        placeholder: "TIME",
      },
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: "Get a new access token now",
    fullDescription: `Example: anaplan-auth refresh --if-expiring-within 10m
${DONE_AND_USAGE}, 3 sign in again, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved`,
  },
});

const SCHEMES: readonly TokenScheme[] = ["AnaplanAuthToken", "Bearer"];

const token: TreeCommand = buildCommand<TokenFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/token.ts")).token),
  parameters: {
    flags: {
      header: yes("Print the whole Authorization header"),
      scheme: {
        kind: "enum",
        values: SCHEMES,
        optional: true,
        brief: "The header's scheme; AnaplanAuthToken by default",
      },
      minValid: {
        kind: "parsed",
        parse: parseDuration,
        optional: true,
        brief: "How much longer it must be good; 1m by default",
        placeholder: "TIME",
      },
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: "Print a valid access token",
    fullDescription: `Example: anaplan-auth token --header
${DONE_AND_USAGE}, 3 sign in first, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved`,
  },
});

const status: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/status.ts")).status),
  parameters: { flags: COMMON_FLAGS },
  docs: {
    brief: "Show what is stored, without the network",
    fullDescription: `Example: anaplan-auth status
${DONE_AND_USAGE}, 3 sign in first, 7 the login cannot be read`,
  },
});

const logout: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/logout.ts")).logout),
  parameters: { flags: COMMON_FLAGS },
  docs: {
    brief: "End the login here and at Anaplan",
    fullDescription: `Example: anaplan-auth logout
${DONE_AND_USAGE}, 7 the login cannot be removed`,
  },
});

/** The groups of the root page, in its order. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Start here": ["login", "whoami", "refresh", "status", "logout"],
  "For scripts": ["token"],
};

/** The whole command line. */
export const ROOT: RouteMap<TreeContext> = buildRouteMap({
  routes: { login, whoami, refresh, status, logout, token },
  docs: { brief: "Sign in to Anaplan and keep the login usable." },
});

/** A loader as Stricli wants it: the module is imported when the command is run, and not before. */
function loading<Flags extends CommonFlags>(
  load: () => Promise<Run<Flags>>,
): () => Promise<(this: TreeContext, flags: Flags) => Promise<void>> {
  return async () => {
    const run = await load();
    return function (flags) {
      return this.perform(run, flags);
    };
  };
}
