// A listener without a port, and a person at a terminal, for tests of what waits for them.
import type { LinePrompt, Terminal } from "../../src/system/terminal_contract.ts";
import type { Listening, ListenOptions, System } from "../../src/system/contract.ts";

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
