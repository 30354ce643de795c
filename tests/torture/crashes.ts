// Kills the program at each step of a deed: every system call on a file of ours or on the network is once
// its last, by strace, which stops it before the call is done.
// Rule: after each kill the store reads, the lock is free, and the login still works or lies in the window.
import type { Deed } from "./deeds.ts";
import { addCounts, type Counts, judge, NONE, type Row } from "./row.ts";
import type { Call } from "./trace.ts";
import { marksOf, wasHit } from "./traced.ts";
import { type Finding, lookAt, startWorld, type World } from "./world.ts";

/** Which calls, such as those that save; all by default. */
export interface Selection {
  readonly deed: Deed;
  readonly select?: (call: Call) => boolean;
}

/** Kills the deed at each of its calls in turn; a row for each. */
export async function killAtEachCall({ deed, select = () => true }: Selection): Promise<Row[]> {
  await using world = await startWorld();
  await deed.prepare(world);
  const whole = await deed.run(world);
  if (whole.code !== 0) throw new Error(`The ${deed.name} fails by itself: ${whole.stderr}`);
  const rows: Row[] = [];
  for (const call of whole.calls.filter(select)) rows.push(await killAt(call, deed, world));
  return rows;
}

/** A call in words, such as `rename (a new default.json → default.json)`. */
export function describe({ name, place, ordinal }: Call): string {
  return `${name} (${place})${ordinal === 1 ? "" : ` no. ${ordinal}`}`;
}

async function killAt(call: Call, deed: Deed, world: World): Promise<Row> {
  const { wrong, expect } = judge();
  let tried = 0;
  let counts: Counts = NONE;
  let kept = "";
  let isHit = false;
  for (const mark of marksOf(call)) {
    tried++;
    await deed.prepare(world);
    const before = await world.home.credentials();
    const since = world.sandbox.requests.length;
    const outcome = await deed.run(world, { name: call.name, mark, what: "kill" });
    isHit = wasHit(outcome, call, "?");
    const asked = world.refreshes(since).length > 0;
    const after = await world.home.credentials();
    const finding = await lookAt(world);
    const hadNone = before === undefined && after === undefined;
    counts = addCounts(counts, countsOf(finding, hadNone));
    expect(!finding.torn, "the login's file is torn");
    expect(!finding.stuck, "the lock is stuck");
    expect(finding.alive || finding.rotatedAway || hadNone, "the login is lost outside the window");
    wrong.push(...finding.wrong);
    const isNew = after?.refreshToken !== before?.refreshToken;
    kept = hadNone ? "nothing was saved yet; the next login works" : inWords(finding, isNew, asked);
    if (!finding.alive) await world.signIn();
    if (isHit) break;
  }
  if (!isHit) kept = `not met, killed elsewhere: ${kept}`;
  const what = `${deed.name}, killed before ${describe(call)}`;
  return { part: "Crashes", what, tried, kept, wrong, counts };
}

/** What a look found, as counts; a login that was never there is not lost. */
export function countsOf(finding: Finding, hadNone = false): Counts {
  const isLost = !finding.alive && !hadNone;
  return {
    torn: Number(finding.torn),
    stuck: Number(finding.stuck),
    lost: Number(isLost),
    inWindow: Number(isLost && finding.rotatedAway),
  };
}

function inWords({ alive, rotatedAway }: Finding, isNew: boolean, asked: boolean): string {
  if (rotatedAway) return "lost in the window: the server had rotated, the answer was not saved";
  if (!alive) return "lost";
  if (isNew) return "the login still works, with the new tokens";
  return asked
    ? "the login still works, the server had not rotated"
    : "the login still works, with the old tokens";
}
