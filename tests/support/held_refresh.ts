// A login that has to be refreshed, and a server that answers when the test says so.
// Rule: the request is at the server when the test goes on, so no signal comes early.
import { newTokens, type StaleLogin, staleLogin } from "../hostile/stale_login.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Program, type ProgramOptions, startProgram } from "./program.ts";

/** What is around a refresh whose answer is held back. */
export interface HeldRefresh extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: StaleLogin;
  /** Starts the program, and waits until its request is at the server. */
  start(
    argv: readonly string[],
    options?: Pick<ProgramOptions, "env" | "wrapper">,
  ): Promise<Program>;
  /** Waits until the request is at the server. */
  asked(): Promise<void>;
  /** Lets the server answer. */
  answer(): void;
  /** The refresh token on the disk. */
  savedToken(): Promise<string | undefined>;
}

/** Makes one; `fields` change what is in the login's file, `refused` is an error instead of new tokens. */
export async function heldRefresh(
  fields: Readonly<Record<string, unknown>> = {},
  refused = "",
): Promise<HeldRefresh> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const gate = Promise.withResolvers<void>();
  undo.defer(gate.resolve);
  const headers = { "content-type": "application/json" };
  const answer = refused === ""
    ? { body: newTokens() }
    : { status: 400, body: JSON.stringify({ error: refused }) };
  sandbox.fault("/oauth/token", { until: gate.promise, headers, ...answer });
  const home = undo.use(await staleLogin(sandbox, fields));
  const asked = async (): Promise<void> => {
    while (sandbox.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const end = undo.move();
  return {
    sandbox,
    home,
    asked,
    async start(argv, options = {}) {
      const program = end.use(await startProgram(argv, { home: home.path, ...options }));
      await asked();
      return program;
    },
    answer: () => gate.resolve(),
    savedToken: async () => (await home.credentials())?.refreshToken,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}
