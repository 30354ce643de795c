// SIGKILL in the middle of refreshes, the holder on one computer and the next command on another.
// Rule: a login may be lost in the window between the server's answer and the rescue file, and nowhere else.
import { assertEquals } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { killRefreshes } from "../torture/store/kills.ts";

testWith(
  findPostgres(),
  "12 refreshes that are killed tear no row, keep no lock and lose no login outside the window",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const { tried, torn, stuck, lost } = await killRefreshes(world, 12);
    assertEquals({ tried, torn, stuck, lost }, { tried: 12, torn: 0, stuck: 0, lost: 0 });
  },
  { sanitizeOps: false, sanitizeResources: false },
);
