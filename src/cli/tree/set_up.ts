// The branch of the tree that sets up and fixes problems. Rule: words only; what a command does is loaded when it
// is run.

import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import type { CertTrustFlags } from "../../commands/cert.ts";
import type { DoctorFlags } from "../../commands/doctor.ts";
import type { ProfileSetFlags } from "../../commands/profile.ts";
import type { ProfileRemoveFlags } from "../../commands/profile_remove.ts";
import type { RelayFlags } from "../../commands/relay.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS, SETTING_FLAGS, texts, yes } from "./flags.ts";
import { completableFrom, lazyLoader, type TreeCommand, type TreeContext } from "./loading.ts";

const NAME = {
  brief: "The profile",
  parse: String,
  placeholder: "NAME",
  ...completableFrom("profile"),
} as const;
const ONE_NAME = { kind: "tuple", parameters: [NAME] } as const;
const MAYBE_NAME = { kind: "tuple", parameters: [{ ...NAME, optional: true }] } as const;

const profileList: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/profile_list.ts")).profileList),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: "List the profiles" },
});

const profileShow: TreeCommand = buildCommand<CommonFlags, [name?: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/profile.ts")).profileShow),
  parameters: { flags: COMMON_FLAGS, positional: MAYBE_NAME },
  docs: { brief: "Show what is saved in a profile" },
});

const profileSet: TreeCommand = buildCommand<ProfileSetFlags, [name?: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/profile.ts")).profileSet),
  parameters: {
    flags: {
      ...SETTING_FLAGS,
      unset: texts("Remove a setting", "SETTING", "setting"),
      ...COMMON_FLAGS,
    },
    positional: MAYBE_NAME,
  },
  docs: { brief: "Save settings under a name" },
});

const profileUse: TreeCommand = buildCommand<CommonFlags, [name: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/profile.ts")).profileUse),
  parameters: { flags: COMMON_FLAGS, positional: ONE_NAME },
  docs: { brief: "Choose the profile to use by default" },
});

const profileRemove: TreeCommand = buildCommand<ProfileRemoveFlags, [name: string], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/profile_remove.ts")).profileRemove),
  parameters: { flags: { yes: yes("Do not ask first"), ...COMMON_FLAGS }, positional: ONE_NAME },
  docs: { brief: "Remove a profile and the login in it" },
});

/** `profile list|show|set|use|remove`. */
export const profile: RouteMap<TreeContext> = buildRouteMap({
  routes: {
    list: profileList,
    show: profileShow,
    set: profileSet,
    use: profileUse,
    remove: profileRemove,
  },
  docs: { brief: COMMANDS.profile.brief },
});

const RELAY_HOSTS: readonly NonNullable<RelayFlags["host"]>[] = ["127.0.0.1", "localhost"];
const RELAY_FLAGS = {
  host: {
    kind: "enum",
    values: RELAY_HOSTS,
    optional: true,
    brief: "The name of this computer that the answer goes to",
  },
  ...COMMON_FLAGS,
} as const;

const bookmarklet: TreeCommand = buildCommand<RelayFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/relay.ts")).relayBookmarklet),
  parameters: { flags: RELAY_FLAGS },
  docs: { brief: "Print a bookmarklet that carries the answer here" },
});

const page: TreeCommand = buildCommand<RelayFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/relay.ts")).relayPageCommand),
  parameters: { flags: RELAY_FLAGS },
  docs: { brief: "Print a page that does this by itself, for your own host" },
});

/** `relay bookmarklet|page`. */
export const relay: RouteMap<TreeContext> = buildRouteMap({
  routes: { bookmarklet, page },
  docs: { brief: COMMANDS.relay.brief },
});

const certShow: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/cert.ts")).certShow),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: "Show the listener's certificate" },
});

const certRenew: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/cert.ts")).certRenew),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: "Make a new certificate" },
});

const certTrust: TreeCommand = buildCommand<CertTrustFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/cert.ts")).certTrust),
  parameters: { flags: { yes: yes("Run the commands instead of printing them"), ...COMMON_FLAGS } },
  docs: { brief: "Show how to stop the browser's warning" },
});

/** `cert show|renew|trust`. */
export const cert: RouteMap<TreeContext> = buildRouteMap({
  routes: { show: certShow, renew: certRenew, trust: certTrust },
  docs: { brief: COMMANDS.cert.brief },
});

/** `validate`. */
export const validate: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/validate.ts")).validate),
  parameters: { flags: COMMON_FLAGS },
  docs: { brief: COMMANDS.validate.brief },
});

/** `doctor`. */
export const doctor: TreeCommand = buildCommand<DoctorFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/doctor.ts")).doctor),
  parameters: { flags: { ...SETTING_FLAGS, ...COMMON_FLAGS } },
  docs: { brief: COMMANDS.doctor.brief },
});
