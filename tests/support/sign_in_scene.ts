// A sign-in in a fake world: the browser comes back to the listener as soon as it is opened.
import type { LoginFlags } from "../../src/commands/login.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import type { Listening, ListenOptions, System } from "../../src/system/contract.ts";
import type { LinePrompt, Terminal } from "../../src/system/terminal_contract.ts";
import type { Arranged, NetworkStep } from "./fake_system.ts";
import { type SessionScene, sessionScene } from "./session_scene.ts";

/** A person whose browser comes back to the listener at once, and the page that they end on. */
export interface SignIn extends Omit<SessionScene, typeof Symbol.dispose>, AsyncDisposable {
  readonly listener: FakeListener;
  readonly page: Promise<Response>;
  readonly flags: LoginFlags & { readonly configDir: string };
}

/** What users/me answers. */
export function ada(): Response {
  const user = {
    id: "1",
    email: "ada@example.com",
    firstName: "Ada",
    lastName: "Lovelace",
    customerId: "8A81B08E5D1F40C7A2B36E9F0D415D40",
  };
  return Response.json({ user });
}

/**
 * Sets the scene: what the network answers, what the browser brings, and the login before.
 * `openBrowser` is given the address that the start page leads to.
 */
export function signIn(
  network: readonly NetworkStep[],
  { answer = { code: "a-code" }, previous, ...arranged }:
    & Arranged
    & { answer?: Readonly<Record<string, string>>; previous?: TokenSet } = {},
): SignIn {
  const listener = fakeListener();
  const page = Promise.withResolvers<Response>();
  const comeBack = (url: string): Promise<boolean> => {
    const { searchParams } = new URL(url);
    const state = searchParams.get("state") ?? "";
    const back = new URLSearchParams({ state, ...answer });
    page.resolve(listener.visit(`${searchParams.get("redirect_uri")}?${back}`));
    return Promise.resolve(true);
  };
  const { openBrowser = comeBack } = arranged;
  const scene = sessionScene(previous, {
    clockStands: true,
    network,
    serve: listener.serve,
    ...arranged,
    openBrowser: async (url) => await openBrowser(await listener.follow(url)),
  });
  const flags = { ...scene.flags, clientId: "a-client" };
  return {
    ...scene,
    flags,
    listener,
    page: page.promise,
    async [Symbol.asyncDispose]() {
      await listener.idle(); // a page may still be on its way
      scene[Symbol.dispose]();
    },
  };
}

/** Listeners that were opened on this fake computer. */
export interface FakeListener extends Pick<System, "serve"> {
  /** How many are open. */
  readonly open: number;
  /** Sends a request to the listener, as a browser that follows a redirect. */
  visit(url: string): Promise<Response>;
  /** The address that a browser is led to when it is opened at this one: a start page leads on. */
  follow(url: string): Promise<string>;
  /** Resolves when every visitor so far has been answered. */
  idle(): Promise<void>;
}

/** A computer on which every port can be had, or none. */
export function fakeListener(state: Listening["kind"] = "open"): FakeListener {
  const handlers = new Map<string, ListenOptions["handle"]>();
  const visits: Promise<Response>[] = [];
  let freePort = 49_152;
  return {
    serve({ hostname, port: wanted, handle }) {
      if (state !== "open") return Promise.resolve({ kind: state });
      const port = wanted || freePort++;
      const address = `${hostname}:${port}`;
      handlers.set(address, handle);
      const close = (): Promise<void> => Promise.resolve(void handlers.delete(address));
      return Promise.resolve({ kind: "open", port, close });
    },
    get open() {
      return handlers.size;
    },
    visit(url) {
      const { host } = new URL(url);
      const handle = handlers.get(host);
      if (handle === undefined) throw new Error(`No listener is on ${host}`);
      const visit = handle(new Request(url, { headers: { host } }));
      visits.push(visit);
      return visit;
    },
    async follow(url) {
      if (!handlers.has(new URL(url).host)) return url;
      return (await this.visit(url)).headers.get("location") ?? url;
    },
    async idle() {
      await Promise.allSettled(visits);
    },
  };
}

/** A terminal on which a person types. */
export interface FakePerson {
  readonly terminal: Partial<Terminal>;
  /** What was above and before the line, whenever one was read. */
  readonly prompts: readonly string[];
  /** Whether a line is being read at this moment. */
  readonly isAsked: boolean;
}

/** Types these lines, one whenever a line is read, and then nothing more. */
export function fakePerson(lines: readonly (string | Promise<string>)[]): FakePerson {
  const left = [...lines];
  const prompts: string[] = [];
  let reading = 0;
  async function readLine({ above, prompt, signal }: LinePrompt): Promise<string> {
    signal.throwIfAborted();
    prompts.push(`${above?.(80) ?? ""}\n${prompt}`);
    reading++;
    const interrupted = Promise.withResolvers<never>();
    const stop = (): void => interrupted.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([left.shift() ?? interrupted.promise, interrupted.promise]);
    } finally {
      signal.removeEventListener("abort", stop);
      reading--;
    }
  }
  return {
    terminal: { stdin: true, stdout: true, stderr: true, readLine },
    prompts,
    get isAsked() {
      return reading > 0;
    },
  };
}
