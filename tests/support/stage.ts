// Where screens are recorded: one sandbox, and for each size of a window a home with a login.
// Rule: a scene that changes a login takes a home of its own.
import type { Sandbox } from "../sandbox/contract.ts";
import { writeJson } from "../hostile/stale_login.ts";
import { type Home, makeHome } from "./home.ts";
import { type Changing, compare } from "./recordings.ts";
import { browse } from "./scripted_browser.ts";
import { type Listener, registeredListener, sandboxFlags } from "./sign_in.ts";
import { signedIn } from "./signed_in.ts";
import { commandLineOf } from "./task_command.ts";
import type { Size, Tmux, Window } from "./tmux.ts";
import { splitWords } from "./words.ts";

/** The text behind the prompt, and what is not seen of the way to the sandbox. */
export interface Typing {
  readonly home?: Home;
  /** Words that are not seen. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it is typed; in the checkout otherwise. */
  readonly cwd?: string;
  /** More values that differ at every run, by their placeholder. */
  readonly changing?: Changing;
}

/** Some values of a file. */
type Fields = Readonly<Record<string, unknown>>;

/** A window whose screens are kept. */
export interface Recorded extends Window {
  record(name: string): Promise<void>;
}

/** The place for all scenes of one size. */
export interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly listener: Listener;
  /** Where connections are taken and nothing is ever said. */
  readonly silentPort: number;
  /** Where nothing listens. */
  readonly closedPort: number;
  /** Where Ada is signed in. */
  readonly home: Home;
  /** The flags that lead `login` to the sandbox, with the client ID first. */
  readonly flags: readonly string[];
  /** The names of what was recorded. */
  readonly names: string[];
  /** Types a line of `anaplan-auth` or of `deno` in a window of its own. */
  open(line: string, typing?: Typing): Promise<Recorded>;
  /** Types the line, waits for its end, and records that. */
  ended(name: string, line: string, typing?: Typing): Promise<void>;
  /** A home in which nothing has happened. */
  newHome(): Promise<Home>;
  /** A home like Ada's, with other values in her login and her settings. */
  copied(change?: Fields, settings?: Fields): Promise<Home>;
}

/** Signs Ada in, and sets everything up. */
export async function makeStage(sandbox: Sandbox, tmux: Tmux, size: Size): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const listener = registeredListener(sandbox);
  const { rotating } = sandbox.clients;
  const homes = undo.use(new AsyncDisposableStack());
  const newHome = async (): Promise<Home> => {
    const home = homes.use(await makeHome());
    await Deno.writeTextFile(`${home.path}/ca.pem`, sandbox.caPem, { mode: 0o644 });
    return home;
  };
  const trusting = (home: Home) => ({ ...sandbox, caFile: `${home.path}/ca.pem` });
  const home = await newHome();
  await signedIn(trusting(home), home, { listener });
  const silent = undo.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const silentPort = silent.addr.port;
  // Its own end of a connection: no program can listen there before this one is closed.
  const held = undo.use(await Deno.connect({ hostname: "127.0.0.1", port: silentPort }));
  const closedPort = held.localAddr.port;
  const changing = (home: Home) => ({
    "~": home.path,
    "<SBX>": new URL(sandbox.origin).port,
    "<PRT>": String(listener.port),
    "<SIL>": String(silentPort),
    "<CLO>": String(closedPort),
  });
  const names: string[] = [];
  async function open(line: string, typing: Typing = {}): Promise<Recorded> {
    const { home: its = home, flags = [], env = {}, cwd } = typing;
    const variables = { HOME: [its.path], PORT: [String(listener.port)] };
    const command = await commandOf(splitWords(line, variables), flags);
    const typed = line.replaceAll("$HOME", "~").replaceAll("$PORT", String(listener.port));
    const day = { TZ: morning(), ...env };
    const pane = await tmux.open({ ...size, home: its.path, typed, command, cwd, env: day });
    return {
      ...pane,
      async record(name) {
        names.push(name);
        await compare(name, size, pane.shown, { ...changing(its), ...typing.changing });
      },
    };
  }
  const end = undo.move();
  return {
    ...{ sandbox, listener, silentPort, closedPort, home, names, newHome, open },
    flags: sandboxFlags(trusting(home), rotating, listener),
    async ended(name, line, typing) {
      await using pane = await open(line, typing);
      await pane.end();
      await pane.record(name);
    },
    async copied(change = {}, settings = {}) {
      const copy = await newHome();
      const files = { config: {}, "profiles/default": settings, "credentials/default": change };
      for (const [name, fields] of Object.entries(files)) {
        const text = await Deno.readTextFile(`${home.configDir}/${name}.json`);
        const own = text.replaceAll(home.path, copy.path);
        await writeJson(copy, `${name}.json`, { ...JSON.parse(own), ...fields });
      }
      return copy;
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** The program and its arguments; `anaplan-auth` has the permissions of its task. */
async function commandOf([first, ...words]: string[], flags: readonly string[]): Promise<string[]> {
  if (first === "deno") return [Deno.execPath(), ...words, ...flags];
  const { program, args } = await commandLineOf([...words, ...flags]);
  return [program, ...args];
}

/** A time zone in which it is between nine and ten o'clock, so that what is near is of this day. */
function morning(): string {
  const offset = (9 - new Date().getUTCHours() + 24) % 24;
  return offset <= 12 ? `Etc/GMT-${offset}` : `Etc/GMT+${24 - offset}`;
}

const ADDRESS = /https:\/\/\S+response_type=code\S+/;

/** Opens the sign-in page that the window shows, in a browser; gives the last page's status. */
export async function visit(pane: Window): Promise<number> {
  await pane.shows(/^>$/m);
  const [address] = await pane.shows(ADDRESS);
  return (await browse(address)).status;
}

/** A fault that lasts until both windows have shown what was to be seen meanwhile. */
export function gatedFault(path: string): {
  readonly faults: (sandbox: Sandbox) => void;
  readonly arrive: () => void;
} {
  const gate = Promise.withResolvers<void>();
  let count = 0;
  return {
    faults: (sandbox) => sandbox.fault(path, { until: gate.promise, times: 2 }),
    arrive() {
      if (++count === 2) gate.resolve();
    },
  };
}
