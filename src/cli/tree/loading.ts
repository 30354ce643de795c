// How Stricli's commands come to ours. Rule: a command's module is imported when it is run, not before.

import type { Command } from "@stricli/core";
import type { CliError, Misspelled } from "../../base/errors.ts";
import type { Command as Run, CommandContext, CommonFlags, Reply } from "../../command.ts";

/** Where the words come from that a shell can complete. */
export type WordSource =
  | "directory"
  | "file"
  | "profile"
  | "region"
  | "setting"
  | "shell"
  | "topic";

/** What reads the tree, which itself knows none of it. */
export interface TreeReaders {
  readonly help: () => Promise<Run<CommonFlags, string[]>>;
  readonly complete: () => Promise<Run<CommonFlags, string[]>>;
  /** The error for a complaint about what was typed. */
  readonly usageError: (complaint: Complaint, argv: readonly string[]) => Promise<CliError>;
}

/** What is wrong with what was typed. */
export interface Complaint {
  readonly text: string;
  /** The flag that does not exist. */
  readonly flag?: string;
  /** The command that does not exist. */
  readonly command?: string;
  /** The argument that the command does not take. */
  readonly argument?: string;
  /** The value that a flag does not have, and the values that it has. */
  readonly value?: Misspelled;
}

/** A command line that has been read. */
export interface ParsedCommand {
  readonly flags: CommonFlags;
  readonly run: (context: CommandContext) => Promise<Reply>;
}

/** What Stricli hands to a command: the way to say that it is meant. */
export interface TreeContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
  };
  readonly perform: <Flags extends CommonFlags, Args extends readonly unknown[]>(
    load: () => Promise<Run<Flags, Args>>,
    flags: Flags,
    args: Args,
  ) => void;
  readonly readers: TreeReaders;
  /** The words that may replace `partial`; only there while a shell completes. */
  readonly propose?: (source: WordSource, partial: string) => readonly string[];
}

/** Says where the words come from; what they are is found out while a shell completes. */
export function completableFrom(
  source: WordSource,
): { proposeCompletions(this: TreeContext, partial: string): readonly string[] } {
  return {
    proposeCompletions(partial) {
      return this.propose?.(source, partial) ?? [];
    },
  };
}

export type TreeCommand = Command<TreeContext>;

/** A loader as Stricli wants it: the module is imported when the command is performed, and not before. */
export function lazyLoader<Flags extends CommonFlags, Args extends readonly unknown[]>(
  load: () => Promise<Run<Flags, Args>>,
): () => Promise<(this: TreeContext, flags: Flags, ...args: Args) => void> {
  return () =>
    Promise.resolve(function (flags, ...args) {
      this.perform(load, flags, args);
    });
}

/** The loader of a command that reads the tree; the caller of the tree has it. */
export function treeLoader(
  name: "help" | "complete",
): () => Promise<(this: TreeContext, flags: CommonFlags, ...args: string[]) => void> {
  return () =>
    Promise.resolve(function (flags, ...args) {
      this.perform(this.readers[name], flags, args);
    });
}
