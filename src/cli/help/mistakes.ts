// What people type out of habit from other tools, and what to type instead. Rule: pure, and no value that may be a
// secret is said again.

import { type Run, run, shellWord } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { toKebabCase } from "../../base/parse.ts";

/** Words of other tools, with our command for them. */
const MEANT: Readonly<Record<string, string>> = {
  auth: "login",
  authenticate: "login",
  authorize: "login",
  config: "profile set",
  configure: "login",
  init: "login",
  logon: "login",
  setup: "login",
  "sign-in": "login",
  "sign-out": "logout",
  "log-in": "login",
  "log-out": "logout",
  me: "whoami",
  user: "whoami",
  who: "whoami",
};
/** Words of other tools for a request, with its method. */
const REQUESTS: Readonly<Record<string, string>> = {
  call: "",
  curl: "",
  fetch: "",
  get: "",
  http: "",
  request: "",
  delete: "DELETE",
  patch: "PATCH",
  post: "POST",
  put: "PUT",
};
const METHODS = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/i;
/** A path or an address that needs no quotes. */
const PATH = /^(\/|https?:\/\/)[\w@%+=:,./~-]*$/;

/** The error for a command line as another tool takes it; `undefined` for any other. */
export function knownMistake(argv: readonly string[]): CliError | undefined {
  const [name = "", ...rest] = argv;
  const { message, next } = typedSecret(argv) ?? methodAsArgument(name, rest) ??
    otherName(name, rest) ?? {};
  return message === undefined ? undefined : new CliError("usage", message, { next: next ?? "" });
}

interface Answer {
  readonly message: string;
  readonly next: Run;
}

const ON_COMMAND_LINE = "does not belong on the command line, where other users can see it";

function typedSecret(argv: readonly string[]): Answer | undefined {
  const end = argv.indexOf("--");
  const flags = argv.slice(0, end < 0 ? argv.length : end).filter((word) => word.startsWith("--"))
    .map((word) => toKebabCase(word.slice(2).replace(/=[^]*/, "")));
  const has = (...names: readonly string[]): boolean => names.some((name) => flags.includes(name));
  if (has("client-secret", "secret")) {
    const next = run("login --client-secret-file FILE");
    return { message: `A secret ${ON_COMMAND_LINE}`, next };
  }
  if (has("username", "user", "password")) {
    const message = "Cannot use a user name or a password: you type them in the browser only";
    return { message, next: run("login") };
  }
  if (!has("token", "access-token", "refresh-token")) return undefined;
  return { message: `A token ${ON_COMMAND_LINE}`, next: run("login") };
}

/** `api GET /2/0/users/me`. */
function methodAsArgument(name: string, [method = "", path = ""]: readonly string[]) {
  if (name !== "api" || !METHODS.test(method) || !PATH.test(path)) return undefined;
  const message = `Cannot use "${method}" for PATH: the method goes into --method (-X)`;
  return { message, next: run(`api ${path} -X ${method.toUpperCase()}`) };
}

function otherName(name: string, rest: readonly string[]): Answer | undefined {
  const word = name.toLowerCase();
  if (Object.hasOwn(REQUESTS, word)) {
    const path = rest.find((argument) => PATH.test(argument)) ?? "PATH";
    const method = REQUESTS[word] ? ` -X ${REQUESTS[word]}` : "";
    return { message: unknown(name, "api"), next: run(`api ${path}${method}`) };
  }
  const meant = Object.hasOwn(MEANT, word) ? MEANT[word] : undefined;
  return meant === undefined ? undefined : { message: unknown(name, meant), next: run(meant) };
}

function unknown(name: string, meant: string): string {
  return `There is no command ${name}; did you mean ${meant}?`;
}

/** Where no command is: the version, where that was meant, or else the help. */
export function withoutCommand(first: string): Run {
  return run(/^(-v|-V|--?ver\w*|--?vers?\w*)$/.test(first) ? "--version" : "help");
}

/** The command with the flags that were typed before it. */
export function flagsBehind(command: string, argv: readonly string[]): Run {
  return run([command, ...argv.filter((word) => word !== command).map(shellWord)].join(" "));
}
