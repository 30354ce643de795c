// The address of a shared store, as a person gives it. Rule: a password in it is used, and neither shown nor saved; a
// connection that others could read or take over is refused by name.

import { CliError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";

export interface Address {
  readonly kind: "postgresql" | "etcd";
  /** Without brackets; a directory for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** The database, or for etcd the prefix of the keys. */
  readonly path: string;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** Whether the connection is encrypted, with a certificate that is for this host. */
  readonly isEncrypted: boolean;
  /** Where etcd is asked: at the host, then at each other member. */
  readonly origins: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  /** Such as `db.example.com:5432`. */
  readonly name: string;
  /** The whole address without a password. */
  readonly text: string;
  /** The name of a directory for it. */
  readonly slug: string;
}

const SCHEMES: Readonly<Record<string, readonly [Address["kind"], port: number, isTls: boolean]>> =
  {
    "postgresql:": ["postgresql", 5432, false],
    "postgres:": ["postgresql", 5432, false],
    "etcds:": ["etcd", 2379, true],
    "etcd:": ["etcd", 2379, false],
  };

const PARAMETERS: Readonly<Record<Address["kind"], readonly string[]>> = {
  postgresql: ["sslmode", "sslrootcert", "host"],
  etcd: ["sslrootcert", "members", "cert", "key"],
};

/**
 * Reads an address.
 *
 * @param naming what names it, for the message: a variable or a file; `undefined` when it was typed.
 * @throws {CliError} `usage` when it is not an address, or the connection would not be safe.
 */
export function parseAddress(text: string, naming: string | undefined): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [kind, usualPort, isTls] = SCHEMES[url?.protocol ?? ""] ?? [];
  if (url === undefined || kind === undefined || usualPort === undefined) {
    throw unusable(naming, "it is not the address of a store", EXAMPLE);
  }
  const parameters = new Map(url.searchParams);
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS[kind].includes(name));
  if (unknown !== undefined) throw unusable(naming, `${unknown} is not known`, EXAMPLE);
  if (parameters.has("cert") !== parameters.has("key")) {
    throw unusable(naming, "cert and key belong together", "name both files, or neither");
  }
  const host = decoded(parameters.get("host") ?? url.hostname.replace(/^\[|\]$/g, ""), naming);
  if (host === "") throw unusable(naming, "it names no host", EXAMPLE);
  const port = Number(url.port) || usualPort;
  const path = decoded(url.pathname.replace(/^\//, ""), naming);
  if (kind === "postgresql" && path === "") throw unusable(naming, "it names no database", EXAMPLE);
  const user = decoded(url.username, naming) || undefined;
  if (kind === "postgresql" && user === undefined) {
    throw unusable(naming, "it names no user", EXAMPLE);
  }
  const name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const password = url.password === "" ? undefined : new Secret(decoded(url.password, naming));
  url.password = "";
  const others = parameters.get("members")?.split(",") ?? [];
  const isEtcd = kind === "etcd";
  return {
    ...{ kind, host, port, path, user, password, parameters, name, text: url.href },
    isEncrypted: isEtcd ? isTls === true : isEncrypted(host, parameters.get("sslmode"), naming),
    origins: isEtcd ? [name, ...others].map((each) => originOf(each, isTls === true, naming)) : [],
    slug: encodeURIComponent(`${kind} ${user ?? ""} ${name} ${path}`),
  };
}

const EXAMPLE = "give one such as postgresql://anaplan@db.example.com/anaplan";

function decoded(text: string, naming: string | undefined): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable(naming, "a % in it is not followed by two digits", "write % as %25");
  }
}

function isThisComputer(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" ||
    /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where a member of etcd is asked. @throws {CliError} `usage` for a connection that is not safe. */
function originOf(member: string, isTls: boolean, naming: string | undefined): string {
  const text = `${isTls ? "https" : "http"}://${member}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.href !== `${url.origin}/`) {
    throw unusable(naming, "a member is not HOST:PORT", "separate the members by commas");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isTls || isThisComputer(host)) return url.origin;
  const reason = `${host} is another computer, and etcd:// is not encrypted`;
  throw unusable(naming, reason, "write etcds://");
}

/** Of PostgreSQL. @throws {CliError} `usage` for a connection that is not safe. */
function isEncrypted(
  host: string,
  sslmode: string | undefined,
  naming: string | undefined,
): boolean {
  const isHere = isThisComputer(host);
  if (sslmode === "verify-full") return true;
  if (isHere && (sslmode === undefined || sslmode === "disable")) return false;
  if (sslmode === undefined) return true;
  const why = isHere ? "it is neither disable nor verify-full" : "it does not check who answers";
  throw unusable(
    naming,
    `sslmode=${sslmode}: ${why}`,
    "write sslmode=verify-full, or leave it out",
  );
}

function unusable(naming: string | undefined, reason: string, next: string): CliError {
  const where = naming === undefined ? "" : ` in ${naming}`;
  return new CliError("usage", `Cannot use the store address${where}: ${reason}`, { next });
}
