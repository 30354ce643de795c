// store: one login for many machines, in a database that they all reach.

import { run, type Words, words } from "../base/advice.ts";
import { CliError } from "../base/errors.ts";
import { table } from "../base/lines.ts";
import { isoTime, shellWord } from "../base/text.ts";
import { dateTime } from "../base/times.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { configDirectory, placeOf } from "../settings/location.ts";
import { openStore } from "../store/logins.ts";
import { type SharedStore, sharedStore } from "../store/shared_store.ts";
import {
  type Address,
  engineAt,
  parseAddress,
  presentAddress,
  type Row,
  saveAddress,
} from "../store/store_choice.ts";
import { sameTokenSet } from "../oauth/token_sets.ts";

/** The flags of `store init`. */
export interface StoreInitFlags extends CommonFlags {
  /** Print what would be done. */
  readonly print?: boolean;
}

/** The flags of `store push` and `store pull`. */
export interface StoreMoveFlags extends CommonFlags {
  readonly all?: boolean;
}

/** Makes the tables, or prints the SQL that makes them. */
export async function storeInit(
  flags: StoreInitFlags,
  { system }: CommandContext,
  text: string,
): Promise<Answer> {
  const address = addressIn(text, flags, system);
  const engine = engineAt(address, system);
  const sql = await engine.creation();
  if (!flags.print) await engine.create();
  return {
    kind: "answer",
    text: flags.print
      ? sql
      : words`The login store ${address.name} is ready.\nNext: ${
        run("store use", { flags: shellWord(address.text) })
      }`,
    data: { store: address.text, sql },
  };
}

/** Chooses the store of this computer; `local` for its own files. */
export async function storeUse(
  flags: CommonFlags,
  { system, talk }: CommandContext,
  text: string,
): Promise<Answer> {
  const configDir = configDirectory(flags, system);
  const address = text === "local" ? undefined : addressIn(text, flags, system);
  if (address !== undefined) {
    await sharedStore(configDir, system, talk.warn, { address }).engine.rows(talk.warn);
  }
  await saveAddress(configDir, address, system, talk.warn);
  if (system.env("ANAPLAN_AUTH_STORE") !== undefined) {
    talk.warn("ANAPLAN_AUTH_STORE is set and goes before this choice");
  }
  const here = await openStore(configDir, system, talk.warn).names();
  const left: Words = address === undefined || here.length === 0
    ? ""
    : words`\nLogins of this computer that are not in it: ${here.join(", ")}.\nTo move them: ${
      run("store push", { flags: "--all" })
    }`;
  return {
    kind: "answer",
    text: address === undefined
      ? "Logins are in files of this computer from now on."
      : words`Logins are in the login store ${address.name} from now on.${left}`,
    data: { store: address?.text ?? null },
  };
}

/** Moves logins of this computer, with their settings, into the store. */
export async function storePush(flags: StoreMoveFlags, context: CommandContext): Promise<Answer> {
  const { configDir, store, warn } = storeIn(flags, context);
  const files = openStore(configDir, context.system, warn);
  const names = flags.all ? await files.names() : [placeOf(flags, context.system).profile];
  const moved: string[] = [];
  for (const name of names) {
    await using here = await files.lock(name);
    const login = await here.load();
    if (login === undefined) continue;
    await using there = await store.lock(name);
    const present = await there.load();
    if (present !== undefined && !sameTokenSet(present, login)) {
      throw hasLogin(name, store.sharedAt);
    }
    if (present === undefined) await there.save(login);
    await here.remove(); // last: a kill leaves both, and the same command finishes the work
    moved.push(name);
  }
  return movedTo(`the login store ${store.sharedAt}`, moved, store);
}

/** Moves logins, with their settings, from the store to this computer; the others lose them. */
export async function storePull(flags: StoreMoveFlags, context: CommandContext): Promise<Answer> {
  const { configDir, store, warn } = storeIn(flags, context);
  const files = openStore(configDir, context.system, warn);
  const names = flags.all ? await store.names() : [placeOf(flags, context.system).profile];
  const moved: string[] = [];
  for (const name of names) {
    await using there = await store.lock(name);
    const login = await there.load();
    if (login === undefined) continue;
    await using here = await files.lock(name);
    const present = await here.load();
    if (present !== undefined && !sameTokenSet(present, login)) throw hasLogin(name, configDir);
    if (present === undefined) await here.save(login);
    await there.remove();
    moved.push(name);
  }
  return movedTo("files of this computer", moved, store);
}

