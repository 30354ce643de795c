// Tests of a shared store that stop a refresh between its request and its answer.
import type { Postgres } from "./postgres.ts";
import type { SharedWorld } from "./shared_world.ts";

/** Holds back the answer to the next token request; the result lets it go. */
export function heldAnswer({ sandbox }: SharedWorld): () => void {
  const gate = Promise.withResolvers<void>();
  sandbox.fault("/oauth/token", { until: gate.promise });
  return gate.resolve;
}

/** Looks again and again, for 20 seconds at most. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error(`it did not come about: ${what}`);
}

/** Waits until the provider has got a request after so many. */
export async function waitForRequest(world: SharedWorld, since: number): Promise<void> {
  await until(() => world.sandbox.requests.length > since, "a request");
}

/**
 * Leaves rescued tokens on the first computer: its process is killed before the database, which is down meanwhile, has
 * them. No command waits for its attempt.
 */
export async function leaveRescue(world: SharedWorld, postgres: Postgres): Promise<string> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const answer = heldAnswer(world);
  await using program = await world.start(0, ["token"]);
  await waitForRequest(world, since);
  await postgres.kill();
  answer();
  await until(() => world.kept(0, ".rescued").length === 1, "a rescue file");
  program.signal("SIGKILL");
  await program.outcome;
  await postgres.start();
  await world.database.endAttempt();
  return world.kept(0, ".rescued")[0] ?? "";
}
