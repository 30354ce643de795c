// exec: runs a program with a valid access token in its environment.

import { run } from "../base/words.ts";
import type { CommandContext, CommonFlags, Exit } from "../command.ts";
import { programExit } from "../proxy/program_exit.ts";
import { CliError } from "../base/errors.ts";
import { freshTokenSet } from "../session/session.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import { isShared } from "../store/logins.ts";

export interface ExecFlags extends CommonFlags {
  /** In milliseconds. */
  readonly minValid?: number;
}

/** A program may take its time: its token is valid for at least this long, in milliseconds. */
const PROGRAM_MIN_VALID = 600_000;

/** Runs the program; its streams, signals and exit code are its own. */
export async function exec(
  flags: ExecFlags,
  context: CommandContext,
  ...command: readonly string[]
): Promise<Exit> {
  const [program] = command;
  if (program === undefined || program === "") {
    throw new CliError("usage", "Cannot run a program: none was named", {
      next: run("exec -- PROGRAM ARGUMENTS…"),
    });
  }
  const settings = await settingsInUse(flags, context);
  const minValid = flags.minValid ?? PROGRAM_MIN_VALID;
  const strict = flags.minValid !== undefined;
  const { accessToken } = await freshTokenSet(settings, context, minValid, strict);
  const environment = { ANAPLAN_ACCESS_TOKEN: accessToken.reveal() };
  // PGPASSWORD is the program's own where logins are in files
  const hidden = isShared(settings.configDir, context.system) ? "store" : "key";
  const ended = await context.system.runInPlace(command, environment, hidden);
  return programExit(command, ended, context.talk);
}
