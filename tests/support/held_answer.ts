// Tests of a shared store that stop a refresh between its request and its answer.
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
export async function asked(world: SharedWorld, since: number): Promise<void> {
  await until(() => world.sandbox.requests.length > since, "a request");
}
