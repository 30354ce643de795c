// Plays a case: makes true what is given, types the commands, and notes what comes of them.
// Rule: whatever a case is about, no secret may be on a stream; only `token` prints one; and what is
// there with --json follows its schema.
import { assertEquals } from "@std/assert";
import type { Sandbox } from "../sandbox/contract.ts";
import type { Result, Step } from "./case_file.ts";
import { make, makeWorld, sandboxOptions, type World } from "./case_world.ts";
import { type RunningHere, startHere } from "../support/here.ts";
import type { Credentials } from "../support/home.ts";
import { type Outcome, type ProgramOptions, startProgram } from "../support/program.ts";
import { assertFollowsSchema } from "../support/schemas.ts";
import { pageToOpen, sandboxFlags, WAITS_FOR_PERSON } from "../support/sign_in.ts";
import { writeCertificate } from "../support/signed_in.ts";
import { splitWords } from "../support/words.ts";

/**
 * Plays the steps in a world of their own; gives them back with what really came of each command.
 *
 * @param start how each command is started: as a process of its own, by default.
 */
export async function play(steps: readonly Step[], start: Start = startProgram): Promise<Step[]> {
  const givens = steps.flatMap((step) => step.kind === "given" ? [step.line] : []);
  await using world = await makeWorld(sandboxOptions(givens));
  if (steps.some(signsIn)) await writeCertificate(world.home);
  const played: Step[] = [];
  for (const step of steps) {
    if (step.kind === "given") await make(world, step.line);
    if (step.kind === "then") await check(world, step.line);
    played.push(
      step.kind === "command" ? { ...step, result: await typed(world, step.line, start) } : step,
    );
  }
  return played;
}

/** A step that would make a certificate on the way to something else. */
function signsIn(step: Step): boolean {
  return step.kind === "command" && /^(\w+=\S+ )*(anaplan-auth|deno task) login /.test(step.line);
}

