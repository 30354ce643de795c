// Kills seal, seal --rotate, unseal, refresh and login on sealed logins, at each of their calls in turn.
// Rule: after each kill every login can be read, the same command finishes the work, and no token is anywhere in
// plain text that was not so before.
import { type Keychain, startPass } from "../support/keyring.ts";
import { openByHand, plainFiles } from "../support/sealed.ts";
import type { Credentials } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";
import { describe } from "./crashes.ts";
import { type Deed, LOGIN } from "./deeds.ts";
import { judge, NONE, type Row, SEALED_KILLS } from "./row.ts";
import type { Call } from "./trace.ts";
import { marksOf, runTraced, type TracedOutcome, wasHit } from "./traced.ts";
import { isLockFree, startWorld, type World } from "./world.ts";

/** A world with two logins and a keychain. */
export interface SealedWorld extends World {
  readonly keychain: Keychain;
  /** Every token that was ever seen in the logins. */
  readonly tokens: Set<string>;
}

/** What is killed, and what has to be so when the same command has finished the work. */
interface SealedDeed extends Deed {
  /** Does the work again, to its end. */
  again(world: World): Promise<Pick<Outcome, "code" | "stderr">>;
  /** Whether plain tokens may be there right after the kill, and when the work is done. */
  readonly plain: { readonly killed: boolean; readonly done: boolean };
  /** Whether it leaves the tokens of the first profile as they are. */
  readonly keepsTokens: boolean;
}

const PROFILES = ["default", "eu"];

/** How many kills a whole run has at least. */
const LEAST_KILLS = 500;

function command(argv: readonly string[], plain: SealedDeed["plain"]): SealedDeed {
  const [first = "", ...rest] = argv;
  return {
    name: [first, ...rest.filter((word) => word !== "--yes")].join(" "),
    plain,
    keepsTokens: first !== "refresh",
    prepare: async (world) => {
      await done(world, argv.length === 1 && first === "seal" ? ["unseal", "--yes"] : ["seal"]);
    },
    run: (world, injection) => runTraced(world, argv, { injection }),
    again: (world) => world.run(...argv),
  };
}

const SEALED = { killed: false, done: false };

/** All deeds, by name. */
export const SEALED_DEEDS: readonly SealedDeed[] = [
  command(["seal"], { killed: true, done: false }),
  command(["seal", "--rotate"], SEALED),
  command(["unseal", "--yes"], { killed: true, done: true }),
  command(["refresh"], SEALED),
  {
    ...command(["seal"], SEALED),
    name: "login",
    keepsTokens: false,
    prepare: async (world) => {
      await done(world, ["seal"]);
    },
    run: LOGIN.run,
    again: (world) => LOGIN.run(world),
  },
];

