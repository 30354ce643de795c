// How Stricli's commands come to ours. Rule: a command's module is imported when it is run, not before.

import type { Command } from "@stricli/core";
import type { Command as Run, CommonFlags } from "../command.ts";

/** Where the words come from that a shell can complete. */
export type WordSource =
  | "directory"
  | "file"
  | "profile"
  | "region"
  | "setting"
  | "shell"
  | "topic";

/** What Stricli hands to a command: the way to run what was loaded. */
export interface TreeContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
  };
  readonly perform: <Flags extends CommonFlags, Args extends readonly unknown[]>(
    run: Run<Flags, Args>,
    flags: Flags,
    args: Args,
  ) => Promise<void>;
  /** The words that may stand where `partial` has been typed; only there while a shell completes. */
  readonly propose?: (source: WordSource, partial: string) => readonly string[];
}

/** What a flag or an argument has that a shell can complete. */
export interface Completed {
  readonly proposeCompletions: (this: TreeContext, partial: string) => readonly string[];
}

/** Says where the words come from; what they are is found out while a shell completes. */
export function completedFrom(source: WordSource): Completed {
  return {
    proposeCompletions(partial) {
      return this.propose?.(source, partial) ?? [];
    },
  };
}

/** A command of the tree. */
export type TreeCommand = Command<TreeContext>;

/** How the exit codes of every command begin. */
export const DONE_AND_USAGE = "Exit codes: 0 done, 2 usage";

/** A loader as Stricli wants it: the module is imported when the command is run, and not before. */
export function loading<Flags extends CommonFlags, Args extends readonly unknown[]>(
  load: () => Promise<Run<Flags, Args>>,
): () => Promise<(this: TreeContext, flags: Flags, ...args: Args) => Promise<void>> {
  return async () => {
    const run = await load();
    return function (flags, ...args) {
      return this.perform(run, flags, args);
    };
  };
}
