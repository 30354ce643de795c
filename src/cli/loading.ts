// How Stricli's commands come to ours. Rule: a command's module is imported when it is run, not before.

import type { Command } from "@stricli/core";
import type { Command as Run, CommonFlags } from "../command.ts";

/** What Stricli hands to a command: the way to load and run it. */
export interface TreeContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
  };
  readonly perform: <Flags extends CommonFlags, Args extends readonly unknown[]>(
    load: () => Promise<Run<Flags, Args>>,
    flags: Flags,
    args: Args,
  ) => Promise<void>;
}

/** A command of the tree. */
export type TreeCommand = Command<TreeContext>;

/** How the exit codes of every command begin. */
export const DONE_AND_USAGE = "Exit codes: 0 done, 2 usage";

/** A loader as Stricli wants it: the module is imported when the command is performed, and not before. */
export function loading<Flags extends CommonFlags, Args extends readonly unknown[]>(
  load: () => Promise<Run<Flags, Args>>,
): () => Promise<(this: TreeContext, flags: Flags, ...args: Args) => Promise<void>> {
  return () =>
    Promise.resolve(function (flags, ...args) {
      return this.perform(load, flags, args);
    });
}
