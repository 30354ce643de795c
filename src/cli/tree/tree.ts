// Every command and flag, in one tree. Rule: words only; what a command does is loaded when it is run.

import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import type { LoginFlags } from "../../commands/login.ts";
import type { LogoutFlags } from "../../commands/logout.ts";
import type { RefreshFlags } from "../../commands/refresh.ts";
import type { StatusFlags } from "../../commands/status.ts";
import { BRIEF, COMMANDS } from "./commands.ts";
import { complete } from "./complete_words.ts";
import { COMMON_FLAGS, CONNECTION_FLAGS, setupNamed, text, time, yes } from "./flags.ts";
import {
  completableFrom,
  lazyLoader,
  type TreeCommand,
  type TreeContext,
  treeLoader,
} from "./loading.ts";
import { parseDuration, parseWait } from "../../base/parse.ts";
import { api, exec, proxy, token } from "./scripts.ts";
import { seal, unseal } from "./seal.ts";
import { store } from "./store.ts";
import { cert, doctor, profile, relay, validate } from "./set_up.ts";

const login: TreeCommand = buildCommand<LoginFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/login.ts")).login),
  parameters: {
    flags: {
      ...CONNECTION_FLAGS,
      setup: {
        ...text("The text that your administrator sent", "REGION:CLIENT_ID:CALLBACK_URL"),
        parse: setupNamed,
      },
      device: yes("Sign in with a code on any device"),
      paste: yes("Open no listener; paste the address that the browser ends on"),
      noBrowser: yes("Print the address of the sign-in page; open no browser"),
      timeout: time("How long to wait for you; 5m by default", parseWait),
      ...COMMON_FLAGS,
    },
  },
  docs: { brief: COMMANDS.login.brief },
});

const whoami: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/whoami.ts")).whoami),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: COMMANDS.whoami.brief },
});

const refresh: TreeCommand = buildCommand<RefreshFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/refresh.ts")).refresh),
  parameters: {
    flags: {
      ifExpiringWithin: time("Refresh only if the access token expires within TIME", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: { brief: COMMANDS.refresh.brief },
});

const status: TreeCommand = buildCommand<StatusFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/status.ts")).status),
  parameters: {
    flags: {
      check: yes("Also ask the server"),
      expiresWithin: time("Exit 3 if the login expires within TIME", parseDuration),
      ...COMMON_FLAGS,
    },
  },
  docs: { brief: COMMANDS.status.brief },
});

const logout: TreeCommand = buildCommand<LogoutFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/logout.ts")).logout),
  parameters: { flags: { all: yes("Log out of every profile"), ...COMMON_FLAGS } },
  docs: { brief: COMMANDS.logout.brief },
});

type HelpFlags = CommonFlags & { readonly all?: boolean };

const help: TreeCommand = buildCommand<HelpFlags, string[], TreeContext>({
  loader: treeLoader("help"),
  parameters: {
    flags: { all: yes("Show every flag of the command"), ...COMMON_FLAGS },
    positional: {
      kind: "array",
      parameter: {
        brief: "A command, reference, or administrator for what to ask for",
        parse: String,
        placeholder: "[TOPIC…]",
        ...completableFrom("topic"),
      },
    },
  },
  docs: { brief: COMMANDS.help.brief },
});

/** The whole command line. */
export const ROOT: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    login,
    whoami,
    status,
    refresh,
    logout,
    api,
    token,
    exec,
    proxy,
    profile,
    seal,
    unseal,
    store,
    doctor,
    relay,
    cert,
    validate,
    complete,
    help,
  },
  docs: { brief: BRIEF },
});

/** What a name in the tree leads to. */
export type Target = TreeCommand | RouteMap<TreeContext>;

/** How much of what was typed is in the tree: the names on the way, and what they lead to. */
export function walk(
  words: readonly string[],
): { readonly names: string[]; readonly target: Target } {
  const names: string[] = [];
  let target: Target = ROOT;
  for (const word of words) {
    const next: Target | undefined = "loader" in target
      ? undefined
      : target.getRoutingTargetForInput(word);
    if (next === undefined) break;
    names.push(word);
    target = next;
  }
  return { names, target };
}
