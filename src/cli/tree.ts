// Every command and flag, in one tree. Rule: words only; what a command does is loaded when it is run.

import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { Command as Run, CommonFlags } from "../command.ts";
import type { LoginFlags } from "../commands/login.ts";
import type { RefreshFlags } from "../commands/refresh.ts";
import type { TokenFlags, TokenScheme } from "../commands/token.ts";
import { COMMON_FLAGS, CONNECTION_FLAGS, time, yes } from "./flags.ts";
import { parseDuration, parseWait } from "./parse.ts";

/** What Stricli hands to a command: the way to run what was loaded. */
export interface TreeContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
  };
  readonly perform: <Flags extends CommonFlags, Args extends readonly unknown[]>(
    run: Run<Flags, Args>,
    flags: Flags,
    args: Args,
  ) => Promise<void>;
}

type TreeCommand = Command<TreeContext>;

const DONE_AND_USAGE = "Exit codes: 0 done, 2 usage";

const login: TreeCommand = buildCommand<LoginFlags, [], TreeContext>({
  loader: loading(async () => (await import("../commands/login.ts")).login),
  parameters: {
    flags: {
      ...CONNECTION_FLAGS,
      paste: yes("Open no listener; paste the address the browser ended on"),
      noBrowser: yes("Print the page's address only"),
      timeout: time("How long to wait for you; 5m by default", parseWait),
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
      ifExpiringWithin: time("Only when the access token ends within this time", parseDuration),
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
      minValid: time("How much longer it must be good; 1m by default", parseDuration),
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

const help: TreeCommand = buildCommand<CommonFlags, [topic?: string], TreeContext>({
  loader: loading(async () => (await import("./help.ts")).help),
  parameters: {
    flags: COMMON_FLAGS,
    positional: {
      kind: "tuple",
      parameters: [{
        brief: "A command, or reference for exit codes and variables",
        parse: String,
        placeholder: "TOPIC",
        optional: true,
      }],
    },
  },
  docs: {
    brief: "Help on a command; `help reference` lists exit codes and variables",
    fullDescription: `Example: anaplan-auth help reference\n${DONE_AND_USAGE}`,
  },
});

/** The groups of the root page, in its order. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Start here": ["login", "whoami", "refresh", "status", "logout"],
  "For scripts": ["token"],
};

/** The whole command line. */
export const ROOT: RouteMap<TreeContext> = buildRouteMap({
  routes: { login, whoami, refresh, status, logout, token, help },
  docs: { brief: "Sign in to Anaplan and keep the login usable." },
});

/** A loader as Stricli wants it: the module is imported when the command is run, and not before. */
function loading<Flags extends CommonFlags, Args extends readonly unknown[]>(
  load: () => Promise<Run<Flags, Args>>,
): () => Promise<(this: TreeContext, flags: Flags, ...args: Args) => Promise<void>> {
  return async () => {
    const run = await load();
    return function (flags, ...args) {
      return this.perform(run, flags, args);
    };
  };
}
