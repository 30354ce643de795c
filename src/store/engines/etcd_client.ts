// The JSON gateway of etcd (3.5, "gRPC gateway"). Rule: a request that may have been done is never sent again by itself; who
// asked finds out what came of it.

import { CliError, toCliError } from "../../base/errors.ts";
import { asObject, field, type Fields } from "../../base/json.ts";
import { quoted } from "../../base/text.ts";
import { readNamedFile } from "../../files/named_file.ts";
import type { Address } from "./address.ts";
import type { EngineSystem } from "./engine.ts";
import { passwordFor } from "./password.ts";

/** A key with its value. */
export interface EtcdValue {
  readonly key: string;
  readonly value: string;
  /** The revision at which the key was made. */
  readonly created: string;
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

const CERTIFICATE_ADVICE =
  "see whether etcd wants a client certificate of its authority (cert and key in the address), then try again";
const REJECTED = "it rejected the user or the password";

/** Opens a client; it signs in when it is first used. */
export function etcdClient(address: Address, system: EngineSystem): EtcdClient {
  const send = async (path: string, body: Fields, authorization?: string): Promise<Fields> => {
    let failure: CliError | undefined;
    for (const origin of address.origins) {
      try {
        return await asked(`${origin}${path}`, body, authorization, address, system);
      } catch (error) {
        failure = toCliError(error);
        // a member that was not reached did nothing; after any other failure it may have
        if (failure.kind !== "unavailable" || failure.answerLost) throw failure;
      }
    }
    throw failure ?? new Error("an address has a host");
  };
  const call = signedCalls(send, () => signedIn(address, system, send));
  const range = async (body: Fields): Promise<readonly EtcdValue[]> => {
    const { kvs } = await call("/v3/kv/range", body);
    return Array.isArray(kvs) ? kvs.map((entry) => valueOf(asObject(entry) ?? {})) : [];
  };
  return {
    call,
    get: async (key) => (await range({ key: encoded(key) }))[0],
    list: (prefix) => range({ key: encoded(prefix), range_end: encoded(after(prefix)) }),
    async transact({ compare, then }) {
      const body = { compare: compare.map(comparison), success: then.map(request) };
      return (await call("/v3/kv/txn", body)).succeeded === true;
    },
  };
}

type Send = (path: string, body: Fields, authorization?: string) => Promise<Fields>;

/** Calls with a sign-in that is made when it is needed, and once more when etcd has ended it: a restart does. */
function signedCalls(
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

async function signedIn(
  address: Address,
  system: EngineSystem,
  send: (path: string, body: Fields) => Promise<Fields>,
): Promise<string | undefined> {
  if (address.user === undefined) return undefined;
  const password = passwordFor(address, system)?.reveal() ?? "";
  return field(
    await send("/v3/auth/authenticate", { name: address.user, password }),
    "token",
    "string",
  );
}

async function asked(
  url: string,
  body: Fields,
  authorization: string | undefined,
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
      ...certificates(address, system),
      timeout: TIMEOUT,
    });
  } catch (thrown) {
    const error = toCliError(thrown);
    if (error.kind !== "unavailable") throw error;
    const reason = error.reason ?? "no answer came";
    const mayWantCertificate = address.isEncrypted && error.answerLost && !error.timedOut;
    throw error.with({
      message: `Cannot reach the login store ${address.name}: ${reason}`,
      reason,
      // TLS 1.3 lets a client speak before it is rejected, and often only the cut is seen
      ...(mayWantCertificate ? { next: CERTIFICATE_ADVICE } : {}),
    });
  }
  const fields = await response.json().then(asObject, () => undefined);
  if (response.ok && fields !== undefined) return fields;
  throw refusal(fields ?? {}, address);
}

/** Whose certificates are trusted, and which one is shown. @throws {CliError} when a file cannot be read. */
function certificates({ parameters }: Address, { env }: EngineSystem) {
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

/** What a gRPC status means here (google.rpc.Code). */
function refusal(fields: Fields, { name, user }: Address): CliError {
  const code = field(fields, "code", "number");
  const cannot = (reason: string, next: string): CliError =>
    new CliError("storage", `Cannot use the login store ${name}: ${reason}`, { reason, next });
  if (code === 3 && user === undefined) {
    return cannot("it wants a user, and the address names none", "write etcds://USER@HOST/PREFIX");
  }
  if (code === 3 || code === 16) {
    return cannot(
      REJECTED,
      "check the user and its password (ANAPLAN_AUTH_STORE_PASSWORD_FILE)",
    );
  }
  if (code === 7) {
    return cannot(
      "the user lacks a privilege on its keys",
      "grant it read and write on the prefix",
    );
  }
  if (code === 8) return cannot("its disk is full", "free space in etcd, then try again");
  if (code !== 4 && code !== 5 && code !== 14) {
    return cannot(
      `it answered with error ${quoted(`${code ?? "unknown"}`)}`,
      "look at the log of etcd",
    );
  }
  const reason = "it has no leader now";
  return new CliError("unavailable", `Cannot reach the login store ${name}: ${reason}`, {
    reason,
    next: "check that most of its members run, then try again",
    answerLost: true,
  });
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
    created: text("create_revision"),
    modified: text("mod_revision"),
  };
}

/** The first key behind all that begin with a prefix. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function encoded(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function decoded(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text));
}
