// Kills the program at each step of a deed: every system call on a file of ours or on the network is once its last, by
// strace, which stops it before the call is done.
import type { Deed } from "./deeds.ts";
import { type Call, type Injection, marksOf, type TracedOutcome, wasHit } from "./strace.ts";
import { lookAt, startWorld, type World } from "./world.ts";

/** What came of hits at each of the calls that were meant. */
export interface Hits {
  /** What is not as it has to be, each with its call. */
  readonly wrong: readonly string[];
  /** How many calls were hit, and how many were missed: strace misses one now and then on a busy machine. */
  readonly hit: number;
  readonly missed: number;
}

/** Kills the deed at each of its calls that are meant, in turn; the same world goes on after each kill. */
export async function killAtEachCall(
  deed: Deed,
  isMeant: (call: Call) => boolean = () => true,
): Promise<Hits> {
  await using world = await startWorld();
  return await hitEachCall(deed, world, isMeant, "kill", async (outcome, before) => {
    const after = await world.home.credentials();
    const { alive, wrong } = await lookAt(world, before !== undefined || after !== undefined);
    if (!alive) await world.signIn();
    return outcome.code === 0 && after === undefined ? [...wrong, "exit 0 without a login"] : wrong;
  });
}

/** Hits the deed at each of its calls that are meant; `judge` says what is wrong after each hit. */
export async function hitEachCall(
  deed: Deed,
  world: World,
  isMeant: (call: Call) => boolean,
  what: Injection["what"],
  judge: (
    outcome: TracedOutcome,
    before: Awaited<ReturnType<World["home"]["credentials"]>>,
    call: Call,
  ) => Promise<readonly string[]>,
): Promise<Hits> {
  await deed.prepare(world);
  const whole = await deed.run(world);
  if (whole.code !== 0) throw new Error(`The ${deed.name} fails by itself: ${whole.stderr}`);
  const wrong: string[] = [];
  let [hit, missed] = [0, 0];
  for (const call of whole.calls.filter(isMeant)) {
    let isHit = false;
    for (const mark of marksOf(call)) {
      await deed.prepare(world);
      const before = await world.home.credentials();
      const outcome = await deed.run(world, { name: call.name, mark, what });
      isHit = wasHit(outcome, call, what === "kill" ? "?" : "-1");
      if (isHit || what === "kill") {
        const found = await judge(outcome, before, call);
        wrong.push(...found.map((each) => `${deed.name}, ${what} at ${describe(call)}: ${each}`));
      } else if (!(await lookAt(world)).alive) await world.signIn(); // what it met instead may have ended it
      if (isHit) break;
    }
    if (isHit) hit++;
    else missed++;
  }
  return { wrong, hit, missed };
}

/** A call in words, such as `rename (a new default.json → default.json)`. */
function describe({ name, place, ordinal }: Call): string {
  return `${name} (${place})${ordinal === 1 ? "" : ` no. ${ordinal}`}`;
}
