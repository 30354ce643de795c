// Kills refreshes in a shared store at random moments, and looks at the login from another computer.
// Rule: a lost login is explained by the server's own record and by what the killed computer kept, or it is a loss.
import { startProgram } from "../../support/program.ts";
import { signIn } from "../../support/sign_in.ts";
import type { SharedWorld } from "../../support/shared_world.ts";

/** What came of the kills. */
export interface Kills {
  readonly tried: number;
  /** Programs that had ended before they could be killed. */
  readonly done: number;
  /** Rows that no key opens. */
  readonly torn: number;
  /** Next commands that waited for longer than a killed holder's limits. */
  readonly stuck: number;
  /** Logins that ended, although the server had sent no answer or the rescue file was there. */
  readonly lost: number;
  /** Logins that ended between the server's answer and the rescue file. */
  readonly inWindow: number;
  /** The longest time of a next command, in milliseconds. */
  readonly longest: number;
}

/** Longer than a lock outlives its process, with a start of the program and a refresh. */
const LIMIT = 20_000;
/** How long after the request's arrival every second one is killed at the latest, in milliseconds. */
const AFTER_REQUEST = 60;

/** The same where a lock ends with a lease of 60 s. */
const LEASE_LIMIT = 85_000;

/** Kills that many refreshes on the first computer; the second one, then the first one, refresh next. */
export async function killRefreshes(world: SharedWorld, kills: number): Promise<Kills> {
  await world.makeStale();
  const typical = (await world.run(0, ["token"])).milliseconds;
  let counts: Kills = { tried: 0, done: 0, torn: 0, stuck: 0, lost: 0, inWindow: 0, longest: 0 };
  for (let count = 0; count < kills; count++) {
    const moment = count % 2 === 0 ? anyMoment(typical) : soonAfterRequest(world);
    counts = added(counts, await killOne(world, moment));
  }
  return counts;
}

/** When a refresh is killed: it waits until then. */
type Moment = (ended: Promise<unknown>) => Promise<void>;

function anyMoment(typical: number): Moment {
  return () => pause(Math.random() * typical * 1.3);
}

/** From the arrival of the request on, which is when a kill can cost something. */
function soonAfterRequest(world: SharedWorld): Moment {
  return async (ended) => {
    const since = world.sandbox.requests.length;
    let isOver = false;
    ended.then(() => isOver = true);
    while (!isOver && world.sandbox.requests.length === since) await pause(1);
    await pause(Math.random() * AFTER_REQUEST);
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function killOne(world: SharedWorld, moment: Moment): Promise<Kills> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const isDone = await killed(world, moment);
  await world.database.endAttempt();
  // a reservation is blank until the answer is in it
  const isRescued = [".rescued", ".rescued.next"].flatMap((end) => world.kept(0, end))
    .some((path) => Deno.readTextFileSync(path).trim() !== "");
  // with tokens that only the killed computer has, that one is asked first
  const order = isRescued ? [0, 1] : [1, 0];
  const outcomes = [];
  for (const home of order) outcomes.push(await world.run(home, ["token"]));
  const isTorn = await world.login().then(() => false, () => true);
  const longest = Math.max(...outcomes.map(({ milliseconds }) => milliseconds));
  const isLost = outcomes.some(({ code }) => code !== 0) ||
    (await world.run(1, ["refresh"])).code !== 0;
  // the server's record of the killed request: it may have answered after the kill
  const wasAnswered = world.refreshes(since)[0] === 200;
  const isInWindow = isLost && wasAnswered && !isDone && !isRescued;
  if (isLost) await signInAgain(world);
  return {
    tried: 1,
    done: Number(isDone),
    torn: Number(isTorn),
    stuck: Number(longest > (world.database.url.startsWith("etcd") ? LEASE_LIMIT : LIMIT)),
    lost: Number(isLost && !isInWindow),
    inWindow: Number(isInWindow),
    longest,
  };
}

/** Starts a refresh and kills it; says whether it had ended by itself. */
async function killed(world: SharedWorld, moment: Moment): Promise<boolean> {
  const [home] = world.homes;
  if (home === undefined) throw new Error("there is no computer");
  await using program = await startProgram(["token"], {
    home: home.path,
    env: { TMPDIR: home.path, ...world.env },
  });
  await moment(program.outcome);
  try {
    program.signal("SIGKILL");
  } catch {
    return true;
  }
  return (await program.outcome).code === 0;
}

async function signInAgain({ sandbox, homes: [home], env }: SharedWorld): Promise<void> {
  if (home !== undefined) await signIn(sandbox, home, { env });
}

/** The counts of two together. */
export function added(a: Kills, b: Kills): Kills {
  return {
    tried: a.tried + b.tried,
    done: a.done + b.done,
    torn: a.torn + b.torn,
    stuck: a.stuck + b.stuck,
    lost: a.lost + b.lost,
    inWindow: a.inWindow + b.inWindow,
    longest: Math.max(a.longest, b.longest),
  };
}
