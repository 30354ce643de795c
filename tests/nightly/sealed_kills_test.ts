// Kills seal, seal --rotate, unseal, refresh and login on sealed logins, at each of their calls in turn, and lets
// what changes the key meet a full disk.
// Rule: after each hit every login can be read, the same command finishes the work, and no token is anywhere in
// plain text that was not so before.
import { assertEquals } from "@std/assert";
import type { Credentials } from "../support/home.ts";
import { findKeychains } from "../support/keyring.ts";
import { findStrace, testWith } from "../support/needs.ts";
import type { Outcome } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";
import { hitEachCall } from "../torture/crashes.ts";
import { type Deed, LOGIN } from "../torture/deeds.ts";
import { type Call, type Injection, runTraced } from "../torture/strace.ts";
import { isLockFree, type World } from "../torture/world.ts";
import { noteTokens, PROFILES, type SealedWorld, startSealedWorld } from "./sealed_world.ts";

const [strace, keychains] = [findStrace(), findKeychains()];
const TOOLS = strace.path === undefined ? strace : keychains;

/** What is killed, and what has to be so when the same command has finished the work. */
interface SealedDeed extends Deed {
  /** Does the work again, to its end. */
  again(world: World): Promise<Pick<Outcome, "code" | "stderr">>;
  /** Whether plain tokens may be there right after the kill, and when the work is done. */
  readonly plain: { readonly killed: boolean; readonly done: boolean };
  /** Whether it leaves the tokens of the first profile as they are. */
  readonly keepsTokens: boolean;
}

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

const SEALED_DEEDS: readonly SealedDeed[] = [
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

for (const deed of SEALED_DEEDS) {
  testWith(TOOLS, `a ${deed.name} that is killed at each of its calls`, async () => {
    assertEquals(await hitSealed(deed, () => true, "kill"), []);
  });
}

for (const deed of SEALED_DEEDS.filter(({ name }) => /seal/.test(name))) {
  testWith(TOOLS, `a ${deed.name} on a full disk`, async () => {
    const isSaving = ({ name, place }: Call): boolean =>
      /^(write|fsync|rename)$/.test(name) && /a new |^credentials$/.test(place);
    assertEquals(await hitSealed(deed, isSaving, "error=ENOSPC"), []);
  });
}

/** Hits the deed at each of its calls that are meant, one after the other; what is wrong afterwards. */
async function hitSealed(
  deed: SealedDeed,
  isMeant: (call: Call) => boolean,
  what: Injection["what"],
): Promise<readonly string[]> {
  await using world = await startSealedWorld();
  let before: readonly Credentials[] = [];
  const noted: Deed = {
    ...deed,
    prepare: async () => {
      await deed.prepare(world);
      before = await noteTokens(world);
    },
  };
  const { wrong } = await hitEachCall(noted, world, isMeant, what, async ({ code, stderr }) => {
    const isSaid = what === "kill" || [0, 7].includes(code);
    return [...isSaid ? [] : [`exit ${code}: ${stderr}`], ...await judgeHit(deed, world, before)];
  });
  return wrong;
}

/** What a kill or a fault has left, and what the same command makes of it. */
async function judgeHit(
  deed: SealedDeed,
  world: SealedWorld,
  before: readonly Credentials[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const expect = (condition: boolean, otherwise: string): void => {
    if (!condition) wrong.push(otherwise);
  };
  const expectNoToken = (when: string): void => {
    const files = world.plainFiles?.() ?? [];
    expect(files.length === 0, `plain tokens ${when}: ${files.join()}`);
  };
  if (!deed.plain.killed) expectNoToken("after it"); // nothing has looked at it yet
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
  return wrong;
}

async function done(world: World, argv: readonly string[]): Promise<Outcome> {
  const outcome = await world.run(...argv);
  if (outcome.code !== 0) throw new Error(`${argv.join(" ")}: ${outcome.stderr}`);
  return outcome;
}
