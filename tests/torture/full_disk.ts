// Lets each call that saves a login, and the lock, fail once, as a full, broken, read-only or foreign disk
// does, by strace.
// Rule: exit 7, and what the error says to type brings the new tokens back; or they are in their place, and
// only their directory gave trouble. A sealed login is never plain.
import { describe } from "./crashes.ts";
import { type Deed, LOGIN, REFRESH } from "./deeds.ts";
import { judge, type Row } from "./row.ts";
import type { Call } from "./trace.ts";
import { startKeyFileWorld } from "./sealed_world.ts";
import { marksOf, wasHit } from "./traced.ts";
import { lookAt, startWorld, temporaryFiles, type World } from "./world.ts";

const ERRORS = ["ENOSPC", "EIO", "EROFS"];
const SAVING = /^(openat|write|fsync|rename) (a new default\.json.*|credentials)$/;

/** The calls that save the tokens, and with a login the profile's settings. */
export function isSaving({ name, place }: Call): boolean {
  return SAVING.test(`${name} ${place}`);
}

/** Refreshes and logs in on a disk on which one call fails, with plain and with sealed logins; a row for each. */
export async function failEachSave(errors: readonly string[] = ERRORS): Promise<Row[]> {
  const rows: Row[] = [];
  const sealed = [REFRESH, LOGIN].map((deed) => ({ ...deed, name: `${deed.name}, sealed` }));
  for (const deed of [REFRESH, LOGIN, ...sealed]) {
    await using world = await (sealed.includes(deed) ? startKeyFileWorld : startWorld)();
    await deed.prepare(world);
    const { calls } = await deed.run(world);
    const inPlace = calls.find(({ name, place }) => name === "fsync" && place === "credentials");
    for (const call of calls.filter(isSaving)) {
      // the directory did not sync, or who signed in is not kept
      const isSaved = call.place === "credentials" || call.began > (inPlace?.ended ?? Infinity);
      for (const error of errors) {
        rows.push(await failAt(call, error, deed, world, isSaved ? [0, 7] : [7]));
      }
    }
  }
  return rows;
}

/** Refreshes where locking does not work, as on some network file systems: no command goes on unlocked. */
export async function failTheLock(): Promise<Row[]> {
  await using world = await startWorld();
  await REFRESH.prepare(world);
  const since = world.sandbox.requests.length;
  const rows: Row[] = [];
  for (const error of ["ENOLCK", "EOPNOTSUPP", "ENOSYS"]) {
    const { wrong, expect } = judge();
    const mark = { filter: ["-P", world.lockFile()], nth: 1 };
    const { code, stderr } = await REFRESH.run(world, {
      name: "flock",
      mark,
      what: `error=${error}`,
    });
    expect(code === 7, `exit ${code}: ${stderr}`);
    expect(world.refreshes(since).length === 0, "it went on without the lock");
    const kept = `exit ${code}, nothing sent`;
    const what = `refresh, ${error} at flock (credentials/default.lock)`;
    rows.push({ part: "Faults of the disk", what, tried: 1, kept, wrong });
  }
  return rows;
}

async function failAt(
  call: Call,
  error: string,
  deed: Deed,
  world: World,
  exits: readonly number[],
): Promise<Row> {
  const { wrong, expect } = judge();
  let kept = "not met";
  let tried = 0;
  for (const mark of marksOf(call)) {
    tried++;
    await deed.prepare(world);
    const before = await world.home.credentials();
    const since = world.sandbox.requests.length;
    const outcome = await deed.run(world, { name: call.name, mark, what: `error=${error}` });
    const wasAsked = world.sandbox.requests.slice(since).some(({ path }) =>
      path === "/oauth/token"
    );
    if (!wasHit(outcome, call, "-1")) {
      if (!(await lookAt(world)).alive) await world.signIn(); // what it met instead may have ended it
      continue;
    }
    expect(exits.includes(outcome.code), `exit ${outcome.code}: ${outcome.stderr}`);
    expect(temporaryFiles(world).length === 0, "a temporary file was left");
    const plain = world.plainFiles?.() ?? [];
    expect(plain.length === 0, `tokens are in plain text: ${plain.join()}`);
    const after = await world.home.credentials();
    const isNew = after?.refreshToken !== before?.refreshToken;
    const next = await world.run("refresh"); // under the lock, where rescued tokens are put back
    expect(next.code === 0, `refresh afterwards: exit ${next.code}: ${next.stderr}`);
    const isPutBack = /the tokens that were rescued|left new tokens/.test(next.stderr);
    expect(isNew || isPutBack || !wasAsked, "the new tokens are nowhere");
    const finding = await lookAt(world);
    expect(finding.alive, "the login is lost");
    wrong.push(...finding.wrong);
    const how = isPutBack ? "put back by the next command" : "saved in their place";
    kept = `exit ${outcome.code}; ` +
      (wasAsked
        ? `the new tokens were ${how}, and work`
        : "nothing was sent, and the login still works");
    if (!finding.alive) await world.signIn();
    break;
  }
  const what = `${deed.name}, ${error} at ${describe(call)}`;
  return { part: "Faults of the disk", what, tried, kept, wrong };
}
