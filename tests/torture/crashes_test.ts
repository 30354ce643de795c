// The real program, killed in the middle of a save, and on a disk that takes nothing.
import { assert, assertEquals } from "@std/assert";
import { findStrace, testWith } from "../support/needs.ts";
import { hitEachCall, killAtEachCall } from "./crashes.ts";
import { REFRESH } from "./deeds.ts";
import type { Call } from "./strace.ts";
import { lookAt, startWorld, temporaryFiles } from "./world.ts";

const STRACE = findStrace();

testWith(
  STRACE,
  "a refresh that is killed at a sync or rename leaves the old login or the new one",
  async () => {
    const isSync = ({ name }: Call): boolean => name === "fsync" || name === "rename";
    const { wrong, hit, missed } = await killAtEachCall(REFRESH, isSync);
    assertEquals(wrong, []);
    assert(hit > missed, `${hit} calls were hit, ${missed} were missed`);
  },
);

testWith(STRACE, "a refresh on a full disk sends nothing, or loses nothing", async () => {
  await using world = await startWorld();
  const isSaving = ({ name, place }: Call): boolean =>
    /^(openat|write|fsync|rename)$/.test(name) && /^a new default\.json/.test(place);
  const { wrong, hit } = await hitEachCall(
    REFRESH,
    world,
    isSaving,
    "error=ENOSPC",
    async ({ code, stderr }, before) => {
      const found = code === 7 ? [] : [`exit ${code}: ${stderr}`];
      if (temporaryFiles(world).length > 0) found.push("a temporary file was left");
      const sent = world.refreshes().some(({ parameters }) =>
        parameters.refresh_token === before?.refreshToken
      );
      const next = await world.run("refresh");
      if (next.code !== 0) found.push(`the next refresh: exit ${next.code}: ${next.stderr}`);
      const { alive, wrong } = await lookAt(world);
      if (!alive) await world.signIn();
      return [...found, ...wrong, ...(alive || !sent ? [] : ["the new tokens are nowhere"])];
    },
  );
  assertEquals(wrong, []);
  assert(hit > 2, `${hit} calls were hit`);
});

for (const error of ["ENOLCK", "EOPNOTSUPP", "ENOSYS"]) {
  testWith(
    STRACE,
    `where locking fails with ${error}, a refresh is exit 7 and sends nothing`,
    async () => {
      await using world = await startWorld();
      await REFRESH.prepare(world);
      const since = world.sandbox.requests.length;
      const mark = { filter: ["-P", world.lockFile()], nth: 1 };
      const injection = { name: "flock", mark, what: `error=${error}` } as const;
      const { code, stderr } = await REFRESH.run(world, injection);
      assertEquals([code, world.refreshes(since).length], [7, 0], stderr);
    },
  );
}
