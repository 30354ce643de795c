// PostgreSQL over a Unix socket, as the address of many libraries names it. Rule: the program reaches that one socket.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { findPostgres, PASSWORD, startPostgres } from "../support/postgres.ts";
import { runProgram } from "../support/program.ts";
import { sharedWorld } from "../support/shared_world.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

testWith(
  findPostgres(),
  "a login in PostgreSQL behind a Unix socket is refreshed, once that socket is allowed",
  async (bin) => {
    await using postgres = await startPostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const home = world.homes[1]?.path ?? "";
    const socket = `${postgres.directory}/.s.PGSQL.${postgres.port}`;
    const place = encodeURIComponent(postgres.directory);
    const env = {
      ...world.env,
      TMPDIR: home,
      ANAPLAN_AUTH_STORE: `postgresql://anaplan@${place}:${postgres.port}/anaplan`,
      PGPASSWORD: PASSWORD,
    };
    const forbidden = await runProgram(["refresh"], { home, env });
    assertEquals(forbidden.code, 2);
    assertStringIncludes(forbidden.stderr, `Next: allow --allow-net=unix:${socket} `);
    const allowed = [
      ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", "--allow-env"],
      ...["--allow-sys=uid", `--allow-net=127.0.0.1,unix:${socket}`, MAIN, "refresh"],
    ];
    const since = world.sandbox.requests.length;
    const outcome = await runProgram(allowed, { home, env, executable: Deno.execPath() });
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(world.refreshes(since), [200]);
  },
  { sanitizeOps: false, sanitizeResources: false },
);
