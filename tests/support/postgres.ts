// PostgreSQL servers of one test: a primary, and standbys where they are asked for.
// Rule: never root, a directory and a port of its own, and ended by its process id.
import { freePort } from "./free_port.ts";
import type { Tool } from "./needs.ts";

/** A server that runs, or that was stopped and can be started again. */
export interface Postgres extends AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  /** The address for anaplan-auth, with the password in it. */
  readonly url: string;
  /** Runs SQL as the server's owner; the rows as psql prints them, without frames. */
  sql(text: string, database?: string): Promise<string>;
  /** Stops it at once, without writing anything more. */
  kill(): Promise<void>;
  /** The command that does so, for where nothing can be waited for. */
  readonly killCommand: readonly string[];
  start(): Promise<void>;
  /** Makes a primary of a standby. */
  promote(): Promise<void>;
  /** A standby of this server. */
  standby(name: string): Promise<Postgres>;
  /** All that it logged. */
  log(): string;
  /** A file in its directory, for settings such as `pg_hba.conf`. */
  write(file: string, text: string): Promise<void>;
  reload(): Promise<void>;
}

/** How a server differs from a usual one. */
export interface PostgresOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
  /** Lines that pg_hba.conf has before the usual ones. */
  readonly access?: readonly string[];
  /** Files that the server needs, such as a certificate, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export const PASSWORD = "correct-horse-battery-staple";

/** Debian's PostgreSQL. */
export function findPostgres(): Tool {
  const hint = "PostgreSQL: apt-get install postgresql";
  try {
    const versions = Array.from(Deno.readDirSync("/usr/lib/postgresql"), ({ name }) => name);
    const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
    const path = `/usr/lib/postgresql/${newest}/bin`;
    return { path: Deno.statSync(`${path}/postgres`).isFile ? path : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Runs a program as a user that is not root; its output. */
export async function asPostgres(program: string, ...args: string[]): Promise<string> {
  const [first = "", ...rest] = notAsRoot([program, ...args]);
  const command = new Deno.Command(first, { args: rest, cwd: "/tmp", stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** The words that run a command as a user that is not root. */
export function notAsRoot(command: readonly string[]): string[] {
  return Deno.uid() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command]
    : [...command];
}

/** A directory that such a user owns. */
export async function ownedDirectory(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "aa-pg-" });
  if (Deno.uid() === 0) {
    const { success } = await new Deno.Command("chown", { args: ["postgres", directory] }).output();
    if (!success) throw new Error("PostgreSQL's user does not exist");
  }
  return directory;
}

/** Starts a server with a user `anaplan`, who owns a database of the same name. */
export async function startPostgres(bin: string, options: PostgresOptions = {}): Promise<Postgres> {
  const directory = await ownedDirectory();
  const data = `${directory}/data`;
  await asPostgres(
    `${bin}/initdb`,
    "-D",
    data,
    "-U",
    "owner",
    "-A",
    "trust",
    "-N",
    "--no-instructions",
  );
  const server = serverAt(bin, directory, freePort(), options.settings ?? []);
  for (const [file, text] of Object.entries(options.files ?? {})) await server.write(file, text);
  await server.write(
    "pg_hba.conf",
    [
      ...options.access ?? [],
      "local all owner trust",
      "local replication owner trust",
      "host replication owner 127.0.0.1/32 trust",
      "local all all scram-sha-256",
      "host all anaplan 127.0.0.1/32 scram-sha-256",
      "host all anaplan ::1/128 scram-sha-256",
      "",
    ].join("\n"),
  );
  await server.start();
  await server.sql(`CREATE ROLE anaplan LOGIN PASSWORD '${PASSWORD}'`, "postgres");
  await server.sql("CREATE DATABASE anaplan OWNER anaplan", "postgres");
  return server;
}

function serverAt(
  bin: string,
  directory: string,
  port: number,
  settings: readonly string[],
): Postgres {
  const data = `${directory}/data`;
  const log = `${directory}/log`;
  const standbys = new AsyncDisposableStack();
  const options = [
    ...["listen_addresses=127.0.0.1", `unix_socket_directories=${directory}`],
    ...[
      "max_connections=100",
      "shared_buffers=16MB",
      "wal_keep_size=64MB",
      "log_min_messages=info",
    ],
    ...settings,
  ].flatMap((setting) => ["-c", setting]).map((word) => `'${word}'`).join(" ");
  const control = async (...args: string[]): Promise<void> => {
    await asPostgres(`${bin}/pg_ctl`, "-D", data, "-w", "-t", "30", ...args);
  };
  const server: Postgres = {
    ...{ port, directory },
    url: `postgresql://anaplan:${PASSWORD}@127.0.0.1:${port}/anaplan`,
    sql: (text, database = "anaplan") =>
      asPostgres("psql", ...["-h", directory, "-p", `${port}`, "-U", "owner", "-d", database], ...[
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        text,
      ]),
    kill: () => control("-m", "immediate", "stop"),
    killCommand: notAsRoot([`${bin}/pg_ctl`, "-D", data, "-m", "immediate", "stop"]),
    start: () => control("-l", log, "-o", `-p ${port} ${options}`, "start"),
    promote: () => control("promote"),
    log: () => Deno.readTextFileSync(log),
    reload: () => control("reload"),
    async standby(name) {
      const own = await ownedDirectory();
      const primary = `host=127.0.0.1 port=${port} user=owner application_name=${name}`;
      await asPostgres(
        `${bin}/pg_basebackup`,
        "-d",
        primary,
        "-D",
        `${own}/data`,
        "-R",
        "-c",
        "fast",
      );
      const standby = serverAt(bin, own, freePort(), settings);
      await standby.start();
      standbys.use(standby);
      return standby;
    },
    async write(file, text) {
      await Deno.writeTextFile(`${data}/${file}`, text);
      await Deno.chmod(`${data}/${file}`, 0o600);
      if (Deno.uid() === 0) {
        await new Deno.Command("chown", { args: ["postgres", `${data}/${file}`] }).output();
      }
    },
    async [Symbol.asyncDispose]() {
      await standbys.disposeAsync();
      await server.kill().catch(() => {}); // it may be stopped already
      await Deno.remove(directory, { recursive: true });
    },
  };
  return server;
}
