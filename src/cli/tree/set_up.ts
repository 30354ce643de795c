// The branch of the tree that sets up and fixes problems. Rule: words only; what a command does is loaded when it
// is run.

import { buildRouteMap, type RouteMap } from "@stricli/core";
import type { SealFlags } from "../../commands/seal.ts";
import type { RelayFlags } from "../../commands/relay.ts";
import { COMMANDS } from "./commands.ts";
import { argument, command, oneOf, SETTING_FLAGS, text, texts, yes } from "./flags.ts";
import type { TreeCommand, TreeContext } from "./loading.ts";

const ONE_NAME = argument("The profile", "NAME", "profile");
const MAYBE_NAME = {
  kind: "tuple",
  parameters: [{ ...ONE_NAME.parameters[0], optional: true }],
} as const;

export const profile: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    list: command(
      { brief: "List the profiles" },
      async () => (await import("../../commands/profile_list.ts")).profileList,
    ),
    show: command(
      { brief: "Show what is saved in a profile" },
      async () => (await import("../../commands/profile.ts")).profileShow,
      { positional: MAYBE_NAME },
    ),
    set: command(
      { brief: "Save settings under a name" },
      async () => (await import("../../commands/profile.ts")).profileSet,
      {
        flags: { ...SETTING_FLAGS, unset: texts("Remove a setting", "SETTING", "setting") },
        positional: MAYBE_NAME,
      },
    ),
    use: command(
      { brief: "Choose the profile to use by default" },
      async () => (await import("../../commands/profile.ts")).profileUse,
      { positional: ONE_NAME },
    ),
    remove: command(
      { brief: "Remove a profile and the login in it" },
      async () => (await import("../../commands/profile_remove.ts")).profileRemove,
      { flags: { yes: yes("Do not ask first") }, positional: ONE_NAME },
    ),
  },
  docs: { brief: COMMANDS.profile.brief },
});

const KEYCHAINS: readonly NonNullable<SealFlags["keychain"]>[] = [
  "osxkeychain",
  "wincred",
  "secretservice",
  "pass",
];

export const seal: TreeCommand = command(
  COMMANDS.seal,
  async () => (await import("../../commands/seal.ts")).seal,
  {
    flags: {
      keyFile: text("Use the key in a file [ANAPLAN_AUTH_KEY_FILE]", "FILE", "file"),
      keyCommand: text("Use the key that a command prints [ANAPLAN_AUTH_KEY_COMMAND]", "COMMAND"),
      keychain: oneOf(
        KEYCHAINS,
        "Make a new key in this keychain, by its docker-credential helper",
      ),
      rotate: yes("Make a new key, and seal every login again"),
    },
  },
);

export const unseal: TreeCommand = command(
  COMMANDS.unseal,
  async () => (await import("../../commands/seal.ts")).unseal,
  { flags: { yes: yes("Do not ask first") } },
);

export const store: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    init: command(
      { brief: "Make the tables" },
      async () => (await import("../../commands/store.ts")).storeInit,
      {
        flags: { print: yes("Print the SQL instead of running it") },
        positional: argument("Such as postgresql://USER@HOST/DATABASE", "ADDRESS"),
      },
    ),
    use: command(
      { brief: "Choose the store of this computer" },
      async () => (await import("../../commands/store.ts")).storeUse,
      {
        positional: argument("The store's address, or local for files of this computer", "ADDRESS"),
      },
    ),
    push: command(
      { brief: "Move logins of this computer into the store" },
      async () => (await import("../../commands/store.ts")).storePush,
      { flags: { all: yes("Move every profile") } },
    ),
    pull: command(
      { brief: "Move logins from the store to this computer" },
      async () => (await import("../../commands/store.ts")).storePull,
      { flags: { all: yes("Move every profile") } },
    ),
    status: command(
      { brief: "Show where logins are and who saved them" },
      async () => (await import("../../commands/store_status.ts")).storeStatus,
    ),
  },
  docs: { brief: COMMANDS.store.brief },
});

const RELAY_HOSTS: readonly NonNullable<RelayFlags["host"]>[] = ["127.0.0.1", "localhost"];
const RELAY = {
  flags: { host: oneOf(RELAY_HOSTS, "The name of this computer that the answer goes to") },
};

export const relay: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    bookmarklet: command(
      { brief: "Print a bookmarklet that carries the answer here" },
      async () => (await import("../../commands/relay.ts")).relayBookmarklet,
      RELAY,
    ),
    page: command(
      { brief: "Print a page that does this by itself, for your own host" },
      async () => (await import("../../commands/relay.ts")).relayPageCommand,
      RELAY,
    ),
  },
  docs: { brief: COMMANDS.relay.brief },
});

export const cert: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    show: command(
      { brief: "Show the listener's certificate" },
      async () => (await import("../../commands/cert.ts")).certShow,
    ),
    renew: command(
      { brief: "Make a new certificate" },
      async () => (await import("../../commands/cert.ts")).certRenew,
    ),
    trust: command(
      { brief: "Show how to stop the browser's warning" },
      async () => (await import("../../commands/cert.ts")).certTrust,
      { flags: { yes: yes("Run the commands instead of printing them") } },
    ),
  },
  docs: { brief: COMMANDS.cert.brief },
});

export const doctor: TreeCommand = command(COMMANDS.doctor, COMMANDS.doctor.load, {
  flags: SETTING_FLAGS,
});
