// PgBouncer in transaction mode, in front of a PostgreSQL server.
// Rule: never root, a directory and a port of its own, and ended by its process.
import { freePort } from "./free_port.ts";
import type { Tool } from "./needs.ts";
import { notAsRoot, ownedDirectory } from "./postgres.ts";

/** A pooler that runs. */
export interface PgBouncer extends AsyncDisposable {
  /** The address for anaplan-auth, with the password in it. */
  readonly url: string;
}

/** Debian's PgBouncer. */
export function findPgBouncer(): Tool {
  const hint = "PgBouncer: apt-get install pgbouncer";
  const path = "/usr/sbin/pgbouncer";
  try {
    return { path: Deno.statSync(path).isFile ? path : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Starts one with so many connections to the server at a time. */
export async function startPgBouncer(url: string, connections: number): Promise<PgBouncer> {
  const server = new URL(url);
  const directory = await ownedDirectory();
  const port = freePort();
  const { username, password, hostname, pathname } = server;
  await Deno.writeTextFile(`${directory}/users`, `"${username}" "${password}"\n`);
  await Deno.writeTextFile(
    `${directory}/pgbouncer.ini`,
    [
      "[databases]",
      `${pathname.slice(1)} = host=${hostname} port=${server.port}`,
      "[pgbouncer]",
      `listen_addr = 127.0.0.1`,
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = scram-sha-256",
      `auth_file = ${directory}/users`,
      "pool_mode = transaction",
      `default_pool_size = ${connections}`,
      "max_client_conn = 500",
      `logfile = ${directory}/log`,
      `pidfile = ${directory}/pid`,
      "",
    ].join("\n"),
  );
  if (Deno.uid() === 0) {
    await new Deno.Command("chown", { args: ["-R", "postgres", directory] }).output();
  }
  const [program = "", ...args] = notAsRoot(["/usr/sbin/pgbouncer", `${directory}/pgbouncer.ini`]);
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" })
    .spawn();
  await untilOpen(port);
  server.port = `${port}`;
  return {
    url: server.href,
    async [Symbol.asyncDispose]() {
      Deno.kill(Number(await Deno.readTextFile(`${directory}/pid`)), "SIGQUIT"); // without waiting for its clients
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Waits until a port takes connections. */
export async function untilOpen(port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}
