// store: one login for many machines, in a database that they all reach.

import { everyLogin } from "../session/every_profile.ts";
import { run, shellWord, type Words, words } from "../base/words.ts";
import { forEachOf } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { configDirectory, profileLocation } from "../settings/location.ts";
import { assertProfileExists } from "../settings/settings.ts";
import type { LoginStore } from "../store/locking.ts";
import { openStore } from "../store/logins.ts";
import type { MovingPlace } from "../store/moving.ts";
import { sharedStore } from "../store/shared_store.ts";
import { warnOfWaiting } from "../store/shared_elsewhere.ts";
import { type Address, engineAt, parseAddress, saveAddress } from "../store/store_choice.ts";

export interface StoreMoveFlags extends CommonFlags {
  readonly all?: boolean;
}

/** Makes the tables, or prints the SQL that makes them. */
export async function storeInit(
  flags: CommonFlags & { readonly print?: boolean },
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
  warnOfWaiting(configDir, system, talk.warn);
  if (system.env("ANAPLAN_AUTH_STORE") !== undefined) {
    talk.warn("ANAPLAN_AUTH_STORE is set, and overrides this choice");
  }
  const here = await everyLogin(openStore(configDir, system, talk.warn));
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
export function storePush(flags: StoreMoveFlags, context: CommandContext): Promise<Answer> {
  return moveAll(true, flags, context);
}

/** Moves logins, with their settings, from the store to this computer; the others lose them. */
export function storePull(flags: StoreMoveFlags, context: CommandContext): Promise<Answer> {
  return moveAll(false, flags, context);
}

async function moveAll(
  isPush: boolean,
  flags: StoreMoveFlags,
  { system, talk }: CommandContext,
): Promise<Answer> {
  const configDir = configDirectory(flags, system);
  const store = sharedStore(configDir, system, talk.warn, { keepsSettings: true });
  const { filesName, moveLogin } = await import("../store/moving.ts");
  const here = { store: openStore(configDir, system, talk.warn), name: filesName(configDir) };
  const there = { store, name: store.address.text };
  const from: MovingPlace = isPush ? here : there;
  const to: MovingPlace = isPush ? there : here;
  const names = flags.all ? await everyLogin(from.store) : [profileLocation(flags, system).profile];
  const moved: string[] = [];
  const failure = await forEachOf(names, async (name) => {
    if (await moveLogin(name, from, to)) moved.push(name);
  });
  // a typo must not look like a login that was moved
  if (failure === undefined && moved.length === 0 && !flags.all) {
    assertProfileExists(profileLocation(flags, system), "Cannot move a login");
  }
  if (failure === undefined) return movedReply(to.store, moved, there.name);
  if (moved.length > 0) talk.insist(movedText(to.store, moved));
  throw failure;
}

function movedText({ sharedAt }: LoginStore, profiles: readonly string[]): string {
  const where = sharedAt === undefined ? "files of this computer" : `the login store ${sharedAt}`;
  return `Moved to ${where}: ${profiles.join(", ")}.`;
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
  const address = parseAddress(url?.href ?? text, undefined);
  if (address.password === undefined) return address;
  throw new CliError(
    "usage",
    "Cannot take a password on the command line: other users can see it",
    { next: "leave it out; PGPASSFILE or ANAPLAN_AUTH_STORE_PASSWORD_FILE can name it" },
  );
}

function movedReply(to: LoginStore, profiles: readonly string[], store: string): Answer {
  const text = profiles.length === 0 ? "There was no login to move." : movedText(to, profiles);
  return { kind: "answer", text, data: { store, profiles } };
}
