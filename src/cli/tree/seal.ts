// The branch of the tree that seals and unseals logins. Rule: words only; what a command does is loaded when it is
// run.

import { buildCommand } from "@stricli/core";
import type { SealFlags, UnsealFlags } from "../../commands/seal.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS, text, yes } from "./flags.ts";
import { lazyLoader, type TreeCommand, type TreeContext } from "./loading.ts";

const KEYCHAINS: readonly NonNullable<SealFlags["keychain"]>[] = [
  "osxkeychain",
  "wincred",
  "secretservice",
  "pass",
];

/** `seal`. */
export const seal: TreeCommand = buildCommand<SealFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/seal.ts")).seal),
  parameters: {
    flags: {
      keyFile: text("Use the key in a file [ANAPLAN_AUTH_KEY_FILE]", "FILE", "file"),
      keyCommand: text("Use the key that a command prints [ANAPLAN_AUTH_KEY_COMMAND]", "COMMAND"),
      keychain: {
        kind: "enum",
        values: KEYCHAINS,
        optional: true,
        brief: "Make a new key in this keychain, by its docker-credential helper",
      },
      rotate: yes("Make a new key, and seal every login again"),
      ...COMMON_FLAGS,
    },
  },
  docs: { brief: COMMANDS.seal.brief },
});

/** `unseal`. */
export const unseal: TreeCommand = buildCommand<UnsealFlags, [], TreeContext>({
  loader: lazyLoader(async () => (await import("../../commands/seal.ts")).unseal),
  parameters: { flags: { yes: yes("Do not ask first"), ...COMMON_FLAGS } },
  docs: { brief: COMMANDS.unseal.brief },
});
