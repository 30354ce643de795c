// Where a login is: the configuration directory, and which profile is meant. Rule: what is in the profile
// is not read; to print a fresh token, nothing more has to be known.

import { isProfileName, run, type Words } from "../base/words.ts";
import type { CommonFlags } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { field, type Fields, parseFile } from "../base/json.ts";
import { listNames, readIn } from "../files/private_file.ts";
import type { System } from "../system/contract.ts";

/** The directory and the profile that a command is about. */
export interface ProfileLocation {
  readonly configDir: string;
  readonly profile: string;
}

type LocationSystem = Pick<System, "env" | "platform" | "absolutePath">;

/** The place that flags and environment name, or that was chosen when they name none. */
export function profileLocation(flags: CommonFlags, system: LocationSystem): ProfileLocation {
  const configDir = configDirectory(flags, system);
  const profile = flags.profile ?? system.env("ANAPLAN_PROFILE") ?? profileInUse(configDir);
  if (isProfileName(profile)) return { configDir, profile };
  throw new CliError("usage", `Cannot use the profile name "${profile}"`, {
    next: "use a-z, 0-9, - and _, such as --profile eu-test",
  });
}

/** Where logins are kept: the flag, the variable, or the platform's place for settings. */
export function configDirectory(
  flags: CommonFlags,
  { env, platform, absolutePath }: LocationSystem,
): string {
  const named = flags.configDir ?? env("ANAPLAN_AUTH_CONFIG_DIR");
  if (named !== undefined) return absolutePath(named);
  const directory = (name: string): string | undefined => directoryIn(name, { env, platform });
  const home = directory("HOME");
  const base = platform === "windows"
    ? directory("APPDATA")
    : directory("XDG_CONFIG_HOME") ?? (home && `${home}/.config`);
  if (base !== undefined) return `${base}/anaplan-auth`;
  throw new CliError("usage", "Cannot tell where logins are stored: HOME is not set", {
    next: "use --config-dir or ANAPLAN_AUTH_CONFIG_DIR",
  });
}

/**
 * The directory that a variable names. A relative one counts as none (XDG Base Directory Specification,
 * "Environment variables"): it would be another one wherever a command is run.
 */
export function directoryIn(
  name: string,
  { env, platform }: Pick<System, "env" | "platform">,
): string | undefined {
  const path = env(name);
  if (path === undefined) return undefined;
  const isAbsolute = platform === "windows" ? /^([a-z]:)?[/\\]/i.test(path) : path.startsWith("/");
  return isAbsolute ? path : undefined;
}

/** The profile that is used when none is named; `undefined` when you chose none. */
export function currentProfile(configDir: string): string | undefined {
  return readJson(
    configDir,
    "config.json",
    (fields) => field(fields, "currentProfile", "string"),
    [run("profile use NAME"), ", or name the profile with --profile"],
  );
}

/** The profile that is used when none is named: the chosen one, else the only one there is. */
export function profileInUse(configDir: string): string {
  return currentProfile(configDir) ?? impliedProfile(configDir);
}

/** The profile that is used while none is chosen. */
export function impliedProfile(configDir: string): string {
  const [only = "default", ...others] = profileNames(configDir);
  return others.length === 0 ? only : "default";
}

/** The names of all profiles, sorted. */
export function profileNames(configDir: string): string[] {
  return listNames(`${configDir}/profiles`);
}

/** What `read` makes of a file of settings; `undefined` when there is none. `next` as in {@link readIn}. */
export function readJson<T>(
  configDir: string,
  file: string,
  read: (fields: Fields) => T,
  next: Words,
): T | undefined {
  return readIn(configDir, file, (text) => read(parseFile(text)), next);
}
