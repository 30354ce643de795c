// A `login` at a terminal that waits for its answer.
// Rule: a world of its own for each, ended with it.
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "./home.ts";
import { type Listener, registeredListener, sandboxFlags } from "./sign_in.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** What is around a login that waits. */
export interface WaitingLogin extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  readonly terminal: Terminal;
  /** The address of the sign-in page. */
  readonly address: string;
}

/** How to make it wait. */
export interface WaitingLoginOptions {
  readonly python: string;
  readonly flags?: readonly string[];
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly listener?: Listener;
}

/** The prompt, at which nothing has been typed. */
export const PROMPT = /^>$/m;

// deno-lint-ignore no-control-regex
const ADDRESS = /https:\/\/[^\s\x1b]+response_type=code[^\s\x1b]+/;

/** Starts a login, and waits until it waits. */
export async function waitingLogin(
  { python, flags = [], columns = 80, listener: given, env: more = {} }: WaitingLoginOptions,
): Promise<WaitingLogin> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const listener = given ?? registeredListener(sandbox);
  sandbox.allowRedirectUri(listener.redirectUri);
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, listener), ...flags];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret, ...more };
  const terminal = undo.use(await openTerminal(argv, { python, home: home.path, env, columns }));
  await terminal.shows(PROMPT);
  const [address] = await terminal.wrote(ADDRESS);
  const world = undo.move();
  return {
    sandbox,
    home,
    listener,
    terminal,
    address,
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}
