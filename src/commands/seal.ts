// seal, unseal: logins encrypted with a key that is kept elsewhere, and back to plain private files.

import { run, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { realPath } from "../files/real_path.ts";
import { storeOf } from "../session/store_in_use.ts";
import { configDirectory } from "../settings/location.ts";
import {
  describeSource,
  type KeyChoice,
  keyInEnvironment,
  type KeySource,
  kindOf,
  savedChoice,
} from "../store/key_source.ts";
import { keyIn } from "../store/key.ts";
import { keyOf } from "../store/keys.ts";
import {
  changeChoice,
  forgetOldKeys,
  type KeyChange,
  lockKeys,
  newKey,
  resealAll,
} from "../store/reseal.ts";
import { isShared } from "../store/logins.ts";
import { resealShared, resealWaiting } from "../store/reseal_shared.ts";
import { mayBeSealed } from "../store/sealing.ts";
import { waitingRescues } from "../store/shared_elsewhere.ts";

export interface SealFlags extends CommonFlags {
  readonly keyFile?: string;
  readonly keyCommand?: string;
  /** Which keychain gets a new key. */
  readonly keychain?: "osxkeychain" | "wincred" | "secretservice" | "pass";
  readonly rotate?: boolean;
}

/** Seals every login with the key that is named, or with the present one, or with a new one in the keychain. */
export async function seal(flags: SealFlags, context: CommandContext): Promise<Answer> {
  const change = keyChange(flags, context);
  using _lock = await lockKeys(change);
  const environment = await environmentKey(change);
  const saved = savedChoice(change.configDir);
  const key = await keyToUse(flags, saved, environment, change, context.system);
  assertElsewhere(key, change);
  const isSaved = key.variable === undefined;
  const withKey = ({ key: present, old }: KeyChoice): KeyChoice => {
    const others = [present, ...old].filter((source) => source !== undefined);
    return { key, old: others.filter(({ id }) => id !== key.id) };
  };
  const before = isSaved ? await changeChoice(change, withKey) : saved;
  const old = [before.key, ...before.old, environment].filter((source) => source !== undefined);
  const profiles = await resealAll({ key, old }, change);
  if (isShared(change.configDir, change.system)) {
    profiles.push(...await resealShared({ key, old }, change));
  }
  await resealWaiting({ key, old }, change);
  if (isSaved) await forgetOldKeys(change);
  const { id } = await keyOf(key, change.system);
  return {
    kind: "answer",
    text: `${logins(profiles)} sealed with key ${id} from ${describeSource(key)}.\n` +
      "New logins are sealed with it as well.",
    data: { sealed: kindOf(key), key_id: id, profiles },
  };
}

/** Saves every login as a plain private file again. */
export async function unseal(
  flags: CommonFlags & { readonly yes?: boolean },
  context: CommandContext,
): Promise<Answer> {
  const change = keyChange(flags, context);
  if (isShared(change.configDir, change.system)) throw alwaysSealedError();
  const [waiting] = waitingRescues(change.configDir, change.system);
  if (waiting !== undefined) throw stillWaiting(waiting.path);
  savedChoice(change.configDir); // one that cannot be read may name a key
  if (!mayBeSealed(change.configDir)) {
    const profiles = await (await storeOf(change, context)).names();
    return { kind: "answer", text: "No login is sealed.", data: { sealed: null, profiles } };
  }
  if (!flags.yes) await askFirst(flags, context);
  using _lock = await lockKeys(change);
  const environment = await environmentKey(change);
  const { old } = await changeChoice(change, ({ key, old }) => {
    return { old: [key, ...old].filter((source) => source !== undefined) };
  });
  const sources = environment === undefined ? old : [environment, ...old];
  const profiles = await resealAll({ old: sources }, change);
  await forgetOldKeys(change);
  if (environment?.variable !== undefined) {
    change.warn(`${environment.variable} is set, so the next save seals a login again; unset it`);
  }
  const text = `${logins(profiles)} in plain private files.`;
  return { kind: "answer", text, data: { sealed: null, profiles } };
}

function keyChange(flags: CommonFlags, { system, talk }: CommandContext): KeyChange {
  return { configDir: configDirectory(flags, system), system, warn: talk.warn };
}

function logins({ length }: readonly string[]): string {
  return length === 1 ? "1 login is" : `${length} logins are`;
}

/** The key that a variable names, with its id. */
async function environmentKey({ system }: KeyChange): Promise<KeySource | undefined> {
  const source = keyInEnvironment(system);
  return source && { ...source, id: (await keyOf(source, system)).id };
}

async function keyToUse(
  flags: SealFlags,
  saved: KeyChoice,
  environment: KeySource | undefined,
  change: KeyChange,
  system: CommandContext["system"],
): Promise<KeySource> {
  const { keyFile, keyCommand, keychain, rotate } = flags;
  const named = [keyFile, keyCommand, keychain].filter((flag) => flag !== undefined);
  if (named.length > 1 || (rotate && (keyFile ?? keyCommand) !== undefined)) throw oneKeyOnly();
  if (keyFile !== undefined || keyCommand !== undefined) {
    const source: KeySource = keyFile === undefined
      ? { by: "command", name: keyCommand ?? "" }
      : { by: "file", name: system.absolutePath(keyFile) };
    assertElsewhere(source, change);
    const { id } = await keyOf(source, change.system);
    if (await hasKey(keyCommand ?? "", id)) throw keyInCommandError();
    if (environment !== undefined && environment.id !== id) throw overriddenError(environment);
    return { ...source, id };
  }
  const isNew = rotate || keychain !== undefined;
  if (environment !== undefined) {
    if (isNew) throw overriddenError(environment);
    return environment;
  }
  if (!isNew && saved.key !== undefined) return saved.key;
  if (rotate && keychain === undefined && saved.key !== undefined && saved.key.by !== "keychain") {
    throw foreignKeyError(saved.key);
  }
  const present = saved.key?.by === "keychain" ? saved.key.name : undefined;
  return await newKey(keychain ?? present, change, system.platform);
}

/** @throws {CliError} `usage`: a key beside the logins protects nothing that a copy of the directory holds. */
function assertElsewhere({ by, name }: KeySource, { configDir }: KeyChange): void {
  if (by !== "file") return;
  const place = (path: string): string => ifPossible(() => realPath(path)) ?? path;
  const isBelow = (directory: string): boolean =>
    place(name).startsWith(directory) && /^[/\\]/.test(place(name).slice(directory.length));
  if (![configDir, `${configDir}/credentials`].map(place).some(isBelow)) return;
  throw new CliError("usage", `Cannot use ${name}: the key is in the directory of the logins`, {
    next: "move the key out of there",
  });
}

/** Whether the key itself is in a text, which config.json would then hold. */
async function hasKey(text: string, id: string): Promise<boolean> {
  const words = text.match(/[\w+/-]{43,}=*/g) ?? [];
  const keys = await Promise.all(words.map((word) => keyIn(new TextEncoder().encode(word))));
  return keys.some((key) => key?.id === id);
}

function keyInCommandError(): CliError {
  return new CliError("usage", "Cannot use the key command: the key itself is in it", {
    next: "let the command get the key from where it is kept",
  });
}

function oneKeyOnly(): CliError {
  return new CliError("usage", "Cannot seal with several keys", {
    next: "give one of --key-file, --key-command, --keychain and --rotate",
  });
}

function alwaysSealedError(): CliError {
  return new CliError("usage", "Cannot unseal: logins in a login store are always sealed", {
    next: words`${run("store pull", { flags: "--all" })}, then ${
      run("store use", { flags: "local" })
    }`,
  });
}

/** The key would be forgotten that they are sealed with. */
function stillWaiting(path: string): CliError {
  return new CliError("usage", `Cannot unseal: new tokens for a login store wait in ${path}`, {
    next: words`use that store, and let it have them: ${run("refresh")}`,
  });
}

function overriddenError({ variable = "" }: KeySource): CliError {
  return new CliError("usage", `Cannot choose a key: ${variable} names one and overrides it`, {
    next: words`${run("unseal")}, if logins use this key; then unset ${variable}`,
  });
}

function foreignKeyError(key: KeySource): CliError {
  const reason = `the present one comes from ${describeSource(key)}`;
  return new CliError("usage", `Cannot make a new key: ${reason}`, {
    next: words`${run("seal", { flags: "--key-file NEW_FILE" })}, or --keychain NAME`,
  });
}

async function askFirst({ noColor }: CommonFlags, { system }: CommandContext): Promise<void> {
  const { terminal } = system;
  if (!terminal.stdin || !terminal.stderr) {
    throw new CliError("usage", "Cannot unseal: there is no terminal to ask on", {
      next: run("unseal", { flags: "--yes" }),
    });
  }
  const answer = await terminal.ask({
    text: "Save the tokens in plain files again?",
    initial: "No",
    choices: [{ value: "No", note: "leave them sealed" }, { value: "Yes", note: "unseal them" }],
    plain: noColor === true || system.env("NO_COLOR") !== undefined,
    signal: system.interruption(),
  });
  if (answer === "Yes") return;
  throw new CliError("interrupted", "Cannot unseal: you did not choose Yes", {
    next: run("unseal", { flags: "--yes" }),
  });
}