/** Says where logins are, who saved them, and how the database copies them. */
export async function storeStatus(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const configDir = configDirectory(flags, context.system);
  const here = await openStore(configDir, context.system, context.talk.warn).names();
  if (presentAddress(configDir, context.system) === undefined) return filesStatus(configDir, here);
  const { store, warn } = storeIn(flags, context);
  const { version, replication, warning } = await store.engine.health();
  const rows = [...await store.engine.rows(warn)].filter(([, { login }]) => login !== undefined);
  if (warning !== undefined) context.talk.warn(warning);
  const facts = table([
    ["Store", store.address.text],
    ["Server", version],
    ["Replication", replication],
  ]);
  const lines = rows.map(([profile, row]) => [profile, inWords(row)] as const);
  return {
    kind: "answer",
    text: words`${facts}\n\n${lines.length === 0 ? "No login is in it." : table(lines)}${
      notMoved(here)
    }`,
    data: {
      store: store.address.text,
      server: version,
      replication,
      warning: warning ?? null,
      logins: rows.map(([profile, row]) => ({ profile, ...asData(row) })),
      in_files: here,
    },
  };
}

function filesStatus(configDir: string, profiles: readonly string[]): Answer {
  const none = { store: null, server: null, replication: null, warning: null, logins: [] };
  return {
    kind: "answer",
    text: words`Logins are in files of this computer (${configDir}).\nTo share them: ${
      run("store use", { flags: "postgresql://USER@HOST/DATABASE" })
    }`,
    data: { ...none, in_files: profiles },
  };
}

/** Logins that this computer also keeps in its files: a move was interrupted, or was never begun. */
function notMoved(profiles: readonly string[]): Words {
  if (profiles.length === 0) return "";
  return words`\n\nIn files of this computer: ${profiles.join(", ")}.\nTo move them: ${
    run("store push", { flags: "--all" })
  }`;
}

function inWords({ generation, savedBy = "another process", savedAt = 0, attempt }: Row): string {
  const refreshing = attempt === undefined ? "" : `; being refreshed by ${attempt.by}`;
  return `generation ${generation}, saved ${dateTime(savedAt)} by ${savedBy}${refreshing}`;
}

function asData({ generation, savedBy, savedAt, attempt }: Row) {
  return {
    generation,
    saved_by: savedBy ?? null,
    saved_at: savedAt === undefined ? null : isoTime(savedAt),
    refreshing_by: attempt?.by ?? null,
  };
}

function storeIn(flags: CommonFlags, { system, talk }: CommandContext): {
  readonly configDir: string;
  readonly store: SharedStore;
  readonly warn: (text: Words) => void;
} {
  const configDir = configDirectory(flags, system);
  return { configDir, store: sharedStore(configDir, system, talk.warn), warn: talk.warn };
}

/** An address that was typed. @throws {CliError} `usage` for one with a password: other users see it. */
function addressIn(
  text: string,
  { caFile = [] }: CommonFlags,
  { absolutePath }: CommandContext["system"],
): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const file = caFile[0] ?? url?.searchParams.get("sslrootcert");
  if (url !== undefined && file) url.searchParams.set("sslrootcert", absolutePath(file));
  const address = parseAddress(url?.href ?? text, "the argument");
  if (address.password === undefined) return address;
  throw new CliError(
    "usage",
    "Cannot take a password on the command line: other users can see it",
    {
      next: "leave it out; PGPASSFILE or ANAPLAN_AUTH_STORE_PASSWORD_FILE can name it",
    },
  );
}

function movedTo(where: string, profiles: readonly string[], store: SharedStore): Answer {
  const text = profiles.length === 0
    ? "There was no login to move."
    : `Moved to ${where}: ${profiles.join(", ")}.`;
  return { kind: "answer", text, data: { store: store.address.text, profiles } };
}

function hasLogin(profile: string, where: string): CliError {
  return new CliError(
    "usage",
    `Cannot move profile ${profile}: another login of it is in ${where}`,
    {
      // `logout` would end the one in use for every computer, which may be the good one
      next: words`see which one is newer: ${run("store status", { profile })}`,
    },
  );
}
