// Kills refreshes at random moments: half of them at any, half soon after the server had the request.
// Rule: every kill is looked at; a lost login is explained by the server's own record, or is wrong.
import { startProgram } from "../support/program.ts";
import { countsOf } from "./crashes.ts";
import { REFRESH } from "./deeds.ts";
import { addCounts, type Counts, judge, NONE, type Row } from "./row.ts";
import { lookAt, startWorld, type World } from "./world.ts";

/** How long after the request's arrival the second half is killed at the latest, in milliseconds. */
const AFTER_REQUEST = 25;

/** Kills that many refreshes, two at a time, each in one of two worlds. */
export async function killAtRandom(kills: number): Promise<Row[]> {
  const half = Math.ceil(kills / 2);
  return await Promise.all([
    killMany(half, "at any moment", anyMoment),
    killMany(kills - half, `within ${AFTER_REQUEST} ms after its request arrived`, afterRequest),
  ]);
}

type Moment = (world: World, typical: number, ended: Promise<unknown>) => Promise<void>;

async function killMany(kills: number, when: string, moment: Moment): Promise<Row> {
  await using world = await startWorld();
  const { wrong, expect } = judge();
  await REFRESH.prepare(world);
  const typical = (await world.run("token")).milliseconds;
  let [counts, living, done]: [Counts, number, number] = [NONE, 0, 0];
  for (let count = 0; count < kills; count++) {
    await REFRESH.prepare(world);
    if (await killOne(world, typical, moment)) done++;
    const finding = await lookAt(world);
    counts = addCounts(counts, countsOf(finding));
    if (finding.alive) living++;
    else await world.signIn();
    wrong.push(...finding.wrong);
  }
  expect(counts.torn === 0, `${counts.torn} torn files`);
  expect(counts.stuck === 0, `${counts.stuck} stuck locks`);
  expect(
    counts.lost === counts.inWindow,
    `${counts.lost - counts.inWindow} lost outside the window`,
  );
  const kept = `${living} logins live, ${counts.inWindow} were lost in the window; ` +
    `${done} programs ended before they could be killed`;
  return { part: "Crashes", what: `refresh, SIGKILL ${when}`, tried: kills, kept, wrong, counts };
}

/** Starts a refresh and kills it; says whether it had ended by itself. */
async function killOne(world: World, typical: number, moment: Moment): Promise<boolean> {
  await using program = await startProgram(["token"], { home: world.home.path, env: world.env });
  await moment(world, typical, program.outcome);
  try {
    program.signal("SIGKILL");
  } catch {
    return true;
  }
  return (await program.outcome).code === 0;
}

function anyMoment(_world: World, typical: number): Promise<void> {
  return pause(Math.random() * typical * 1.1);
}

async function afterRequest(
  world: World,
  _typical: number,
  ended: Promise<unknown>,
): Promise<void> {
  const since = world.sandbox.requests.length;
  let isOver = false;
  ended.then(() => isOver = true);
  while (!isOver && world.sandbox.requests.length === since) await pause(1);
  await pause(Math.random() * AFTER_REQUEST);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
