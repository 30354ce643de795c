// The command `complete` in the tree. Rule: words only; what it does is loaded when it is run.

import { buildCommand } from "@stricli/core";
import type { CommonFlags } from "../../command.ts";
import { COMMANDS } from "./commands.ts";
import { COMMON_FLAGS } from "./flags.ts";
import { completableFrom, type TreeCommand, type TreeContext, treeLoader } from "./loading.ts";

/** `complete SHELL`; behind the shell its script gives what was typed (see complete.ts). */
export const complete: TreeCommand = buildCommand<CommonFlags, string[], TreeContext>({
  loader: treeLoader("complete"),
  parameters: {
    flags: COMMON_FLAGS,
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        brief: "The shell",
        parse: String,
        placeholder: "bash|zsh|fish|powershell",
        ...completableFrom("shell"),
      },
    },
  },
  docs: { brief: COMMANDS.complete.brief },
});
