// The PostgreSQL server that all tests of a file use, since one takes longer to make than most tests to run.
// Rule: each test gets an empty database, whatever the one before has done to it or to the server's process.
import { type Postgres, type PostgresOptions, startPostgres } from "./postgres.ts";

const servers = new Map<string, Postgres>();

/**
 * A running server with an empty database. A test may stop it, and set what belongs to its database; one that
 * changes what outlives the database, or reads the server's log, starts a server of its own.
 */
export async function filePostgres(bin: string, options: PostgresOptions = {}): Promise<Postgres> {
  const wanted = JSON.stringify(options);
  let server = servers.get(wanted);
  if (server === undefined) {
    server = await startPostgres(bin, options);
    servers.set(wanted, server);
    endWithFile(server);
  } else {
    await emptied(server);
  }
  return { ...server, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function emptied(server: Postgres): Promise<void> {
  const again = async (): Promise<void> => {
    await server.sql("DROP DATABASE IF EXISTS anaplan WITH (FORCE)", "postgres");
    await server.sql("CREATE DATABASE anaplan OWNER anaplan", "postgres");
  };
  await again().catch(async () => {
    await server.start(); // the test before has stopped it
    await again();
  });
}

/** No test of the file is left then, and nothing can be waited for. */
function endWithFile({ directory, killCommand }: Postgres): void {
  addEventListener("unload", () => {
    const [program = "", ...args] = killCommand;
    new Deno.Command(program, { args, cwd: "/tmp" }).outputSync();
    Deno.removeSync(directory, { recursive: true });
  });
}
