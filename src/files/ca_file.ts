// Files of certificate authorities, which decide whom the program believes. Rule: a file that another user
// can change, or put another one in the place of, is not trusted.

import { run, shell, shellWord, type Words, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { belongsToAnotherUser, pathParts, readNamedFile } from "./named_file.ts";

/** Its members are administrators, and Homebrew's directories are theirs. */
const MACOS_ADMIN_GROUP = 80;

interface CaSettings {
  readonly caFiles: readonly string[];
  readonly ambientCaFile: string | undefined;
}

/** The PEM texts of all certificate authorities that are to be trusted besides the built-in ones. */
export function caCertificates({ caFiles, ambientCaFile }: CaSettings): string[] {
  trustedByDeno(); // throws
  const named = caFiles.map((path) => {
    const text = readCaFile(
      path,
      words`--ca-file or ANAPLAN_CA_FILE; a saved one: ${run("profile set --unset ca-file")}`,
    );
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    throw new CliError(
      "usage",
      `Cannot use ${path} as CA file: there is no PEM certificate in it`,
      {
        next: words`convert it (${
          shell("openssl x509 -inform der -in FILE -out FILE.pem")
        }) and give that`,
      },
    );
  });
  if (ambientCaFile === undefined) return named;
  assertTrustworthy(ambientCaFile, ", or unset SSL_CERT_FILE");
  // as other programs do: a variable that leads nowhere is no failure
  return [...named, ...ifPossible(() => [readNamedFile(ambientCaFile, "SSL_CERT_FILE")]) ?? []];
}

/**
 * The text of a CA file.
 *
 * @param naming the flag or variable that it was named with.
 * @throws {CliError} `usage` when it cannot be read, or as {@link assertTrustworthy}.
 */
export function readCaFile(path: string, naming: Words): string {
  assertTrustworthy(path);
  return readNamedFile(path, naming);
}

/**
 * Makes sure that only the user and root can change a file, and every link and directory that leads to it.
 * What does not exist, or cannot be looked at, is left to the reader.
 *
 * @param path an absolute one; what a relative one names depends on where the program runs.
 * @param otherwise what else the user can do about it.
 * @throws {CliError} `usage`
 */
export function assertTrustworthy(path: string, otherwise = ""): void {
  if (!isAbsolute(path)) {
    throw new CliError("usage", `Cannot trust ${path}: it is not an absolute path`, {
      next: `name the CA file with its whole path, from / on${otherwise}`,
    });
  }
  const leadsSomewhere = ifPossible(() => Deno.statSync(path)) !== undefined;
  const found = leadsSomewhere ? firstUnsafe(path) : undefined;
  if (found === undefined) return;
  const it = found.path === path ? "it" : found.path;
  throw found.isForeign
    ? new CliError("usage", `Cannot trust ${path}: ${it} belongs to another user`, {
      next: `copy the file to a directory of your own and name the copy${otherwise}`,
    })
    : new CliError("usage", `Cannot trust ${path}: other users can change ${it}`, {
      next: words`${shell(`chmod go-w ${shellWord(found.path)}`)}${otherwise}`,
    });
}

/** Variables whose CA file Deno itself trusts, at every connection. */
const DENO_VARIABLES = ["DENO_CERT", "NODE_EXTRA_CA_CERTS"] as const;

/**
 * The CA files that Deno itself trusts, each with the variable that names it.
 *
 * @throws {CliError} `usage` as {@link assertTrustworthy}: Deno does not look at who can change them.
 */
export function trustedByDeno(): string[] {
  return DENO_VARIABLES.flatMap((variable) => {
    const named = Deno.env.get(variable);
    if (!named) return [];
    const path = isAbsolute(named) ? named : `${Deno.cwd()}/${named}`;
    assertTrustworthy(path, `, or unset ${variable}`);
    return [`${path} (${variable})`];
  });
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(path);
}

/** The first part of the way to the path that another user can change; `isForeign` when it is theirs. */
function firstUnsafe(path: string): { path: string; isForeign: boolean } | undefined {
  for (const { path: part, info } of pathParts(path)) {
    const isForeign = info !== undefined && belongsToAnotherUser(info);
    if (info === undefined || isForeign || isOpen(info)) return { path: part, isForeign };
  }
}

/** Whether others can change it. In a directory with the sticky bit they cannot touch what is not theirs. */
function isOpen({ mode, gid, isSymlink, isDirectory }: Deno.FileInfo): boolean {
  const bits = mode ?? 0;
  if (isSymlink || (isDirectory && (bits & 0o1000) !== 0)) return false;
  const isAdmins = Deno.build.os === "darwin" && gid === MACOS_ADMIN_GROUP;
  return (bits & (isAdmins ? 0o002 : 0o022)) !== 0;
}