/** What is typed, understood. */
interface Typed extends Pick<ProgramOptions, "stdin" | "asTask"> {
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

/** Starts a command of a case. */
type Start = (argv: readonly string[], options: ProgramOptions) => Promise<RunningHere>;

/** In this process, unless stdin, a program or another one's variables belong to it. */
export function startHereOrThere(
  argv: readonly string[],
  options: ProgramOptions,
): Promise<RunningHere> {
  const { stdin, env = {}, asTask = false } = options;
  const needsProcess = stdin !== undefined || asTask || NEEDS_PROCESS.test(argv[0] ?? "") ||
    Object.keys(env).some((name) => !OURS.test(name));
  return needsProcess ? startProgram(argv, options) : Promise.resolve(startHere(argv, options));
}

/** What starts programs, or looks at its own process. */
const NEEDS_PROCESS = /^(exec|proxy|cert|seal|unseal|doctor)$/;
/** Variables that nothing but the program reads: Deno has read the others already. */
const OURS = /^(ANAPLAN_\w+|CLIENT|SECRET)$/;

async function typed(world: World, line: string, start: Start): Promise<Result> {
  const { argv, ...options } = parseTyped(world, line);
  const earlier = world.sandbox.requests.length;
  const before = await logins(world);
  const outcome = await outcomeOf(world, argv, options, start);
  const known = [...before, ...await logins(world)];
  assertNothingSpilled(world, argv, outcome, known);
  assertFollowsSchema(argv, outcome);
  assertEquals(
    (outcome.stdout + outcome.stderr).includes("\x1b"),
    false,
    "nothing is drawn on a pipe",
  );
  return {
    stdout: named(world, outcome.stdout, known),
    stderr: named(world, outcome.stderr, known),
    requests: world.sandbox.requests.slice(earlier)
      .filter(({ headers }) => !headers["user-agent"]?.startsWith("Mozilla"))
      .map(({ method, path, parameters, status }) =>
        [method, path, parameters.grant_type, status].filter((part) => part !== undefined).join(" ")
      ),
    code: outcome.code,
  };
}

function parseTyped(world: World, line: string): Typed {
  const [command = "", stdin] = line.split(" <<< ");
  const variables = variablesOf(world);
  const words = splitWords(command, variables);
  const at = words.findIndex((word) => !/^\w+=/.test(word));
  const env = Object.fromEntries(
    words.slice(0, at).map((word) => {
      const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(word) ?? [];
      return [name, value];
    }),
  );
  const asTask = words[at] === "deno";
  if (!asTask && words[at] !== "anaplan-auth") {
    throw new Error(`This is not a command line: ${line}`);
  }
  return {
    env,
    argv: words.slice(at + (asTask ? 2 : 1)),
    asTask,
    ...(stdin === undefined ? {} : { stdin: `${splitWords(stdin, variables).join(" ")}\n` }),
  };
}

function variablesOf(world: World): Record<string, string[]> {
  const { sandbox, redirectUri, home, listener } = world;
  const { rotating, device } = sandbox.clients;
  const [clientIdFlag = "", clientId = "", caFlag = "", caFile = "", ...rest] = sandboxFlags(
    sandbox,
    rotating,
    { redirectUri },
  );
  const endpoints = rest.map((word) =>
    word === sandbox.endpoints.authorization ? world.authorizationEndpoint : word
  );
  const client = [clientIdFlag, clientId];
  const trust = [caFlag, caFile];
  return {
    SANDBOX: [...client, ...trust, ...endpoints],
    ENDPOINTS: [...trust, ...endpoints],
    UNTRUSTED: [...client, ...endpoints],
    CA: trust,
    DEVICE: [...trust, ...endpoints, "--device-endpoint", sandbox.endpoints.device],
    DEVICE_CLIENT_ID: [device.clientId],
    REVOCATION: [sandbox.endpoints.revocation],
    ISSUER: [sandbox.origin],
    REDIRECT_URI: [redirectUri],
    PORT: [String(listener.port)],
    STORE: [`postgresql://anaplan@127.0.0.1:${world.storePort}/anaplan`],
    HOME: [home.path],
    CLIENT_ID: [rotating.clientId],
    CLIENT_SECRET: [rotating.clientSecret],
  };
}

async function outcomeOf(
  world: World,
  argv: readonly string[],
  options: Omit<Typed, "argv">,
  start: Start,
): Promise<Outcome> {
  const { person, home } = world;
  const stdin = person.pastes && argv[0] === "login" && options.stdin === undefined
    ? { stdin: { open: true } as const }
    : {};
  await using program = await start(argv, { ...options, ...stdin, home: home.path });
  if (argv[0] !== "login") return await program.outcome;
  const asked = await program.said(WAITS_FOR_PERSON).catch(() => undefined);
  if (asked !== undefined) await person.act(program, pageToOpen(asked));
  return await program.outcome;
}

/** The logins of all profiles. */
async function logins({ home }: World) {
  const names = await Array.fromAsync(Deno.readDir(`${home.configDir}/credentials`))
    .catch(() => []);
  const profiles = names.map(({ name }) => name).filter((name) => name.endsWith(".json"));
  return await Promise.all(profiles.map((name) => home.credentials(name.slice(0, -5))));
}

type Logins = Awaited<ReturnType<typeof logins>>;

function assertNothingSpilled(
  { sandbox }: World,
  argv: readonly string[],
  { stdout, stderr }: Outcome,
  known: Logins,
): void {
  const shown = argv[0] === "token" ? stderr : stdout + stderr;
  const spilled = spilledSecrets(shown, secretsOf(sandbox, known));
  assertEquals(spilled, [], `anaplan-auth ${argv.join(" ")} prints a secret`);
}

function named(world: World, text: string, known: Logins): string {
  const { sandbox, home, listener, authorizationEndpoint } = world;
  return withPlaceholders(text, {
    ACCESS_TOKEN: known.at(-1)?.accessToken,
    HOME: home.path,
    SANDBOX_PORT: new URL(sandbox.origin).port,
    FIREWALL_PORT: new URL(authorizationEndpoint).port, // the sandbox's, when there is none
    STORE_PORT: world.storePort === undefined ? undefined : String(world.storePort),
    PORT: String(listener.port),
  });
}

/** The values of one case that its texts may hold. */
interface KnownValues {
  /** By the name of the placeholder; longer values first where one holds another. */
  readonly [name: string]: string | undefined;
}

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(?<=^Version <VERSION>, ).+/gm, "<BUILD>"],
  [/\bstate=(<PORT>\.)[\w-]{43}\b/g, "state=$1<state>"],
  [/\b(state|nonce|code_challenge)=[\w-]{43}\b/g, "$1=<$1>"],
  [/(SHA-256 )[0-9A-F]{4}…[0-9A-F]{4}/g, "$1<FINGERPRINT>"],
  [/\b(?:[0-9A-F]{2}:){15}[0-9A-F]{2}\b|\b[0-9A-F]{64}\b/g, "<FINGERPRINT>"],
  [/\b[B-Z]{4}-[B-Z]{4}\b/g, "<USER_CODE>"], // of 20 consonants (RFC 8628, section 6.1)
  [/(?<=Clock {9}|"Clock","mark":"ok","seen":")\d+ s (?:ahead of|behind)/g, "<SKEW>"],
  [/\b\d+(?= days (?:ahead of|behind))/g, "<N>"],
  [/(?<=^Waiting up to )\d+ s(?=\.$)/gm, "<TIME_LEFT>"],
  [/(?<=, refreshed )\d+ s(?= ago)/g, "<AGE>"],
  [/ and \[::1\]:<PORT>(?= is free)/g, ""], // not every machine has IPv6
  [/(?<=is (?:good|valid) for )\d+ (?:s|min)(?= more)/g, "<DURATION>"],
  [/(?<=by |_by":")[^",\s]+, process \d+/g, "<PROCESS>"],
  [/PostgreSQL \d+(?:\.\d+)?(?: \([^)]*\))?/g, "<POSTGRESQL>"],
  [/\b\d+ bytes, \d+ ms$/gm, "<N> bytes, <N> ms"],
  [/(?<=^< \d{3} .*, )\d+ ms$/gm, "<N> ms"],
  [/\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<ISO_TIME>"],
  [/(?:\b20[2-9]\d-\d\d-\d\d )?(?<![\d:.-])(?<!2017-09-07 )\d\d:\d\d(?![\d:])/g, "<TIME>"],
];

/** The text with a name for everything that differs from run to run. */
function withPlaceholders(text: string, known: KnownValues): string {
  let named = text.replaceAll(VERSION, "<VERSION>");
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined) named = named.replaceAll(value, `<${name}>`);
  }
  for (const [pattern, name] of PATTERNS) named = named.replace(pattern, name);
  return named.replace(/<(state|nonce|code_challenge)>/g, (name) => name.toUpperCase());
}

/** The version. */
const VERSION: string = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
).version;

