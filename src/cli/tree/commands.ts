// The program as data: its version, and its commands by name with what each is for and may touch. Rule: no
// Stricli, so that the version, the help and a command without flags need no parser.

import type { Command, CommonFlags } from "../../command.ts";
import { COMPLETION_VARIABLES, DOCTOR_VARIABLES, SIGN_IN_VARIABLES } from "../../system/needs.ts";
import type { Needs } from "../../system/contract.ts";

/** What is known of a command before it is parsed or loaded. */
export interface CommandEntry {
  /** The heading on the root page; without one it is not listed there. */
  readonly group?: string;
  readonly brief: string;
  readonly needs: Needs;
  /** It seldom writes, and says itself when it will; see {@link System.expectWrites}. */
  readonly writesLate?: true;
  /** It sends a request, unless a flag makes that needless; see {@link System.expectRequest}. */
  readonly sends?: true;
  /** The command itself, when it can do without flags. */
  readonly load?: () => Promise<Command<CommonFlags, string[]>>;
  /** How many arguments it then has; none unless said otherwise. */
  readonly words?: number;
}

/** The version, the same as in deno.json (a test compares them). */
export const VERSION = "0.1.0";

/** What it was made from; `deno task bundle` writes the commit here. */
export const BUILD: string = "run from source";

/** What the program is for, in one line. */
export const BRIEF = "Sign in to Anaplan and stay signed in.";

const START = "Start here";
const USE = "Use it";
const SET_UP = "Set up and fix";
const NETWORK: Needs = { network: true, keys: true, variables: SIGN_IN_VARIABLES }; // it may sign in on the way
const OFFLINE: Needs = {};

/** Every command, in the order of the root page. */
export const COMMANDS = {
  login: {
    group: START,
    brief: "Sign in with your browser",
    needs: { ...NETWORK, programs: true },
    load: async () => (await import("../../commands/login.ts")).login,
  },
  whoami: {
    group: START,
    brief: "Show who you are signed in as",
    needs: NETWORK,
    sends: true,
    load: async () => (await import("../../commands/whoami.ts")).whoami,
  },
  status: {
    group: START,
    brief: "Show the stored login, without the network",
    needs: NETWORK,
    load: async () => (await import("../../commands/status.ts")).status,
  },
  refresh: {
    group: START,
    brief: "Get a new access token now",
    needs: NETWORK,
    sends: true,
    load: async () => (await import("../../commands/refresh.ts")).refresh,
  },
  logout: {
    group: START,
    brief: "Sign out, here and at Anaplan",
    needs: NETWORK,
    load: async () => (await import("../../commands/logout.ts")).logout,
  },
  api: {
    group: USE,
    brief: "Call an Anaplan API",
    needs: NETWORK,
    sends: true,
    load: async () => (await import("../../commands/api.ts")).api,
    words: 1,
  },
  token: {
    group: USE,
    brief: "Print a valid access token",
    needs: NETWORK,
    writesLate: true,
    load: async () => (await import("../../commands/token.ts")).token,
  },
  exec: {
    group: USE,
    brief: "Run a program with a token in its environment",
    needs: { ...NETWORK, programs: true },
  },
  proxy: {
    group: USE,
    brief: "Run a local address that adds the token",
    needs: { ...NETWORK, programs: true, socket: true },
  },
  profile: { group: SET_UP, brief: "Manage several logins", needs: NETWORK },
  doctor: {
    group: SET_UP,
    brief: "Find out what is wrong",
    needs: { network: true, keys: true, variables: DOCTOR_VARIABLES },
    load: async () => (await import("../../commands/doctor.ts")).doctor,
  },
  seal: {
    group: SET_UP,
    brief: "Encrypt stored logins with a key from your keychain",
    needs: NETWORK,
  },
  unseal: { // the page of seal leads here
    brief: "Decrypt stored logins",
    needs: { keys: true, variables: SIGN_IN_VARIABLES }, // it asks
  },
  store: { group: SET_UP, brief: "Share one login among many machines", needs: NETWORK },
  relay: {
    group: SET_UP,
    brief: "Sign in when only a public callback URL is registered",
    needs: OFFLINE,
  },
  cert: {
    group: SET_UP,
    brief: "Manage the certificate of the local listener",
    needs: { programs: true },
  },
  validate: {
    group: SET_UP,
    brief: "Ask Anaplan whether the token is still accepted",
    needs: NETWORK,
    sends: true,
    load: async () => (await import("../../commands/validate.ts")).validate,
  },
  complete: {
    group: SET_UP,
    brief: "Print completions for your shell",
    needs: { only: COMPLETION_VARIABLES },
  },
  help: {
    brief: "Help on a command",
    needs: OFFLINE,
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

/** What a command may touch at a terminal: one that needs a login may open a browser first. */
export function orSignIn(needs: Needs): Needs {
  return needs.variables === SIGN_IN_VARIABLES && needs.network
    ? { ...needs, programs: true }
    : needs;
}

/** What is known about a command; `undefined` when there is no such command. */
export function commandNamed(name: string): CommandEntry | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
}
