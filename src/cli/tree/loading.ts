// What the tree and those who read it agree on. Rule: types only.

import type { Command, CommandContext as StricliContext } from "@stricli/core";
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
  readonly usageError: (complaint: Complaint, argv: readonly string[]) => Promise<CliError>;
}

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

export interface ParsedCommand {
  readonly flags: CommonFlags;
  readonly run: (context: CommandContext) => Promise<Reply>;
}

/** What Stricli hands to a command: the way to say that it is meant. */
export interface TreeContext extends StricliContext {
  readonly perform: <Flags extends CommonFlags, Args extends readonly unknown[]>(
    load: () => Promise<Run<Flags, Args>>,
    flags: Flags,
    args: Args,
  ) => void;
  readonly readers: TreeReaders;
  /** The words that may replace `partial`; only there while a shell completes. */
  readonly propose?: (source: WordSource, partial: string) => readonly string[];
}

export type TreeCommand = Command<TreeContext>;
