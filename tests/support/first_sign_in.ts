// A first `login` at a terminal: nothing is configured, and a person answers.
// Rule: a world of its own for each, ended with it; where the sandbox is, flags say, and nothing else.
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "./home.ts";
import { type Listener, registeredListener, sandboxFlags } from "./sign_in.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "./terminal.ts";

/** What is around a first sign-in. */
export interface FirstSignIn extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  /** Starts `login` in a terminal. */
  open(options?: Partial<Omit<TerminalOptions, "home">>): Promise<Terminal>;
  /** What the configuration directory holds, in the order of the names. */
  files(): Promise<string[]>;
}

/** The questions in their order, as the screen shows them, and a good answer to each. */
export function goodAnswers(
  { sandbox, listener }: Pick<FirstSignIn, "sandbox" | "listener">,
): readonly (readonly [question: RegExp, answer: string])[] {
  const { clientId, clientSecret } = sandbox.clients.rotating;
  return [
    [/^Region/m, ""],
    [/^Client ID/m, clientId],
    [/^Client secret/m, clientSecret],
    [/^Callback URL/m, listener.redirectUri],
    [/^Ready to sign in\?/m, ""],
  ];
}

/** Answers the first so many questions; then the next one is on the screen. */
export async function answerFirst(
  terminal: Terminal,
  count: number,
  at: Pick<FirstSignIn, "sandbox" | "listener">,
): Promise<void> {
  const answers = goodAnswers(at);
  for (const [question, answer] of answers.slice(0, count)) {
    await terminal.shows(question);
    await terminal.type(`${answer}\r`);
  }
  const next = answers[count];
  if (next !== undefined) await terminal.shows(next[0]);
}

/** A world in which no user has signed in yet. */
export async function firstSignIn(python: string): Promise<FirstSignIn> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const endpoints = sandboxFlags(sandbox, sandbox.clients.rotating, listener).slice(2, -2);
  const world = undo.move();
  return {
    sandbox,
    home,
    listener,
    open: (options = {}) =>
      openTerminal(["login", ...endpoints], { python, home: home.path, ...options }),
    files: () => filesUnder(home.configDir),
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

async function filesUnder(directory: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const path = `${prefix}${name}`;
      if (isDirectory) files.push(...await filesUnder(`${directory}/${name}`, `${path}/`));
      else files.push(path);
    }
  } catch {
    // there is none
  }
  return files.sort();
}