const SECRET_PARAMETERS = [
  "code",
  "code_verifier",
  "client_secret",
  "refresh_token",
  "device_code",
  "token",
];
const SHORTEST = 6;

/** The names of the secrets that the text holds. */
function spilledSecrets(text: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].filter(([value]) => text.includes(value)).map(([, name]) => name);
}

/** Everything that is a secret by now: its value and what it is. */
function secretsOf(
  sandbox: Pick<Sandbox, "requests" | "clients">,
  logins: readonly (Credentials | undefined)[],
): Map<string, string> {
  const { rotating, nonRotating } = sandbox.clients;
  const sent = sandbox.requests.flatMap(({ parameters, headers }) => [
    ...SECRET_PARAMETERS.map((name) => [parameters[name], name] as const),
    [headers.authorization?.split(" ")[1], "access token"] as const,
  ]);
  const kept = logins.flatMap((login) => [
    [login?.accessToken, "access token"] as const,
    [login?.refreshToken, "refresh_token"] as const,
    [login?.clientSecret, "client_secret"] as const,
  ]);
  const known = [rotating, nonRotating].map(({ clientSecret }) =>
    [clientSecret, "client_secret"] as const
  );
  const all = [...sent, ...kept, ...known].flatMap(([value, name]) =>
    value === undefined || value.length < SHORTEST ? [] : [[value, name] as const]
  );
  return new Map(all);
}

type Check = (world: World, ...parts: string[]) => Promise<void> | void;

const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [/^no login is stored$/, async ({ home }) => {
    assertEquals(await home.credentials(), undefined);
  }],
  [/^a login is stored(?: \(profile (\S+)\))?$/, async ({ home }, profile) => {
    const login = await home.credentials(profile || undefined);
    assertEquals(typeof login?.accessToken, "string");
  }],
  [/^the login is (not )?sealed(?: \(profile (\S+)\))?$/, async ({ home }, not, profile) => {
    const { version } = JSON.parse(
      await Deno.readTextFile(home.credentialsFile(profile || undefined)),
    );
    assertEquals(version, not ? 1 : 2);
  }],
  [/^~\/(\S+) still contains (.*)$/, async ({ home }, path, text) => {
    assertEquals(await Deno.readTextFile(`${home.path}/${path}`), text);
  }],
  [/^~\/(\S+) has mode (\d+)$/, async ({ home }, path, mode) => {
    const info = await Deno.stat(`${home.path}/${path}`);
    assertEquals(((info.mode ?? 0) & 0o777).toString(8), mode);
  }],
];

/** Makes sure that a `then` line is true. */
async function check(world: World, line: string): Promise<void> {
  for (const [pattern, holds] of CHECKS) {
    const found = pattern.exec(line);
    if (found !== null) return await holds(world, ...found.slice(1).map((part) => part ?? ""));
  }
  throw new Error(`There is no check for: then ${line}`);
}
