// Kills seal, seal --rotate, unseal, refresh and login on sealed logins, at each of their calls in turn, and lets
// what changes the key meet a full disk.
// Rule: after each hit every login can be read, the same command finishes the work, and no token is anywhere in
// plain text that was not so before.
import type { Credentials } from "../support/home.ts";
import type { Outcome } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";
import { describe } from "./crashes.ts";
import { type Deed, LOGIN } from "./deeds.ts";
import { judge, NONE, type Row, SEALED_KILLS } from "./row.ts";
import { noteTokens, PROFILES, type SealedWorld, startSealedWorld } from "./sealed_world.ts";
import type { Call } from "./trace.ts";
import { type Injection, marksOf, runTraced, type TracedOutcome, wasHit } from "./traced.ts";
import { isLockFree, type World } from "./world.ts";

/** What is killed, and what has to be so when the same command has finished the work. */
interface SealedDeed extends Deed {
  /** Does the work again, to its end. */
  again(world: World): Promise<Pick<Outcome, "code" | "stderr">>;
  /** Whether plain tokens may be there right after the kill, and when the work is done. */
  readonly plain: { readonly killed: boolean; readonly done: boolean };
  /** Whether it leaves the tokens of the first profile as they are. */
  readonly keepsTokens: boolean;
}

/** How many kills a whole run has at least. */
const LEAST_KILLS = 500;

function command(argv: readonly string[], plain: SealedDeed["plain"]): SealedDeed {
  const [first = "", ...rest] = argv;
  return {
    name: [first, ...rest.filter((word) => word !== "--yes")].join(" "),
    plain,
    keepsTokens: first !== "refresh",
    prepare: async (world) => {
      await done(world, argv.length === 1 && first === "seal" ? ["unseal", "--yes"] : ["seal"]);
    },
    run: (world, injection) => runTraced(world, argv, { injection }),
    again: (world) => world.run(...argv),
  };
}

const SEALED = { killed: false, done: false };

/** All deeds, by name. */
export const SEALED_DEEDS: readonly SealedDeed[] = [
  command(["seal"], { killed: true, done: false }),
  command(["seal", "--rotate"], SEALED),
  command(["unseal", "--yes"], { killed: true, done: true }),
  command(["refresh"], SEALED),
  {
    ...command(["seal"], SEALED),
    name: "login",
    keepsTokens: false,
    prepare: async (world) => {
      await done(world, ["seal"]);
    },
    run: LOGIN.run,
    again: (world) => LOGIN.run(world),
  },
];

/** What hits which calls. */
interface Hits {
  /** All calls by default. */
  readonly select?: (call: Call, ordinal: number) => boolean;
  readonly what?: Injection["what"];
  readonly hear?: ((row: Row) => void) | undefined;
}

/** Kills the deed at each of its calls that are selected, or lets them fail; a row for each. */
export async function hitSealed(
  deed: SealedDeed,
  world: SealedWorld,
  { select = () => true, what = "kill", hear = () => {} }: Hits = {},
): Promise<Row[]> {
  await deed.prepare(world);
  await noteTokens(world);
  const whole = await deed.run(world);
  if (whole.code !== 0) throw new Error(`The ${deed.name} fails by itself: ${whole.stderr}`);
  const rows: Row[] = [];
  for (const call of whole.calls.filter(select)) {
    const row = await hitAt(call, what, deed, world);
    hear(row);
    rows.push(row);
  }
  return rows;
}

async function hitAt(
  call: Call,
  what: Injection["what"],
  deed: SealedDeed,
  world: SealedWorld,
): Promise<Row> {
  const { wrong, expect } = judge();
  const isKill = what === "kill";
  let tried = 0;
  let inWindow = 0;
  let isHit = false;
  for (const mark of marksOf(call)) {
    await deed.prepare(world);
    const before = await noteTokens(world);
    const outcome = await deed.run(world, { name: call.name, mark, what });
    isHit = wasHit(outcome, call, isKill ? "?" : "-1");
    tried += Number(isHit || wasKilled(outcome));
    const isSaid = isKill || !isHit || [0, 7].includes(outcome.code);
    expect(isSaid, `exit ${outcome.code}: ${outcome.stderr}`);
    const after = await judgeHit(deed, world, before);
    wrong.push(...after.wrong);
    inWindow += Number(after.isInWindow);
    if (isHit || wrong.length > 0) break;
  }
  const kept = `${isHit ? "" : "not met, hit elsewhere: "}every login could be read` +
    (inWindow > 0 ? "; lost in the window: the server had rotated" : "");
  const row = { tried, kept, wrong, counts: { ...NONE, lost: inWindow, inWindow } };
  return isKill
    ? {
      ...row,
      part: SEALED_KILLS,
      command: deed.name,
      what: `${deed.name}, killed before ${describe(call)}`,
    }
    : {
      ...row,
      part: "Faults of the disk",
      what: `${deed.name}, ${what.replace("error=", "")} at ${describe(call)}`,
    };
}

