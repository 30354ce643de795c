// The branch of the tree that sets up and mends. Rule: words only; what a command does is loaded when it
// is run.

import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import type { CertTrustFlags } from "../../commands/cert.ts";
import type { DoctorFlags } from "../../commands/doctor.ts";
import type { ProfileSetFlags } from "../../commands/profile.ts";
import type { RelayFlags } from "../../commands/relay.ts";
import type { RelayHost } from "../../oauth/relay.ts";
import { run } from "../../base/advice.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS, SETTING_FLAGS, texts, yes } from "./flags.ts";
import { completedFrom, docs, loading, type TreeCommand, type TreeContext } from "./loading.ts";

const NAME = {
  brief: "The profile",
  parse: String,
  placeholder: "NAME",
  ...completedFrom("profile"),
} as const;
const ONE_NAME = { kind: "tuple", parameters: [NAME] } as const;
const MAYBE_NAME = { kind: "tuple", parameters: [{ ...NAME, optional: true }] } as const;

const profileList: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/profile_list.ts")).profileList),
  parameters: { flags: COMMON_FLAGS },
  docs: docs("List the profiles", run("profile list"), "7 unreadable"),
});

const profileShow: TreeCommand = buildCommand<CommonFlags, [name?: string], TreeContext>({
  loader: loading(async () => (await import("../../commands/profile.ts")).profileShow),
  parameters: { flags: COMMON_FLAGS, positional: MAYBE_NAME },
  docs: docs("Show what is saved in a profile", run("profile show default"), "7 unreadable"),
});

const profileSet: TreeCommand = buildCommand<ProfileSetFlags, [name?: string], TreeContext>({
  loader: loading(async () => (await import("../../commands/profile.ts")).profileSet),
  parameters: {
    flags: {
      ...SETTING_FLAGS,
      unset: texts("Forget a setting", "SETTING", "setting"),
      ...COMMON_FLAGS,
    },
    positional: MAYBE_NAME,
  },
  docs: docs(
    "Save settings under a name",
    run("profile set eu-test --region eu2"),
    "7 it cannot be saved",
  ),
});

const profileUse: TreeCommand = buildCommand<CommonFlags, [name: string], TreeContext>({
  loader: loading(async () => (await import("../../commands/profile.ts")).profileUse),
  parameters: { flags: COMMON_FLAGS, positional: ONE_NAME },
  docs: docs(
    "Choose the profile that is used when none is named",
    run("profile use default"),
    "7 it cannot be saved",
  ),
});

const profileRemove: TreeCommand = buildCommand<CommonFlags, [name: string], TreeContext>({
  loader: loading(async () => (await import("../../commands/profile.ts")).profileRemove),
  parameters: { flags: COMMON_FLAGS, positional: ONE_NAME },
  docs: docs(
    "Remove a profile and the login in it",
    run("profile remove eu-test"),
    "7 it cannot be removed",
  ),
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

const RELAY_HOSTS: readonly RelayHost[] = ["127.0.0.1", "localhost"];
const RELAY_FLAGS = {
  host: {
    kind: "enum",
    values: RELAY_HOSTS,
    optional: true,
    brief: "The name of this computer that it leads to",
  },
  ...COMMON_FLAGS,
} as const;

const bookmarklet: TreeCommand = buildCommand<RelayFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/relay.ts")).relayBookmarklet),
  parameters: { flags: RELAY_FLAGS },
  docs: docs("Print a bookmarklet that carries the answer here", run("relay bookmarklet")),
});

const page: TreeCommand = buildCommand<RelayFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/relay.ts")).relayPageCommand),
  parameters: { flags: RELAY_FLAGS },
  docs: docs(
    "Print a page that does it by itself, for a host of yours",
    run("relay page > callback.html"),
  ),
});

/** `relay bookmarklet|page`. */
export const relay: RouteMap<TreeContext> = buildRouteMap({
  routes: { bookmarklet, page },
  docs: { brief: COMMANDS.relay.brief },
});

const certShow: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/cert.ts")).certShow),
  parameters: { flags: COMMON_FLAGS },
  docs: docs("Show the listener's certificate", run("cert show"), "7 unreadable"),
});

const certRenew: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/cert.ts")).certRenew),
  parameters: { flags: COMMON_FLAGS },
  docs: docs("Make a new certificate", run("cert renew"), "7 it cannot be saved"),
});

const certTrust: TreeCommand = buildCommand<CertTrustFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/cert.ts")).certTrust),
  parameters: { flags: { yes: yes("Run the commands, too"), ...COMMON_FLAGS } },
  docs: docs(
    "Show how to be rid of the browser's warning",
    run("cert trust"),
    "6 a command did not work, 7 it cannot be saved",
  ),
});

/** `cert show|renew|trust`. */
export const cert: RouteMap<TreeContext> = buildRouteMap({
  routes: { show: certShow, renew: certRenew, trust: certTrust },
  docs: { brief: COMMANDS.cert.brief },
});

/** `validate`. */
export const validate: TreeCommand = buildCommand<CommonFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/validate.ts")).validate),
  parameters: { flags: COMMON_FLAGS },
  docs: docs(
    COMMANDS.validate.brief,
    run("validate"),
    `3 not valid, or sign in first, 4 denied,
6 Anaplan cannot be used now, 7 the login cannot be read or saved, 8 API error`,
  ),
});

/** `doctor`. */
export const doctor: TreeCommand = buildCommand<DoctorFlags, [], TreeContext>({
  loader: loading(async () => (await import("../../commands/doctor.ts")).doctor),
  parameters: { flags: { ...SETTING_FLAGS, ...COMMON_FLAGS } },
  docs: docs(
    COMMANDS.doctor.brief,
    run("doctor"),
    `or that of the first problem:
3 sign in, 6 network or port, 7 files`,
  ),
});
