// Kills seal, seal --rotate, unseal, refresh and login on sealed logins, at each of their calls in turn.
// Rule: after each kill every login can be read, the same command finishes the work, and no token is anywhere in
// plain text that was not so before.
import { type Keychain, startPass } from "../support/keyring.ts";
import { filesWith, openByHand } from "../support/sealed.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";
import { describe } from "./crashes.ts";
import { type Deed, LOGIN } from "./deeds.ts";
import { judge, type Row } from "./row.ts";
import type { Call } from "./trace.ts";
import { marksOf, runTraced, wasHit } from "./traced.ts";
import { isLockFree, startWorld, type World } from "./world.ts";

/** A world with two logins and a keychain. */
export interface SealedWorld extends World {
  readonly keychain: Keychain;
  /** Every token that was ever seen in the logins. */
  readonly tokens: Set<string>;
}

/** What is killed, and what has to be so when the same command has finished the work. */
interface SealedDeed extends Deed {
  readonly argv: readonly string[];
  /** Whether plain tokens may be there right after the kill, and when the work is done. */
  readonly plain: { readonly killed: boolean; readonly done: boolean };
}

const PROFILES = ["default", "eu"];

function command(name: string, argv: readonly string[], plain: SealedDeed["plain"]): SealedDeed {
  const before = name === "seal" ? ["unseal", "--yes"] : ["seal"];
  return {
    name,
    argv,
    plain,
    prepare: async (world) => {
      await done(world, before);
    },
    run: (world, injection) => runTraced(world, argv, { injection }),
  };
}

const SEALED = { killed: false, done: false };

/** All deeds, by name. */
export const SEALED_DEEDS: readonly SealedDeed[] = [
  command("seal", ["seal"], { killed: true, done: false }),
  command("seal --rotate", ["seal", "--rotate"], SEALED),
  command("unseal", ["unseal", "--yes"], { killed: true, done: true }),
  command("refresh, sealed", ["refresh"], SEALED),
  { ...command("login, sealed", ["seal"], SEALED), run: LOGIN.run },
];

/** Signs in to two profiles; the keychain is pass, with a GPG key of its own. */
export async function startSealedWorld(): Promise<SealedWorld> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await startWorld());
  await world.signIn("eu");
  const keychain = undo.use(await startPass(world.home.path));
  const env = { ...world.env, ...keychain.env };
  const end = undo.move();
  return {
    ...world,
    isTracedAlone: true,
    env,
    run: (...argv) => runProgram(argv, { home: world.home.path, env }),
    keychain,
    tokens: new Set(),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** Kills the deed at each of its calls that are selected; a row for each. */
export async function killSealed(
  deed: SealedDeed,
  world: SealedWorld,
  select: (call: Call) => boolean = () => true,
): Promise<Row[]> {
  await deed.prepare(world);
  await note(world);
  const whole = await deed.run(world);
  if (whole.code !== 0) throw new Error(`The ${deed.name} fails by itself: ${whole.stderr}`);
  const rows: Row[] = [];
  for (const call of whole.calls.filter(select)) rows.push(await killAt(call, deed, world));
  return rows;
}

async function killAt(call: Call, deed: SealedDeed, world: SealedWorld): Promise<Row> {
  const { wrong, expect } = judge();
  let tried = 0;
  let isHit = false;
  for (const mark of marksOf(call)) {
    tried++;
    await deed.prepare(world);
    await note(world);
    const outcome = await deed.run(world, { name: call.name, mark, what: "kill" });
    isHit = wasHit(outcome, call, "?");
    for (const profile of PROFILES) {
      expect(isLockFree(world, profile), `the lock of ${profile} is stuck`);
      const token = await world.run("token", "--profile", profile);
      expect(token.code === 0, `${profile} cannot be read: ${token.stderr}`);
    }
    await note(world);
    if (!deed.plain.killed) expectNoToken(world, expect, "after the kill");
    const again = await world.run(...deed.argv);
    // a refresh that was killed between the server's answer and the save has no refresh token any more
    const isInWindow = deed.argv[0] === "refresh" && again.code === 3;
    expect(again.code === 0 || isInWindow, `the same command fails: ${again.stderr}`);
    if (isInWindow) await signIn(world.sandbox, world.home, { env: world.env });
    await note(world);
    if (!deed.plain.done) expectNoToken(world, expect, "when the work is done");
    const keys = await world.keychain.keyIds();
    const expected = deed.plain.done ? 0 : 1;
    expect(keys.length === expected, `${keys.length} keys are in the keychain`);
    if (isHit || wrong.length > 0) break;
  }
  const what = `${deed.name}, killed before ${describe(call)}`;
  const kept = `${isHit ? "" : "not met, killed elsewhere: "}every login could be read`;
  return { part: "Crashes", what, tried, kept, wrong };
}

type Expect = (condition: boolean, otherwise: string) => void;

function expectNoToken(world: SealedWorld, expect: Expect, when: string): void {
  const places = [world.home.path, ...rescuedElsewhere()];
  const files = filesWith([...world.tokens], places);
  expect(files.length === 0, `plain tokens ${when}: ${files.join()}`);
}

/** Where tokens are rescued to besides the home directory. */
function rescuedElsewhere(): string[] {
  return ["/var/tmp", "/tmp"].flatMap((directory) =>
    Array.from(Deno.readDirSync(directory), ({ name }) => `${directory}/${name}`)
      .filter((path) => path.includes("anaplan-auth-rescued-"))
  );
}

/** Keeps the tokens that are in the logins now, sealed or plain. */
async function note(world: SealedWorld): Promise<void> {
  for (const profile of PROFILES) {
    const text = await Deno.readTextFile(world.home.credentialsFile(profile));
    const isSealed = JSON.parse(text).version === 2;
    const login = isSealed ? openByHand(text, await keyOf(text, world)).login : JSON.parse(text);
    for (const token of [login.accessToken, login.refreshToken]) world.tokens.add(token);
  }
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

/** Kills each deed once at each of its calls, in worlds of their own. */
export async function killAllSealed(say: (line: string) => void = () => {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const deed of SEALED_DEEDS) {
    await using world = await startSealedWorld();
    rows.push(...await killSealed(deed, world));
    const kills = rows.reduce((sum, { tried }) => sum + tried, 0);
    const missed = rows.filter(({ kept }) => kept.startsWith("not met")).length;
    say(`${deed.name}: ${kills} kills so far, ${missed} calls not met`);
    for (const { what, wrong } of rows) for (const text of wrong) say(`${what}: ${text}`);
  }
  return rows;
}

if (import.meta.main) {
  await killAllSealed((line) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`)));
}