/** Whether strace ended as the program did, by SIGKILL. */
function wasKilled({ code }: TracedOutcome): boolean {
  return code === 128 + 9;
}

/** What a kill or a fault has left, and what the same command makes of it. */
async function judgeHit(
  deed: SealedDeed,
  world: SealedWorld,
  before: readonly Credentials[],
): Promise<{ readonly wrong: readonly string[]; readonly isInWindow: boolean }> {
  const { wrong, expect } = judge();
  const expectNoToken = (when: string): void => {
    const files = world.plainFiles?.() ?? [];
    expect(files.length === 0, `plain tokens ${when}: ${files.join()}`);
  };
  if (!deed.plain.killed) expectNoToken("after it"); // nothing has looked at it yet
  for (const [at, profile] of PROFILES.entries()) {
    expect(isLockFree(world, profile), `the lock of ${profile} is stuck`);
    const { code, stdout, stderr } = await world.run("token", "--profile", profile);
    expect(code === 0, `${profile} cannot be read: ${stderr}`);
    const isSame = stdout.trim() === before[at]?.accessToken;
    expect(isSame || (profile === "default" && !deed.keepsTokens), `${profile} has other tokens`);
  }
  const [stored] = await noteTokens(world);
  if (!deed.plain.killed) expectNoToken("after the next command");
  const again = await deed.again(world);
  // a refresh that was killed between the server's answer and the save has no refresh token any more
  const isInWindow = again.code === 3 &&
    world.refreshes().some(({ parameters, status }) =>
      status === 200 && parameters.refresh_token === stored?.refreshToken
    );
  expect(again.code === 0 || isInWindow, `the same command fails: ${again.stderr}`);
  if (isInWindow) await signIn(world.sandbox, world.home, { env: world.env });
  await noteTokens(world);
  if (!deed.plain.done) expectNoToken("when the work is done");
  const keys = await world.keychain.keyIds();
  expect(keys.length === (deed.plain.done ? 0 : 1), `${keys.length} keys are in the keychain`);
  const refresh = await world.run("refresh");
  expect(refresh.code === 0, `the login is lost: ${refresh.stderr}`);
  return { wrong, isInWindow };
}

async function done(world: World, argv: readonly string[]): Promise<Outcome> {
  const outcome = await world.run(...argv);
  if (outcome.code !== 0) throw new Error(`${argv.join(" ")}: ${outcome.stderr}`);
  return outcome;
}

/** What a run of all kills is like. */
interface KillOptions {
  readonly hear?: (row: Row) => void;
  /** Of how many calls one is taken; all by default. */
  readonly every?: number;
}

/** Kills each deed at each of its calls, and again until there were enough kills, in worlds of their own. */
export async function killAllSealed({ hear, every = 1 }: KillOptions = {}): Promise<Row[]> {
  const rows: Row[] = [];
  const kills = (): number => rows.reduce((sum, { tried }) => sum + tried, 0);
  const select = (_: Call, ordinal: number): boolean => ordinal % every === 0;
  for (let round = 1; round === 1 || (every === 1 && kills() < LEAST_KILLS); round++) {
    for (const deed of SEALED_DEEDS) {
      if (round > 1 && kills() >= LEAST_KILLS) break;
      await using world = await startSealedWorld();
      rows.push(...await hitSealed(deed, world, { select, hear }));
    }
  }
  return rows;
}

/** Lets each call fail once that saves a login or the choice of the key, while the key changes. */
export async function failEachSealing(): Promise<Row[]> {
  const rows: Row[] = [];
  const changes = SEALED_DEEDS.filter(({ name }) => /seal/.test(name));
  const select = ({ name, place }: Call): boolean =>
    /^(write|fsync|rename)$/.test(name) && /a new |^credentials$/.test(place);
  for (const deed of changes) {
    await using world = await startSealedWorld();
    rows.push(...await hitSealed(deed, world, { select, what: "error=ENOSPC" }));
  }
  return rows;
}
