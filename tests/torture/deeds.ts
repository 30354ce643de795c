// What the program is killed at: a refresh, a login over another one, a first login, a
// login at another server.
// Rule: each deed can be done any number of times in the same world, whatever a crash has left there.
import type { Sandbox } from "../sandbox/contract.ts";
import type { StreamText } from "../support/stream_text.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { type Injection, runTraced, type TracedOutcome } from "./strace.ts";
import type { World } from "./world.ts";

/** Something that the program does and that may be cut short. */
export interface Deed {
  readonly name: string;
  /** Brings the world to where the deed begins; it may lack a login then. */
  prepare(world: World): Promise<void>;
  run(world: World, injection?: Injection): Promise<TracedOutcome>;
}

/** A command that finds its access token stale. */
export const REFRESH: Deed = {
  name: "refresh",
  prepare: (world) => world.makeStale(),
  run: (world, injection) => runTraced(world, ["token"], { injection }),
};

/** A sign-in of a user who is signed in. */
export const LOGIN: Deed = {
  name: "login",
  prepare: () => Promise.resolve(),
  run: (world, injection) => runLogin(world.sandbox, world, injection),
};

/** A sign-in on a computer that has never seen one. */
export const FIRST_LOGIN: Deed = {
  name: "first login",
  prepare: (world) =>
    Deno.remove(`${world.home.path}/.config`, { recursive: true }).catch(() => {}),
  run: (world, injection) => runLogin(world.sandbox, world, injection),
};

/** A sign-in at another server, of a user who is signed in at the world's. */
export function loginElsewhere(other: Sandbox): Deed {
  return {
    name: "login elsewhere",
    prepare: (world) => world.signIn(),
    run: (world, injection) => runLogin(other, world, injection),
  };
}

function runLogin(
  sandbox: Sandbox,
  world: World,
  injection: Injection | undefined,
): Promise<TracedOutcome> {
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  return runTraced(world, argv, {
    injection,
    env: { ANAPLAN_CLIENT_SECRET: rotating.clientSecret },
    meanwhile: async (stderr: StreamText) => {
      const [address] = await stderr.until(SIGN_IN_ADDRESS);
      await browse(address);
    },
  });
}
