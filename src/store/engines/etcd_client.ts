// The JSON gateway of etcd (3.5, "gRPC gateway"). Rule: a request that may have been done is never sent again by itself; who
// asked finds out what came of it.

import { CliError, toCliError } from "../../base/errors.ts";
import { asObject, field, type Fields } from "../../base/json.ts";
import { readNamedFile } from "../../files/named_file.ts";
import type { HttpRequest } from "../../system/contract.ts";
import type { Address } from "./address.ts";
import type { EngineSystem } from "./engine.ts";
import { refusal, REJECTED, unreachable } from "./etcd_failure.ts";
import { passwordFor } from "./password.ts";

export interface EtcdValue {
  readonly key: string;
  readonly value: string;
  /** The revision at which the value was last changed. */
  readonly modified: string;
}

/** What has to be true, and what is done then. */
export interface Transaction {
  readonly compare: readonly Compare[];
  readonly then: readonly Operation[];
}

/** A key's revisions as they have to be; `0` for a key that does not exist. */
export type Compare = { readonly key: string; readonly created: string } | {
  readonly key: string;
  readonly modified: string;
};

/** One change. */
export type Operation =
  | { readonly put: string; readonly value: string; readonly lease?: string }
  | { readonly remove: string };

/** The members of a cluster, asked one after the other. */
export interface EtcdClient {
  call(path: string, body: Fields): Promise<Fields>;
  get(key: string): Promise<EtcdValue | undefined>;
  list(prefix: string): Promise<readonly EtcdValue[]>;
  /** Whether everything was as it has to be, and the changes were made. */
  transact(transaction: Transaction): Promise<boolean>;
}

/** How long one member may take to answer, in milliseconds. */
const TIMEOUT = 4_000;
/** How long all of them may take together, in milliseconds. */
const LIMIT = 6_000;

/** What cannot be done twice: it may be done although no answer came. */
const ONCE = "/v3/kv/txn";

/** Opens a client; it signs in when it is first used. */
export function etcdClient(address: Address, system: EngineSystem): EtcdClient {
  const send = inTurn(address, system);
  const call = authenticatedCalls(send, () => authenticate(address, system, send));
  const range = async (body: Fields): Promise<readonly EtcdValue[]> => {
    const { kvs } = await call("/v3/kv/range", body);
    return Array.isArray(kvs) ? kvs.map((entry) => valueOf(asObject(entry) ?? {})) : [];
  };
  return {
    call,
    get: async (key) => (await range({ key: encoded(key) }))[0],
    list: (prefix) => range({ key: encoded(prefix), range_end: encoded(prefixEnd(prefix)) }),
    async transact({ compare, then }) {
      const body = { compare: compare.map(comparison), success: then.map(request) };
      return (await call("/v3/kv/txn", body)).succeeded === true;
    },
  };
}

/**
 * Asks one member after the other. Each gets its part of the time, since one that is frozen takes connections and never
 * answers; one that failed is the last to be asked from then on.
 */
function inTurn(address: Address, system: EngineSystem): Send {
  const origins = [...address.origins];
  const timeout = Math.min(TIMEOUT, LIMIT / origins.length);
  let trusted: Trusted | undefined;
  return async (path, body, authorization) => {
    let failure: CliError | undefined;
    for (const origin of [...origins]) {
      try {
        trusted ??= certificates(address, system);
        const asking = { url: `${origin}${path}`, body, authorization, timeout, trusted };
        return await postJson(asking, address, system);
      } catch (error) {
        failure = toCliError(error);
        if (failure.kind !== "unavailable") throw failure;
        origins.push(...origins.splice(origins.indexOf(origin), 1));
        // a member that was not reached did nothing; after any other failure it may have
        if (failure.answerLost && path === ONCE) throw failure;
      }
    }
    throw failure ?? new Error("an address has a host");
  };
}

type Send = (path: string, body: Fields, authorization?: string) => Promise<Fields>;

/** Calls with a sign-in that is made when it is needed, and once more when etcd has ended it: a restart does. */
function authenticatedCalls(
  send: Send,
  signIn: () => Promise<string | undefined>,
): (path: string, body: Fields) => Promise<Fields> {
  let token: Promise<string | undefined> | undefined;
  return async (path, body) => {
    for (let isAgain = false;; isAgain = true) {
      try {
        token ??= signIn();
        return await send(path, body, await token);
      } catch (error) {
        token = undefined; // a sign-in that failed is not kept
        const isEnded = error instanceof CliError && error.reason === REJECTED;
        if (!isEnded || isAgain) throw error;
      }
    }
  };
}

async function authenticate(
  address: Address,
  system: EngineSystem,
  send: (path: string, body: Fields) => Promise<Fields>,
): Promise<string | undefined> {
  if (address.user === undefined) return undefined;
  const password = (await passwordFor(address, system))?.reveal() ?? "";
  return field(
    await send("/v3/auth/authenticate", { name: address.user, password }),
    "token",
    "string",
  );
}

/** One request to one member. */
interface Asking {
  readonly url: string;
  readonly body: Fields;
  readonly authorization: string | undefined;
  readonly timeout: number;
  readonly trusted: Trusted;
}

async function postJson(
  { url, body, authorization, timeout, trusted }: Asking,
  address: Address,
  system: EngineSystem,
): Promise<Fields> {
  let response: Response;
  try {
    response = await system.fetch({
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: JSON.stringify(body),
      ...trusted,
      timeout,
    });
  } catch (thrown) {
    throw unreachable(thrown, address);
  }
  const fields = await response.json().then(asObject, () => undefined);
  if (response.ok && fields !== undefined) return fields;
  throw refusal(fields ?? {}, address);
}

/** Whose certificates are trusted, and which one is shown. */
type Trusted = Pick<HttpRequest, "caCertificates" | "clientCertificate">;

/** @throws {CliError} when a file cannot be read. */
function certificates({ parameters }: Address, { env }: EngineSystem): Trusted {
  const files = [parameters.get("sslrootcert"), env("ANAPLAN_CA_FILE")];
  const read = (name: string): string => readNamedFile(parameters.get(name) ?? "", name);
  return {
    caCertificates: files.filter((path) => path !== undefined)
      .map((path) => readNamedFile(path, "sslrootcert or ANAPLAN_CA_FILE")),
    clientCertificate: parameters.has("cert")
      ? { cert: read("cert"), key: read("key") }
      : undefined,
  };
}

function comparison(compare: Compare): Fields {
  const key = encoded(compare.key);
  return "created" in compare
    ? { key, target: "CREATE", result: "EQUAL", create_revision: compare.created }
    : { key, target: "MOD", result: "EQUAL", mod_revision: compare.modified };
}

function request(operation: Operation): Fields {
  if ("remove" in operation) return { request_delete_range: { key: encoded(operation.remove) } };
  const { put, value, lease } = operation;
  return { request_put: { key: encoded(put), value: encoded(value), ...(lease ? { lease } : {}) } };
}

function valueOf(fields: Fields): EtcdValue {
  const text = (name: string): string => field(fields, name, "string") ?? "";
  return {
    key: decoded(text("key")),
    value: decoded(text("value")),
    modified: text("mod_revision"),
  };
}

/** The first key behind all that begin with a prefix. */
function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function encoded(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function decoded(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text));
}
