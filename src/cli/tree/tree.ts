// Every command and flag, in one tree. Rule: words only; what a command does is loaded when it is run.

import { buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import { BRIEF, COMMANDS } from "./commands.ts";
import { allArguments, command, CONNECTION_FLAGS, setupNamed, text, time, yes } from "./flags.ts";
import type { TreeCommand, TreeContext } from "./loading.ts";
import { parseDuration, parseWait } from "../../base/parse.ts";
import { api, exec, proxy, token } from "./scripts.ts";
import { cert, doctor, profile, relay, seal, store, unseal } from "./set_up.ts";

const login = command(COMMANDS.login, COMMANDS.login.load, {
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
  },
});

const refresh = command(COMMANDS.refresh, COMMANDS.refresh.load, {
  flags: {
    ifExpiringWithin: time("Refresh only if the access token expires within TIME", parseDuration),
  },
});

const status = command(COMMANDS.status, COMMANDS.status.load, {
  flags: {
    check: yes("Also ask the server"),
    expiresWithin: time("Exit 3 if the login expires within TIME", parseDuration),
  },
});

const logout = command(COMMANDS.logout, COMMANDS.logout.load, {
  flags: { all: yes("Log out of every profile") },
});

/** Behind the shell its script gives what was typed (see complete.ts). */
const complete = command<CommonFlags, string[]>(COMMANDS.complete, ({ complete }) => complete(), {
  positional: { ...allArguments("The shell", "bash|zsh|fish|powershell", "shell"), minimum: 1 },
});

type HelpFlags = CommonFlags & { readonly all?: boolean };

const help = command<HelpFlags, string[]>(COMMANDS.help, ({ help }) => help(), {
  flags: { all: yes("Show every flag of the command") },
  positional: allArguments(
    "A command, reference, or administrator for what to ask for",
    "[TOPIC…]",
    "topic",
  ),
});

export const ROOT: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    login,
    whoami: command(COMMANDS.whoami, COMMANDS.whoami.load),
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
    validate: command(COMMANDS.validate, COMMANDS.validate.load),
    complete,
    help,
  },
  docs: { brief: BRIEF },
});

/** What a name in the tree leads to. */
export type Target = TreeCommand | RouteMap<TreeContext>;

/** The names of the commands in a group; a command has none in it. */
export function namesIn(target: Target): string[] {
  return "loader" in target ? [] : target.getAllEntries().map(({ name }) => name.original);
}

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
