// The real System in a process of its own, for what cannot be tried in the test's: signals, stdin, and
// the environment that a browser inherits.
// Rule: what the child says is on stdout, one line each.
import { CliError, toCliError } from "../../src/base/errors.ts";
import { grantAndSave } from "../../src/session/grants.ts";
import type { Verdict } from "../../src/oauth/id_token.ts";
import { Secret } from "../../src/base/secret.ts";
import { denoSystem } from "../../src/system/deno.ts";

/** What the child does. */
export type Task =
  | "wait"
  | "hold"
  | "hold-after-wait"
  | "save"
  | "rescue"
  | "pipe"
  | "open-browser";

/** How the child ended. */
export interface Ended {
  readonly code: number;
  /** Everything that it said, line by line. */
  readonly lines: readonly string[];
}

/** A running child. */
export interface SystemProcess {
  /** Waits until it has said this line. */
  said(line: string): Promise<void>;
  signal(signal: Deno.Signal): void;
  readonly ended: Promise<Ended>;
}

/** Starts a child; `stdin` is written to it at once and closed. */
export function startSystem(
  task: Task,
  { args = [], env = {}, stdin, wrapper = [] }: {
    readonly args?: readonly string[];
    /** A program that runs the child as its last words, such as `nohup`. */
    readonly wrapper?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: string;
  } = {},
): SystemProcess {
  const own = [Deno.execPath(), "run", "-A", "--no-prompt", import.meta.url, task, ...args];
  const [first = "", ...rest] = [...wrapper, ...own];
  const child = new Deno.Command(first, {
    args: rest,
    env,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
  }).spawn();
  let text = "";
  const waiting = new Map<string, () => void>();
  const read = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (const [line, wake] of waiting) if (text.includes(`${line}\n`)) wake();
    }
  })();
  const fed = stdin === undefined ? undefined : feed(child.stdin, stdin);
  return {
    said: (line) =>
      text.includes(`${line}\n`)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.set(line, resolve)),
    signal: (signal) => child.kill(signal),
    ended: (async () => {
      const { code } = await child.status;
      await Promise.all([read, fed]);
      return { code, lines: text.split("\n").slice(0, -1) };
    })(),
  };
}

async function feed(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // it had read enough
  }
}

const system = denoSystem();
const say = (text: string): void => system.write("stdout", `${text}\n`);

const TASKS: Readonly<Record<Task, (args: readonly string[]) => Promise<void>>> = {
  /** Waits to be interrupted, as `login` waits for a person. */
  async wait() {
    const signal = system.interruption();
    await import("../../src/system/signals.ts"); // so that the listeners are there
    await system.sleep(0);
    say("waiting");
    await system.sleep(60_000, signal).catch((error) =>
      say(error instanceof CliError ? `${error.kind} with ${Deno.exitCode}` : String(error))
    );
  },
  /** Holds signals for a while, as a request for tokens does. */
  async hold([milliseconds]) {
    {
      using _held = await system.holdSignals();
      say("holding");
      await system.sleep(Number(milliseconds));
      say("saved");
    }
    say("went on");
  },
  /** Holds signals for a while after having waited for a person, as `login` does. */
  async "hold-after-wait"(args) {
    system.interruption();
    await import("../../src/system/signals.ts");
    await TASKS.hold(args);
  },
  /** Gets a signal while it saves, which lets no listener run. */
  async save([signal]) {
    {
      using _held = await system.holdSignals();
      Deno.kill(Deno.pid, signal as Deno.Signal);
      for (const end = performance.now() + 50; performance.now() < end;);
    }
    await system.sleep(20_000);
    say("went on");
  },
  /** Fails to save, and gets a signal when that is over; the message is still on its way. */
  async rescue([signal]) {
    const tokenSet = { accessToken: new Secret("a"), clientId: "c", expiresAt: 0, obtainedAt: 0 };
    const fails = {
      load: () => Promise.resolve(undefined),
      prepare: () => Promise.resolve(),
      save: () => Promise.reject(new CliError("storage", "The tokens are elsewhere")),
      remove: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const judge = (): Promise<Verdict> => Promise.resolve({ kind: "fine" });
    const ask = () => Promise.resolve({ tokenSet, hasAccessToken: true, judge });
    const hush = (): void => undefined;
    const talk = {
      say: hush,
      insist: hush,
      warn: hush,
      progress: hush,
      shown: String,
      typed: String,
    };
    const context = { system, talk };
    try {
      await grantAndSave(fails, ask, context);
    } catch (error) {
      Deno.kill(Deno.pid, signal as Deno.Signal);
      await system.sleep(300);
      say(toCliError(error).message);
    }
  },
  async pipe() {
    const line = await system.terminal.readPipe(new AbortController().signal);
    say(JSON.stringify(line ?? null));
    Deno.exit(); // as main.ts does: a stdin that stays open must not keep it
  },
  async "open-browser"([url = ""]) {
    say(String(await system.openBrowser(url)));
  },
};

if (import.meta.main) {
  const [task = "", ...args] = Deno.args;
  await TASKS[task as Task](args).catch((error) => {
    if (toCliError(error).kind !== "interrupted") throw error;
  });
  Deno.exit(); // with the code of a signal, as main.ts does
}
