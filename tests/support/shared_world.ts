// Several computers with one login in one store: a home directory for each, a sandbox and a database.
// Rule: the row is looked at and changed by hand, with the key and with SQL, never through the program's code.
import { assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Credentials, type CredentialsChange, type Home, makeHome } from "./home.ts";
import type { Etcd } from "./etcd.ts";
import type { Postgres } from "./postgres.ts";
import { type Outcome, type Program, runProgram, startProgram } from "./program.ts";
import { newKey, openByHand, sealByHand } from "./sealed.ts";
import { signInHere } from "./sign_in.ts";

/** The computers, and what they share. */
export interface SharedWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly database: Database;
  readonly homes: readonly Home[];
  readonly key: string;
  readonly keyFile: string;
  /** What every command of every computer has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command on one of the computers. */
  run(
    home: number,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Outcome>;
  start(
    home: number,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Program>;
  /** The login in the store, opened with the key. */
  login(): Promise<Credentials>;
  /** Changes some fields of it, and removes every copy. */
  change(change: CredentialsChange): Promise<void>;
  /** The same with an access token that expired. */
  makeStale(): Promise<void>;
  /** A column of the row. */
  column(name: string): Promise<string>;
  /** The requests with a refresh token since an earlier number of them, by their status. */
  refreshes(since?: number): number[];
  /** What one computer keeps of the store, by the end of its name. */
  kept(home: number, end: string): string[];
}

/** The database, as its administrator sees it. */
export interface Database {
  /** The address for anaplan-auth, with the password in it. */
  readonly url: string;
  /** Removes everything of anaplan-auth. */
  reset(): Promise<unknown>;
  /** A column of the row of the profile `default`. */
  column(name: string): Promise<string>;
  /** Puts another sealed text in the place of its login. */
  replaceLogin(sealed: string): Promise<unknown>;
  /** Ends the attempt of a process that is known to be dead, so that no command waits for it. */
  endAttempt(): Promise<unknown>;
}

/** A PostgreSQL server as a database of logins. */
function inPostgres({ url, sql }: Postgres): Database {
  const where = "WHERE profile = 'default'";
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return {
    url,
    reset: () => sql("DROP TABLE IF EXISTS anaplan_auth_logins, anaplan_auth_version"),
    column: async (name) => (await sql(`SELECT ${name} FROM anaplan_auth_logins ${where}`)).trim(),
    replaceLogin: (sealed) =>
      sql(`UPDATE anaplan_auth_logins SET login = ${quoted(sealed)} ${where}`),
    endAttempt: () => sql(`UPDATE anaplan_auth_logins SET attempt = NULL ${where}`),
  };
}

/** The same of etcd. */
function inEtcd(etcd: Etcd): Database {
  const key = "team/logins/default";
  const row = async () => JSON.parse(await etcd.get(key) ?? "{}");
  return {
    url: etcd.url(),
    reset: () => etcd.remove("team/"),
    async column(name) {
      const { attempt, keyId, ...others } = await row();
      return String({ ...others, key_id: keyId, refreshing_by: attempt?.by }[name] ?? "");
    },
    replaceLogin: async (sealed) =>
      etcd.put(key, JSON.stringify({ ...await row(), login: sealed })),
    endAttempt: async () => etcd.put(key, JSON.stringify({ ...await row(), attempt: undefined })),
  };
}

/** Signs in on the first computer, into a store that has its tables. */
export async function sharedWorld(
  server: Postgres | Etcd,
  computers = 2,
  more: Readonly<Record<string, string>> = {},
): Promise<SharedWorld> {
  const database = "members" in server ? inEtcd(server) : inPostgres(server);
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const homes: Home[] = [];
  for (let count = 0; count < computers; count++) homes.push(undo.use(await makeHome()));
  const keys = await Deno.makeTempDir({ prefix: "anaplan-auth-keys-" });
  undo.defer(() => Deno.remove(keys, { recursive: true }));
  const [keyFile, key] = [`${keys}/key`, newKey()];
  await Deno.writeTextFile(keyFile, key);
  const env = {
    ANAPLAN_AUTH_STORE: database.url,
    ANAPLAN_AUTH_KEY_FILE: keyFile,
    ANAPLAN_CA_FILE: sandbox.caFile,
    ...more,
  };
  const world = worldOf({ sandbox, database, homes, key, keyFile, env });
  await database.reset();
  const address = database.url.replace(/:[^:@]+@/, "@");
  const made = await world.run(0, ["store", "init", address], {
    PGPASSWORD: new URL(database.url).password,
  });
  assertEquals(made.code, 0, made.stderr);
  const [first] = homes;
  if (first === undefined) throw new Error("there is no computer");
  await signInHere(sandbox, first, { env });
  const end = undo.move();
  return { ...world, [Symbol.asyncDispose]: () => end.disposeAsync() };
}

type Parts = Pick<SharedWorld, "sandbox" | "database" | "homes" | "key" | "keyFile" | "env">;

function worldOf(parts: Parts): Omit<SharedWorld, typeof Symbol.asyncDispose> {
  const { sandbox, database: { column, replaceLogin }, homes, key, env } = parts;
  const homeOf = (number: number): Home => {
    const home = homes[number];
    if (home === undefined) throw new Error(`there is no computer ${number}`);
    return home;
  };
  const optionsFor = (number: number, more = {}) => {
    const { path } = homeOf(number);
    return { home: path, env: { TMPDIR: path, ...env, ...more } };
  };
  const login = async (): Promise<Credentials> => openByHand(await column("login"), key).login;
  const filesOf = (number: number): string[] => {
    const directory = `${homeOf(number).configDir}/shared`;
    return [...filesBelow(directory)];
  };
  const change = async (change: CredentialsChange): Promise<void> => {
    const text = JSON.stringify({ ...await login(), ...change });
    await replaceLogin(sealByHand(text, key, "default").trim());
    for (const number of homes.keys()) {
      for (const path of filesOf(number)) if (path.endsWith(".json")) await Deno.remove(path);
    }
  };
  return {
    ...parts,
    run: (number, argv, more) => runProgram(argv, optionsFor(number, more)),
    start: (number, argv, more) => startProgram(argv, optionsFor(number, more)),
    login,
    change,
    column,
    makeStale: () => change({ expiresAt: Date.now() - 60_000 }),
    refreshes: (since = 0) =>
      sandbox.requests.slice(since)
        .filter(({ path, parameters }) =>
          path === "/oauth/token" && parameters.grant_type === "refresh_token"
        )
        .map(({ status }) => status ?? 0),
    kept: (number, end) => filesOf(number).filter((path) => path.endsWith(end)),
  };
}

/** The files in a directory and below it. */
export function* filesBelow(directory: string): Generator<string> {
  let entries: Deno.DirEntry[] = [];
  try {
    entries = [...Deno.readDirSync(directory)];
  } catch {
    return; // nothing was kept yet
  }
  for (const { name, isDirectory } of entries) {
    if (isDirectory) yield* filesBelow(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}
