// The commands by name: where each stands in the help, what it is for and what it may touch. Rule: plain
// data and no Stricli, so that the version, the help and a command without flags need no parser.

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
  /** The command itself, when it can do without flags and arguments. */
  readonly load?: () => Promise<Command<CommonFlags>>;
}

/** What the program is for, in one line. */
export const BRIEF = "Sign in to Anaplan and keep the login usable.";

const START = "Start here";
const SCRIPTS = "For scripts";
const SET_UP = "Set up and mend";
const NETWORK: Needs = { network: true };
const OFFLINE: Needs = {};

/** Every command, in the order of the root page. */
export const COMMANDS = {
  login: {
    group: START,
    brief: "Sign in with your browser",
    needs: { network: true, programs: true, variables: SIGN_IN_VARIABLES },
    load: async () => (await import("../../commands/login.ts")).login,
  },
  whoami: {
    group: START,
    brief: "Show who you are signed in as",
    needs: NETWORK,
    load: async () => (await import("../../commands/whoami.ts")).whoami,
  },
  refresh: {
    group: START,
    brief: "Get a new access token now",
    needs: NETWORK,
    load: async () => (await import("../../commands/refresh.ts")).refresh,
  },
  status: {
    group: START,
    brief: "Show what is stored, without the network",
    needs: NETWORK,
    load: async () => (await import("../../commands/status.ts")).status,
  },
  logout: {
    group: START,
    brief: "End the login here and at Anaplan",
    needs: NETWORK,
    load: async () => (await import("../../commands/logout.ts")).logout,
  },
  token: {
    group: SCRIPTS,
    brief: "Print a valid access token",
    needs: NETWORK,
    writesLate: true,
    load: async () => (await import("../../commands/token.ts")).token,
  },
  api: { group: SCRIPTS, brief: "Call an Anaplan API", needs: NETWORK },
  exec: {
    group: SCRIPTS,
    brief: "Run a program with a token in its environment",
    needs: { network: true, programs: true },
  },
  profile: { group: SET_UP, brief: "Keep several logins apart", needs: OFFLINE },
  relay: {
    group: SET_UP,
    brief: "Sign in when only a public redirect URI is registered",
    needs: OFFLINE,
  },
  cert: {
    group: SET_UP,
    brief: "Show, renew or trust the listener's certificate",
    needs: { programs: true },
  },
  validate: {
    group: SET_UP,
    brief: "Ask Anaplan whether the token is still good",
    needs: NETWORK,
    load: async () => (await import("../../commands/validate.ts")).validate,
  },
  doctor: {
    group: SET_UP,
    brief: "Find out what is wrong",
    needs: { network: true, variables: DOCTOR_VARIABLES },
    load: async () => (await import("../../commands/doctor.ts")).doctor,
  },
  complete: {
    group: SET_UP,
    brief: "Completions for your shell",
    needs: { only: COMPLETION_VARIABLES },
  },
  help: {
    brief: "Help on a command; `help reference` lists exit codes and variables",
    needs: OFFLINE,
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

/** What a command may touch; at a terminal, one that needs a login may sign in first. */
export function needsOf(entry: CommandEntry | undefined, isAtTerminal: boolean): Needs {
  const needs = entry?.needs ?? {};
  return isAtTerminal && needs.network && !needs.variables ? COMMANDS.login.needs : needs;
}

/** What is known of a command; `undefined` for what is none. */
export function commandNamed(name: string): CommandEntry | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
}
