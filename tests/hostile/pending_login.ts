// A login of the real program that waits for its answer, with everything around it.
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Program, startProgram } from "../support/program.ts";
import {
  type Listener,
  registeredListener,
  sandboxFlags,
  SIGN_IN_ADDRESS,
} from "../support/sign_in.ts";
import { PATIENCE } from "./wrapped.ts";

/** The login and its world. */
export interface PendingLogin extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  readonly program: Program;
  /** The sign-in page. */
  readonly address: string;
  readonly state: string;
}

/** Starts it; the user signs in with pages. */
export async function pendingLogin(): Promise<PendingLogin> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ signIn: "page" }));
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, listener)];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  const program = undo.use(await startProgram(argv, { home: home.path, env }));
  const impatience = setTimeout(() => program.signal("SIGKILL"), PATIENCE); // it is to end by itself
  void program.outcome.then(() => clearTimeout(impatience));
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const state = new URL(address).searchParams.get("state") ?? "";
  const end = undo.move();
  return {
    ...{ sandbox, home, listener, program, address, state },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}
