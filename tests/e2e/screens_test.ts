// What people see: every screen of the program in tmux, at 80×24 and at 60×20, against the sandbox.
// Rule: the real program; each screen is a text in screens/, and UPDATE_GOLDEN=1 writes them anew.
import { assert, assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { testWith } from "../support/needs.ts";
import { ABOVE, keptNames, keptText } from "../support/recordings.ts";
import { errorScenes } from "../support/scenes/errors.ts";
import { loginScenes } from "../support/scenes/login.ts";
import { questionScenes } from "../support/scenes/questions.ts";
import { type Scene, stateScenes } from "../support/scenes/states.ts";
import { makeStage } from "../support/stage.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { setUpScenes, storeScreens } from "../support/scenes/set_up.ts";
import { findTmux, startTmux } from "../support/tmux.ts";

const WIDE = { columns: 80, rows: 24 };
const NARROW = { columns: 60, rows: 20 };
const SCENES: readonly Scene[] = [
  ...stateScenes,
  ...loginScenes,
  ...questionScenes,
  ...errorScenes,
  ...setUpScenes,
];
const POSTGRES = findPostgres();
/** What the test with a database records. */
const OF_THE_STORE = /^(store-(init|use|push|shared)|status-shared)$/;

testWith(findTmux(), "every screen is as it was recorded, at both sizes", async (path, test) => {
  await using sandbox = await startSandbox({ deviceIntervalSeconds: 1, chunkBytes: 200_000 });
  await using tmux = await startTmux(path);
  await using wide = await makeStage(sandbox, tmux, WIDE);
  await using narrow = await makeStage(sandbox, tmux, NARROW);
  for (const scene of SCENES) {
    await test.step(scene.name, async () => {
      scene.faults?.(sandbox);
      const played = await Promise.allSettled([wide, narrow].map((at) => scene.play(at)));
      sandbox.clearFaults();
      for (const part of played) if (part.status === "rejected") throw part.reason;
    });
  }
  for (const [at, size] of [[wide, WIDE], [narrow, NARROW]] as const) {
    const kept = keptNames(size).filter((name) => !OF_THE_STORE.test(name));
    assertEquals([...at.names].sort(), kept, "no text is left of a screen that is gone");
  }
});

const NEEDED = POSTGRES.path === undefined ? POSTGRES : findTmux();
testWith(NEEDED, "the screens of a shared store are as they were recorded", async (path) => {
  await using sandbox = await startSandbox();
  await using tmux = await startTmux(path);
  const access = ["host all anaplan 127.0.0.1/32 trust"];
  await using database = await startPostgres(POSTGRES.path ?? "", { access });
  const url = `postgresql://anaplan@127.0.0.1:${database.port}/anaplan`;
  for (const size of [WIDE, NARROW]) {
    await using at = await makeStage(sandbox, tmux, size);
    await storeScreens(at, url);
    await database.sql("DROP TABLE anaplan_auth_logins, anaplan_auth_version");
  }
});

for (const size of [WIDE, NARROW]) {
  Deno.test(`while a sign-in waits, its title is in sight at ${size.columns}×${size.rows}`, () => {
    const waiting = keptNames(size).map((name) => ({ name, text: keptText(name, size) }))
      .filter(({ text }) => /^Signing in to /m.test(text) && text.endsWith("\n>\n"));
    assert(waiting.length > 5, "the recordings of sign-ins that wait are looked at");
    for (const { name, text } of waiting) {
      assert(/^Signing in to /m.test(text.split(ABOVE).at(-1) ?? ""), `${name}: ${text}`);
    }
  });
}

for (const size of [WIDE, NARROW]) {
  Deno.test(`while a code waits, who cannot use it is in sight at ${size.columns}×${size.rows}`, () => {
    for (const name of ["device-waiting", "device-waiting-profile"]) {
      const inSight = keptText(name, size).split(ABOVE).at(-1) ?? "";
      assert(
        /^Single sign-on users cannot sign in this way\./m.test(inSight),
        `${name}: ${inSight}`,
      );
      assert(/^and enter {2}/m.test(inSight), `${name}: ${inSight}`);
    }
  });
}
