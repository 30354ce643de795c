// The branch of the tree for logins that several computers use. Rule: words only; what a command does is loaded when it
// is run.

import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import type { StoreInitFlags, StoreMoveFlags } from "../../commands/store.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS, yes } from "./flags.ts";
import { lazyLoader, type TreeCommand, type TreeContext } from "./loading.ts";

function address(brief: string) {
  return {
    kind: "tuple",
    parameters: [{ brief, parse: String, placeholder: "ADDRESS" }],
  } as const;
}

const init: TreeCommand = buildCommand<StoreInitFlags, [text: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/store.ts")).storeInit),
  parameters: {
    flags: { print: yes("Print the SQL instead of running it"), ...COMMON_FLAGS },
    positional: address("Such as postgresql://USER@HOST/DATABASE"),
  },
  docs: { brief: "Make the tables" },
});

const use: TreeCommand = buildCommand<CommonFlags, [text: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/store.ts")).storeUse),
  parameters: {
    flags: COMMON_FLAGS,
    positional: address("The store's address, or local for files of this computer"),
  },
  docs: { brief: "Choose the store of this computer" },
});

const push: TreeCommand = buildCommand<StoreMoveFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/store.ts")).storePush),
  parameters: { flags: { all: yes("Move every profile"), ...COMMON_FLAGS } },
  docs: { brief: "Move logins of this computer into the store" },
});

const pull: TreeCommand = buildCommand<StoreMoveFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/store.ts")).storePull),
  parameters: { flags: { all: yes("Move every profile"), ...COMMON_FLAGS } },
  docs: { brief: "Move logins from the store to this computer" },
});

const status: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/store_status.ts")).storeStatus),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: "Show where logins are and who saved them" },
});

/** `store init|use|push|pull|status`. */
export const store: RouteMap<TreeContext> = buildRouteMap({
  routes: { init, use, push, pull, status },
  docs: { brief: COMMANDS.store.brief },
});
