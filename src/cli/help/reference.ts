// The reference page: exit codes, variables and which build this is. Rule: the codes come from the one table in errors.ts.

import { type ErrorKind, EXIT_CODES } from "../../base/errors.ts";
import { type Row, SETTINGS } from "../../settings/table.ts";
import { BUILD, VERSION } from "../tree/commands.ts";

const MEANINGS: Readonly<Record<ErrorKind, string>> = {
  internal: "a bug in this program",
  usage: "a flag, argument or setting is wrong",
  login_required: "no such profile, no login, or an expired one",
  denied: "rejected: access, client, scope, callback URL or code",
  timeout: "you did not complete the sign-in in time",
  unavailable: "the network or Anaplan; the same command may work later",
  storage: "the login cannot be read, locked or saved",
  api: "an API answered with another error",
  interrupted: "Ctrl-C; 129 SIGHUP, 131 SIGQUIT, 143 SIGTERM",
};

type Variable = readonly [name: string, brief: string];

/** What goes with a client id. */
const CLIENT: readonly Variable[] = [
  ["ANAPLAN_CLIENT_SECRET", "its secret"],
  ["ANAPLAN_REFRESH_TOKEN", "a login that is stored nowhere, for CI machines"],
  ["ANAPLAN_REFRESH_TOKEN_FILE", "the same, in a file"],
];
const PLACE: readonly Variable[] = [
  ["ANAPLAN_PROFILE", "the profile"],
  ["ANAPLAN_AUTH_CONFIG_DIR", "where logins are stored"],
  ["ANAPLAN_AUTH_KEY_FILE", "the key of sealed logins, in a file"],
  ["ANAPLAN_AUTH_KEY_COMMAND", "a command that prints that key"],
  ["ANAPLAN_AUTH_KEY", "that key itself in base64, for CI machines"],
  ["ANAPLAN_AUTH_STORE", "the login store that is used; local for files"],
  ["ANAPLAN_AUTH_STORE_PASSWORD_FILE", "the password for the store, in a file"],
];
const OTHERS: readonly Variable[] = [
  ["ANAPLAN_AUTH_DEBUG", "as --verbose"],
  [
    "CLIENT and SECRET",
    "the tutorial's names: a client ID and, with it, its secret, if nothing else names one",
  ],
  ["BROWSER", "the browser: programs between colons, %s the URL"],
  ["NO_COLOR", "as --no-color"],
  ["ACCESSIBLE", "questions as plain lines, for screen readers"],
  ["HTTPS_PROXY", "http://USER:PASSWORD@HOST:PORT, or else ALL_PROXY"],
  [
    "NO_PROXY",
    "hosts and domains to reach without it, between commas; this computer never needs it",
  ],
  ["DENO_TLS_CA_STORE", "system: trust what this computer trusts"],
];

/** Those of the settings by name, and the others behind what they belong to. */
function variables(): readonly Variable[] {
  const { clientId, ...others } = SETTINGS;
  const rows: readonly Row[] = Object.values(others);
  const named = (isCommon: boolean): Variable[] =>
    rows.filter(({ group }) => (group === "common") === isCommon)
      .flatMap(({ variable }) => variable === undefined ? [] : [variable])
      .sort(([a], [b]) => a < b ? -1 : 1);
  return [clientId.variable, ...CLIENT, ...named(false), ...PLACE, ...named(true), ...OTHERS];
}

/** The page that `help reference` prints; a row is one line. */
export function reference(): string {
  const codes = Object.entries(EXIT_CODES).map(([kind, code]) =>
    [String(code), kind, MEANINGS[kind as ErrorKind]] as const
  );
  const rows = [["0", "", "done"] as const, ...codes];
  return `Exit codes, and error.kind with --json
${rows.map(([code, kind, text]) => `  ${code.padEnd(5)}${kind.padEnd(16)}${text}`).join("\n")}

Variables; a flag overrides its variable, a variable the profile
${variables().map(([name, text]) => `  ${name.padEnd(26)}  ${text}`).join("\n")}

Version ${VERSION}, ${BUILD}`;
}