/** Signs in to two profiles; the keychain is pass, with a GPG key of its own. */
export async function startSealedWorld(): Promise<SealedWorld> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await startWorld());
  await world.signIn("eu");
  const keychain = undo.use(await startPass(world.home.path));
  const env = { ...world.env, ...keychain.env };
  const tokens = new Set<string>();
  const end = undo.move();
  return {
    ...world,
    isTracedAlone: true,
    env,
    run: (...argv) => runProgram(argv, { home: world.home.path, env }),
    keychain,
    tokens,
    plainFiles: () => plainFiles(world.home.path, tokens),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** Kills the deed at each of its calls that are selected; a row for each. */
export async function killSealed(
  deed: SealedDeed,
  world: SealedWorld,
  select: (call: Call, ordinal: number) => boolean = () => true,
  hear: (row: Row) => void = () => {},
): Promise<Row[]> {
  await deed.prepare(world);
  await noteTokens(world);
  const whole = await deed.run(world);
  if (whole.code !== 0) throw new Error(`The ${deed.name} fails by itself: ${whole.stderr}`);
  const rows: Row[] = [];
  for (const call of whole.calls.filter(select)) {
    const row = await killAt(call, deed, world);
    hear(row);
    rows.push(row);
  }
  return rows;
}

async function killAt(call: Call, deed: SealedDeed, world: SealedWorld): Promise<Row> {
  const wrong: string[] = [];
  let tried = 0;
  let inWindow = 0;
  let isHit = false;
  for (const mark of marksOf(call)) {
    await deed.prepare(world);
    const before = await noteTokens(world);
    const outcome = await deed.run(world, { name: call.name, mark, what: "kill" });
    isHit = wasHit(outcome, call, "?");
    tried += Number(isHit || wasKilled(outcome));
    const after = await judgeKill(deed, world, before);
    wrong.push(...after.wrong);
    inWindow += Number(after.isInWindow);
    if (isHit || wrong.length > 0) break;
  }
  const kept = `${isHit ? "" : "not met, killed elsewhere: "}every login could be read` +
    (inWindow > 0 ? "; lost in the window: the server had rotated" : "");
  return {
    part: SEALED_KILLS,
    command: deed.name,
    what: `${deed.name}, killed before ${describe(call)}`,
    tried,
    kept,
    wrong,
    counts: { ...NONE, lost: inWindow, inWindow },
  };
}

/** Whether strace ended as the program did, by SIGKILL. */
function wasKilled({ code }: TracedOutcome): boolean {
  return code === 128 + 9;
}

/** What a kill has left, and what the same command makes of it. */
async function judgeKill(
  deed: SealedDeed,
  world: SealedWorld,
  before: readonly Credentials[],
): Promise<{ readonly wrong: readonly string[]; readonly isInWindow: boolean }> {
  const { wrong, expect } = judge();
  const expectNoToken = (when: string): void => {
    const files = world.plainFiles?.() ?? [];
    expect(files.length === 0, `plain tokens ${when}: ${files.join()}`);
  };
  if (!deed.plain.killed) expectNoToken("after the kill"); // nothing has looked at it yet
  for (const [at, profile] of PROFILES.entries()) {
    expect(isLockFree(world, profile), `the lock of ${profile} is stuck`);
    const { code, stdout, stderr } = await world.run("token", "--profile", profile);
    expect(code === 0, `${profile} cannot be read: ${stderr}`);
    const isSame = stdout.trim() === before[at]?.accessToken;
    expect(isSame || (profile === "default" && !deed.keepsTokens), `${profile} has other tokens`);
  }
  const [stored] = await noteTokens(world);
  if (!deed.plain.killed) expectNoToken("after the next command");
  const again = await deed.again(world);
  // a refresh that was killed between the server's answer and the save has no refresh token any more
  const isInWindow = again.code === 3 &&
    world.refreshes().some(({ parameters, status }) =>
      status === 200 && parameters.refresh_token === stored?.refreshToken
    );
  expect(again.code === 0 || isInWindow, `the same command fails: ${again.stderr}`);
  if (isInWindow) await signIn(world.sandbox, world.home, { env: world.env });
  await noteTokens(world);
  if (!deed.plain.done) expectNoToken("when the work is done");
  const keys = await world.keychain.keyIds();
  expect(keys.length === (deed.plain.done ? 0 : 1), `${keys.length} keys are in the keychain`);
  const refresh = await world.run("refresh");
  expect(refresh.code === 0, `the login is lost: ${refresh.stderr}`);
  return { wrong, isInWindow };
}

/** The logins, sealed or plain; their tokens are looked for from now on. */
async function noteTokens(world: SealedWorld): Promise<Credentials[]> {
  const logins: Credentials[] = [];
  for (const profile of PROFILES) {
    const text = await Deno.readTextFile(world.home.credentialsFile(profile));
    const isSealed = JSON.parse(text).version === 2;
    const login = isSealed ? openByHand(text, await keyOf(text, world)).login : JSON.parse(text);
    for (const token of [login.accessToken, login.refreshToken]) world.tokens.add(token);
    logins.push(login);
  }
  return logins;
}

/** The key of a sealed login, by the keychain's own tool. */
async function keyOf(text: string, { keychain, home }: SealedWorld): Promise<string> {
  const [head = ""] = JSON.parse(text).sealed.split(".");
  const { kid } = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(head, { alphabet: "base64url" })),
  );
  const child = new Deno.Command("docker-credential-pass", {
    args: ["get"],
    env: { ...keychain.env, HOME: home.path },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`anaplan-auth://${kid}`));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout)).Secret;
}

async function done(world: World, argv: readonly string[]): Promise<Outcome> {
  const outcome = await world.run(...argv);
  if (outcome.code !== 0) throw new Error(`${argv.join(" ")}: ${outcome.stderr}`);
  return outcome;
}

/** What a run of all kills is like. */
interface KillOptions {
  readonly hear?: (row: Row) => void;
  /** Of how many calls one is taken; all by default. */
  readonly every?: number;
}

/** Kills each deed at each of its calls, and again until there were enough kills, in worlds of their own. */
export async function killAllSealed({ hear, every = 1 }: KillOptions = {}): Promise<Row[]> {
  const rows: Row[] = [];
  const kills = (): number => rows.reduce((sum, { tried }) => sum + tried, 0);
  do {
    for (const deed of SEALED_DEEDS) {
      await using world = await startSealedWorld();
      rows.push(...await killSealed(deed, world, (_, ordinal) => ordinal % every === 0, hear));
    }
  } while (every === 1 && kills() < LEAST_KILLS);
  return rows;
}
