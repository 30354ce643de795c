// A login of the real program that waits for its answer, with everything around it.
import { assert, assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { isFree } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Program, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import {
  type Listener,
  registeredListener,
  sandboxFlags,
  SIGN_IN_ADDRESS,
} from "../support/sign_in.ts";
import { watchMemory } from "./flood.ts";
import { PATIENCE } from "./wrapped.ts";

/** The login and its world. */
export interface PendingLogin extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  /** The listener's origin. */
  readonly origin: string;
  readonly program: Program;
  /** The sign-in page. */
  readonly address: string;
  readonly state: string;
}

/** Starts it; the user signs in with pages. */
export async function pendingLogin(
  flags: readonly string[] = [],
  wrapper: readonly string[] = [],
): Promise<PendingLogin> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ signIn: "page" }));
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, listener), ...flags];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  const program = undo.use(await startProgram(argv, { home: home.path, env, wrapper }));
  const impatience = setTimeout(() => program.signal("SIGKILL"), PATIENCE); // it is to end by itself
  void program.outcome.then(() => clearTimeout(impatience));
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const state = new URL(address).searchParams.get("state") ?? "";
  const { origin } = new URL(listener.redirectUri);
  const end = undo.move();
  return {
    ...{ sandbox, home, listener, origin, program, address, state },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

const MOST_MEMORY = 150; // MB above what the login has when nothing comes
const MOST_TIME = 2_000;

/** Lets this come for a while, then signs in amid it: in time, within bounds, and with the port closed. */
export async function assertSignsInAmid(
  open: (login: PendingLogin) => Promise<Disposable | AsyncDisposable>,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await using login = await pendingLogin();
  const { program, address } = login;
  using memory = watchMemory(program.pid);
  const idle = memory.peak;
  await using stack = new AsyncDisposableStack();
  stack.use(await open(login));
  await meanwhile();
  const began = performance.now();
  const page = await browse(address);
  const took = performance.now() - began;
  const { code, stderr } = await program.outcome;
  const { peak } = memory;
  assertEquals([code, page.status], [0, 200], stderr);
  assert(took < MOST_TIME, `${took} ms`);
  assert(peak - idle < MOST_MEMORY, `${idle} MB idle, ${peak} MB under attack`);
  assertClosed(login);
}

/** The listener is gone from the port. */
export function assertClosed({ listener: { port } }: PendingLogin): void {
  assert(isFree("127.0.0.1", port) && isFree("::1", port), `port ${port} is still open`);
}
