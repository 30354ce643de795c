// Gets the key that a source names. Rule: a program is asked once for all reads of a process and once for each lock,
// gets nothing secret, and what it says is quoted only where it cannot be the key.

import { run, type Words, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { field, parseObject } from "../base/json.ts";
import { quoteWords } from "../base/masking.ts";
import { diskReason } from "../files/private_file.ts";
import type { ProgramOutput, System } from "../system/contract.ts";
import { type Key, keyIn } from "./key.ts";
import { describeSource, helperOf, type KeySource } from "./key_source.ts";
import { loadDecrypt } from "./sealed_text.ts";

/** What getting a key needs of the world. */
export type KeySystem = Pick<System, "env" | "ask">;

/** The keys in hand. A lock has a {@link KeySystem} of its own, so that it saves with no key that has gone by then. */
const inHand = new WeakMap<KeySystem, Map<string, Promise<Key>>>();

interface WantedKey {
  /** Another key in hand is looked for again. */
  readonly id?: string | undefined;
  /** What to do when it is lost. */
  readonly ifLost?: Words;
}

/** The key that a source names, and no other. @throws {CliError} `storage` as {@link keyAt}. */
export async function keyOf(source: KeySource, system: KeySystem, ifLost?: Words): Promise<Key> {
  const { id } = source;
  const wanted = ifLost === undefined ? { id } : { id, ifLost };
  const key = await keyAt(source, system, wanted);
  if (id === undefined || id === key.id) return key;
  throw noKey(source, wanted, `another key is there now (${key.id})`, "put the key back");
}

/**
 * The key that is where a source says.
 *
 * @throws {CliError} `storage` when no key is there.
 */
export async function keyAt(
  source: KeySource,
  system: KeySystem,
  wanted: WantedKey = {},
): Promise<Key> {
  const id = wanted.id ?? source.id;
  const keys = inHand.get(system) ?? new Map<string, Promise<Key>>();
  inHand.set(system, keys);
  const name = JSON.stringify(source);
  const known = keys.get(name);
  const key = known && await known;
  if (key !== undefined && (id ?? key.id) === key.id) return key;
  const finding = find(source, system, { ...wanted, id });
  keys.set(name, finding);
  try {
    return await finding;
  } catch (error) {
    if (keys.get(name) === finding) keys.delete(name);
    throw error;
  }
}

/** Why a key is not in hand: which one, where it was looked for, and what to do. */
function noKey(
  source: KeySource,
  { id, ifLost }: WantedKey,
  reason: string,
  next: string,
): CliError {
  const key = id === undefined ? "the key of the logins" : `key ${id} of the logins`;
  const message = `Cannot get ${key} from ${describeSource(source)}: ${reason}`;
  return new CliError("storage", message, {
    next: ifLost === undefined
      ? `${next}, then run the same command again`
      : words`${next}; if the key is lost: ${ifLost}`,
  });
}

async function find(source: KeySource, system: KeySystem, wanted: WantedKey): Promise<Key> {
  const no = (reason: string, next: string): CliError => noKey(source, wanted, reason, next);
  const bytes = await bytesOf(source, system, no);
  const key = await keyIn(bytes);
  if (key !== undefined) return key;
  throw no(
    "it is not a key of 32 bytes (raw, base64 or hex)",
    "put one there (openssl rand -base64 32)",
  );
}

type KeyErrorFactory = (reason: string, next: string) => CliError;

async function bytesOf(
  { by, name, id = "" }: KeySource,
  system: KeySystem,
  no: KeyErrorFactory,
): Promise<Uint8Array<ArrayBuffer>> {
  if (by === "value") return new TextEncoder().encode(system.env(name));
  if (by === "file") {
    const { headOfPipeOrFile } = await import("../files/named_file.ts");
    try {
      return await headOfPipeOrFile(name, LONGEST_KEY);
    } catch (error) {
      throw no(diskReason(error), "put the key there, or make it readable");
    }
  }
  if (by === "keychain") return new TextEncoder().encode(await inKeychain(name, id, system, no));
  const { splitWords } = await import("../system/browser.ts");
  const words = splitWords(name);
  const output = await system.ask(words, "", loadDecrypt);
  if (output.kind === "ended" && output.code === 0) return output.stdout;
  throw no(...failure(output, output.kind === "ended" ? output.stderr : NOTHING, words[0] ?? ""));
}

/** In bytes; a longer text is no key. */
const LONGEST_KEY = 1024;
const NOTHING = new Uint8Array();

/** The text that a keychain has for a key's id. @throws what `no` makes of the reason. */
async function inKeychain(
  name: string,
  id: string,
  system: KeySystem,
  no: KeyErrorFactory,
): Promise<string> {
  const helper = helperOf(name);
  const output = await system.ask([helper, "get"], urlOf(id), loadDecrypt);
  if (output.kind !== "ended" || output.code !== 0) throw no(...helperFailure(output, helper));
  const secret = secretIn(output.stdout);
  if (secret !== "") return secret;
  throw no("credentials not found", "restore the keychain"); // what docker-credential-pass answers
}

function secretIn(answer: Uint8Array<ArrayBuffer>): string {
  const fields = ifPossible(() => parseObject(new TextDecoder().decode(answer)));
  return field(fields ?? {}, "Secret", "string") ?? "";
}

function urlOf(id: string): string {
  return `anaplan-auth://${id}`;
}

/** Puts the text of a key into a keychain. @throws {CliError} `storage`. */
export async function storeKey(source: KeySource, text: string, system: KeySystem): Promise<void> {
  const { name, id = "" } = source;
  const entry = { ServerURL: urlOf(id), Username: "anaplan-auth", Secret: text };
  const output = await system.ask([helperOf(name), "store"], JSON.stringify(entry));
  if (output.kind === "ended" && output.code === 0) return;
  const [reason, next] = helperFailure(output, helperOf(name));
  throw new CliError("storage", `Cannot put a key into ${describeSource(source)}: ${reason}`, {
    reason,
    next: words`${next}; or ${run("seal", { flags: "--key-file FILE" })}`,
  });
}

/** Removes a key from a keychain; a key that does not exist is no failure. @throws {CliError} `storage`. */
export async function eraseKey({ name, id = "" }: KeySource, system: KeySystem): Promise<void> {
  const helper = helperOf(name);
  const output = await system.ask([helper, "erase"], urlOf(id));
  if (output.kind === "ended" && output.code === 0) return;
  const found = await system.ask([helper, "get"], urlOf(id));
  const isGone = found.kind === "ended" && (found.code !== 0 || secretIn(found.stdout) === "");
  if (isGone) return;
  const [reason, next] = helperFailure(output, helper);
  throw new CliError("storage", `Cannot remove key ${id} from the keychain: ${reason}`, { next });
}

/** The helpers print on stdout why they failed; an answer with a key is never that. */
function helperFailure(output: ProgramOutput, helper: string): readonly [string, string] {
  if (output.kind !== "ended") return failure(output, NOTHING, helper);
  return failure(output, output.stdout.length > 0 ? output.stdout : output.stderr, helper);
}

/** Why a program gave no key, and what to do. */
function failure(
  output: ProgramOutput,
  said: Uint8Array<ArrayBuffer>,
  program: string,
): readonly [reason: string, next: string] {
  if (output.kind === "cut") return [output.reason, `see what ${program} waits for`];
  if (output.kind === "not started") {
    return output.isForbidden
      ? [
        `this task may not run ${program}`,
        `use the installed program (deno task install), or add --allow-run=${program} to the task`,
      ]
      : [`${program}: ${output.reason}`, `install ${program}`];
  }
  const [line = ""] = new TextDecoder().decode(said).trim().split("\n");
  const words = line === "" || mayHaveKey(line) ? `exit ${output.code}` : quoteWords(line);
  return [`${program}: ${words}`, "unlock it or sign in to it"];
}

/** Whether a key, or half of one in hex, may be anywhere in a line, whatever is before and behind it. */
function mayHaveKey(line: string): boolean {
  const runs = line.match(/[\w+/-]{43,}/g) ?? []; // base64 has letters of both cases, and paths seldom do
  return runs.some((run) => /[A-Z]/.test(run) && /[a-z]/.test(run)) ||
    /"Secret"|[\da-f]{32}|([\da-f]{2}[ :-]+){15}/i.test(line);
}
