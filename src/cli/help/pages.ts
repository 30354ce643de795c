// What the help page of each command has besides its flags: one row a command. Rule: words only; the first example
// works when it is pasted by who is signed in, and `flags` are the five or so that people use.

export interface Page {
  /** What is typed, `{anaplan-auth}` for the program. */
  readonly examples: readonly string[];
  /** Names as in the code; `help COMMAND --all` has the others. */
  readonly flags: readonly string[];
  /** What stdout has afterwards. */
  readonly prints: string;
  readonly exitCodes: string;
}

const DONE = "0 done, 2 usage";
const READS = `${DONE}, 7 a file cannot be read`;
const SAVES = `${DONE}, 7 a file cannot be saved`;
const FAILS = "4 denied, 6 Anaplan is unavailable, 7 the login cannot be read or saved";
const USES_LOGIN = `${DONE}, 3 sign in first, ${FAILS}`;

/** The pages by the name of the command. */
export const PAGES: Readonly<Record<string, Page>> = {
  login: {
    examples: [
      "{anaplan-auth} login --region eu2",
      "{anaplan-auth} login --region eu2 --profile eu-test",
      "{anaplan-auth} login --device",
    ],
    flags: ["region", "clientId", "device", "paste", "timeout", "profile"],
    prints: "who you are signed in as, and until when",
    exitCodes: `${DONE}, 4 denied, 5 you did not complete the sign-in in time, ` +
      "6 Anaplan is unavailable, 7 the login cannot be saved, 130 interrupted",
  },
  whoami: {
    examples: ["{anaplan-auth} whoami", "{anaplan-auth} whoami --json"],
    flags: ["profile", "json"],
    prints: "your name, user ID and tenant",
    exitCodes: `${USES_LOGIN}, 8 API error`,
  },
  status: {
    examples: ["{anaplan-auth} status", "{anaplan-auth} status --expires-within 1h"],
    flags: ["check", "expiresWithin", "profile", "json"],
    prints: "what is stored, and until when it is valid",
    exitCodes: `${DONE}, 3 sign in first, or the login expires soon, ` +
      "7 the login cannot be read; with --check also those of whoami",
  },
  refresh: {
    examples: ["{anaplan-auth} refresh", "{anaplan-auth} refresh --if-expiring-within 10m"],
    flags: ["ifExpiringWithin", "profile", "json"],
    prints: "until when the access token is valid",
    exitCodes: USES_LOGIN,
  },
  logout: {
    examples: ["{anaplan-auth} logout", "{anaplan-auth} logout --all"],
    flags: ["all", "profile", "json"],
    prints: "what was removed here and revoked at the server",
    exitCodes: `${DONE}, 7 the login cannot be removed`,
  },
  api: {
    examples: [
      "{anaplan-auth} api /2/0/users/me",
      "{anaplan-auth} api /2/0/workspaces --paginate",
      "{anaplan-auth} api /2/0/workspaces/W/models/M/files/FILE_ID/chunks --chunks -o data.csv",
    ],
    flags: ["method", "data", "paginate", "chunks", "output", "profile"],
    prints: "the answer, also of a call that the API rejected",
    exitCodes: `${USES_LOGIN}, or the file cannot be saved, 8 the API rejected the call`,
  },
  token: {
    examples: [
      "{anaplan-auth} token",
      "{anaplan-auth} token --header | curl --header @- https://api.anaplan.com/2/0/users/me",
    ],
    flags: ["header", "minValid", "profile", "json"],
    prints: "a valid access token, and nothing else",
    exitCodes: USES_LOGIN,
  },
  exec: {
    examples: [
      "{anaplan-auth} exec -- sh -c 'echo \"${#ANAPLAN_ACCESS_TOKEN} characters\"'",
      "{anaplan-auth} exec --min-valid 30m -- python3 report.py",
    ],
    flags: ["minValid", "profile"],
    prints: "what the program prints",
    exitCodes: "the program's own; 126 it cannot be run, 127 it does not exist; before it runs: " +
      `2 usage, 3 sign in first, ${FAILS}`,
  },
  proxy: {
    examples: [
      "{anaplan-auth} proxy -- sh -c 'echo \"$ANAPLAN_BASE_URL\"'",
      "{anaplan-auth} proxy --read-only -- python3 report.py",
      "{anaplan-auth} proxy --port 8080 --only /2/0/workspaces",
    ],
    flags: ["port", "socket", "readOnly", "only", "profile"],
    prints: "the address, or what the program prints",
    exitCodes: `${USES_LOGIN}, or the socket cannot be private, 130 interrupted, 143 ended; ` +
      "with a program its own, 126 it cannot be run, 127 it does not exist",
  },
  "profile list": {
    examples: ["{anaplan-auth} profile list"],
    flags: ["json"],
    prints: "the profiles, the one in use marked",
    exitCodes: READS,
  },
  "profile show": {
    examples: ["{anaplan-auth} profile show", "{anaplan-auth} profile show default"],
    flags: ["json"],
    prints: "the settings of the profile, without secrets",
    exitCodes: READS,
  },
  "profile set": {
    examples: [
      "{anaplan-auth} profile set eu-test --region eu2",
      "{anaplan-auth} profile set eu-test --unset region",
    ],
    flags: ["region", "clientId", "redirectUri", "unset"],
    prints: "which profile was saved",
    exitCodes: SAVES,
  },
  "profile use": {
    examples: ["{anaplan-auth} profile use default"],
    flags: ["json"],
    prints: "which profile is in use now",
    exitCodes: SAVES,
  },
  "profile remove": {
    examples: ["{anaplan-auth} profile remove eu-test"],
    flags: ["yes", "json"],
    prints: "which profile was removed",
    exitCodes: `${DONE}, 7 a file cannot be removed, 130 you did not answer y`,
  },
  seal: {
    examples: ["{anaplan-auth} seal", "{anaplan-auth} unseal --yes"],
    flags: ["keychain", "keyFile", "keyCommand", "rotate", "json"],
    prints: "where the key is and which logins it seals",
    exitCodes: `${DONE}, 7 a key or a login cannot be read or saved`,
  },
  unseal: {
    examples: ["{anaplan-auth} unseal --yes"],
    flags: ["yes", "json"],
    prints: "which logins are in plain private files again",
    exitCodes: `${DONE}, 7 a key or a login cannot be read or saved, 130 you did not choose Yes`,
  },
  "store init": {
    examples: ["{anaplan-auth} store init postgresql://anaplan@db.example.com/anaplan --print"],
    flags: ["print", "caFile", "json"],
    prints: "what to type next, or the SQL",
    exitCodes: `${DONE}, 6 the store is unavailable, 7 the store cannot be used`,
  },
  "store use": {
    examples: [
      "{anaplan-auth} store use local",
      "{anaplan-auth} store use postgresql://anaplan@db.example.com/anaplan",
    ],
    flags: ["caFile", "json"],
    prints: "where logins are from now on",
    exitCodes: `${DONE}, 6 the store is unavailable, 7 the store cannot be used`,
  },
  "store push": {
    examples: ["{anaplan-auth} store push", "{anaplan-auth} store push --all"],
    flags: ["all", "profile", "json"],
    prints: "which profiles were moved",
    exitCodes: `${DONE}, 6 the store is unavailable, 7 a login cannot be read or saved`,
  },
  "store pull": {
    examples: ["{anaplan-auth} store pull", "{anaplan-auth} store pull --all"],
    flags: ["all", "profile", "json"],
    prints: "which profiles were moved",
    exitCodes: `${DONE}, 6 the store is unavailable, 7 a login cannot be read or saved`,
  },
  "store status": {
    examples: ["{anaplan-auth} store status"],
    flags: ["json"],
    prints: "the store, its replication, and who saved each login",
    exitCodes: `${DONE}, 6 the store is unavailable, 7 the store cannot be used`,
  },
  "relay bookmarklet": {
    examples: ["{anaplan-auth} relay bookmarklet"],
    flags: ["host", "profile"],
    prints: "the bookmarklet, for the address of a bookmark",
    exitCodes: DONE,
  },
  "relay page": {
    examples: ["{anaplan-auth} relay page > callback.html"],
    flags: ["host", "profile"],
    prints: "the page, in HTML",
    exitCodes: DONE,
  },
  "cert show": {
    examples: ["{anaplan-auth} cert show"],
    flags: ["json"],
    prints: "the names, the fingerprint and the last day of the certificate",
    exitCodes: READS,
  },
  "cert renew": {
    examples: ["{anaplan-auth} cert renew"],
    flags: ["json"],
    prints: "the new certificate, as cert show does",
    exitCodes: SAVES,
  },
  "cert trust": {
    examples: ["{anaplan-auth} cert trust", "{anaplan-auth} cert trust --yes"],
    flags: ["yes", "json"],
    prints: "the commands that make your browsers trust the certificate",
    exitCodes: `${DONE}, 6 a command did not work, 7 a file cannot be saved`,
  },
  validate: {
    examples: ["{anaplan-auth} validate", "{anaplan-auth} validate --json"],
    flags: ["profile", "json"],
    prints: "whether Anaplan still accepts the token",
    exitCodes: `${DONE}, 3 not valid, or sign in first, ${FAILS}, 8 API error`,
  },
  doctor: {
    examples: ["{anaplan-auth} doctor", "{anaplan-auth} doctor --json"],
    flags: ["region", "profile", "json"],
    prints:
      "each check, and what to do about each problem; no secret, so you can send it to support",
    exitCodes: `${DONE}, or that of the first problem: 2 settings or proxy, 3 sign in, ` +
      "4 denied, 6 network or port, 7 files, 8 API error",
  },
  complete: {
    examples: [
      "source <({anaplan-auth} complete bash)",
      "source <({anaplan-auth} complete zsh)   # after compinit",
      "{anaplan-auth} complete fish | source",
      "{anaplan-auth} complete powershell | Out-String | Invoke-Expression",
    ],
    flags: ["configDir"],
    prints: "a script for your shell",
    exitCodes: DONE,
  },
  help: {
    examples: ["{anaplan-auth} help login", "{anaplan-auth} help login --all"],
    flags: ["all", "json"],
    prints: "the page",
    exitCodes: DONE,
  },
};
