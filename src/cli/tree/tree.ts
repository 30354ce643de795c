// Every command and flag, in one tree. Rule: words only; what a command does is loaded when it is run.

import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import type { LoginFlags } from "../../commands/login.ts";
import type { LogoutFlags } from "../../commands/logout.ts";
import type { RefreshFlags } from "../../commands/refresh.ts";
import type { StatusFlags } from "../../commands/status.ts";
import { BRIEF, COMMANDS } from "./commands.ts";
import { complete } from "./complete_words.ts";
import { COMMON_FLAGS, CONNECTION_FLAGS, text, time, yes } from "./flags.ts";
import {
  completedFrom,
  DONE_AND_USAGE,
  loading,
  reading,
  type TreeCommand,
  type TreeContext,
} from "./loading.ts";
import { parseDuration, parseSetup, parseWait } from "../../base/parse.ts";
import { api, exec, token } from "./scripts.ts";
import { cert, doctor, profile, relay, validate } from "./set_up.ts";

const login: TreeCommand = buildCommand<LoginFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/login.ts")).login),
  parameters: {
    flags: {
      ...CONNECTION_FLAGS,
      setup: {
        ...text("What your administrator sent, in one", "REGION:CLIENT_ID:CALLBACK_URL"),
        parse: parseSetup,
      },
      device: yes("Sign in with a code on any device"),
      paste: yes("Open no listener; paste the address the browser ended on"),
      noBrowser: yes("Print the page's address only"),
      timeout: time("How long to wait for you; 5m by default", parseWait),
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: COMMANDS.login.brief,
    fullDescription: `Example: {anaplan-auth} login --region eu2
${DONE_AND_USAGE}, 4 denied, 5 nobody finished in time,
6 Anaplan cannot be used now, 7 the login cannot be saved, 130 interrupted`,
  },
});

const whoami: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/whoami.ts")).whoami),
  parameters: { flags: COMMON_FLAGS },
  docs: {
    brief: COMMANDS.whoami.brief,
    fullDescription: `Example: {anaplan-auth} whoami --json
${DONE_AND_USAGE}, 3 sign in first, 4 denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved, 8 API error`,
  },
});

const refresh: TreeCommand = buildCommand<RefreshFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/refresh.ts")).refresh),
  parameters: {
    flags: {
      ifExpiringWithin: time("Only when the access token ends within this time", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: COMMANDS.refresh.brief,
    fullDescription: `Example: {anaplan-auth} refresh --if-expiring-within 10m
${DONE_AND_USAGE}, 3 sign in again, 4 the client is denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved`,
  },
});

const status: TreeCommand = buildCommand<StatusFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/status.ts")).status),
  parameters: {
    flags: {
      check: yes("Ask the server, too"),
      expiresWithin: time("Exit 3 when the login ends within this time", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: {
    brief: COMMANDS.status.brief,
    fullDescription: `Example: {anaplan-auth} status --expires-within 1h
${DONE_AND_USAGE}, 3 sign in first, or the login ends soon,
7 the login cannot be read; with --check also those of whoami`,
  },
});

const logout: TreeCommand = buildCommand<LogoutFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/logout.ts")).logout),
  parameters: { flags: { all: yes("Of every profile"), ...COMMON_FLAGS } },
  docs: {
    brief: COMMANDS.logout.brief,
    fullDescription: `Example: {anaplan-auth} logout
${DONE_AND_USAGE}, 7 the login cannot be removed`,
  },
});

const help: TreeCommand = buildCommand<CommonFlags, string[], TreeContext>({
  loader: reading("help"),
  parameters: {
    flags: COMMON_FLAGS,
    positional: {
      kind: "array",
      parameter: {
        brief: "A command, reference, or administrator for what to ask for",
        parse: String,
        placeholder: "[TOPIC…]",
        ...completedFrom("topic"),
      },
    },
  },
  docs: {
    brief: COMMANDS.help.brief,
    fullDescription: `Example: {anaplan-auth} help reference\n${DONE_AND_USAGE}`,
  },
});

/** The whole command line. */
export const ROOT: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    login,
    whoami,
    refresh,
    status,
    logout,
    token,
    api,
    exec,
    profile,
    relay,
    cert,
    validate,
    doctor,
    complete,
    help,
  },
  docs: { brief: BRIEF },
});
