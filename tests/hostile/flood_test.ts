// A login of the real program amid everything that may come to its listener: the true answer wins within
// two seconds, memory stays bounded, and the port is closed afterwards in every ending.
// Rule: the attack goes on while the true answer comes and while the program ends.
import { assert, assertEquals } from "@std/assert";
import { leaveOpen, talkPlainly } from "../support/raw_traffic.ts";
import { type Flood, floodRequests, slowloris } from "./flood.ts";
import {
  assertClosed,
  assertSignsInAmid,
  type PendingLogin,
  pendingLogin,
} from "./pending_login.ts";

const IS_LINUX = Deno.build.os === "linux";

/** A query as an attacker makes it up: another state, an error, none, a repeated one. */
function forged(): string {
  const state = crypto.randomUUID();
  const queries = [
    `code=${state}&state=${state}`,
    `error=access_denied&state=${state}`,
    `code=${state}`,
    `code=a&code=b&state=${state}`,
    `error=access_denied&error_description=${"x".repeat(2_000)}`,
  ];
  return `/callback?${queries[Math.floor(Math.random() * queries.length)]}`;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function floodTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !IS_LINUX, fn }); // what memory a process had is read in /proc
}

floodTest("the true answer wins amid as many forged states and errors as can come", async () => {
  let flood: Flood | undefined;
  let inTwoSeconds: Record<number, number> = {};
  await assertSignsInAmid(({ origin }) => {
    flood = floodRequests(origin, 80, forged);
    return Promise.resolve(flood);
  }, async () => {
    await wait(2_000);
    inTwoSeconds = { ...flood?.statuses };
  });
  assertEquals(Object.keys(inTwoSeconds), ["400"]); // none is cut
  assert((inTwoSeconds[400] ?? 0) > 50, `${inTwoSeconds[400]}`); // a busy machine sends fewer
});

floodTest("the true answer wins amid 100 connections that say a letter at a time", async () => {
  await assertSignsInAmid(({ listener }) => slowloris(listener.port, 100), () => wait(300));
});

floodTest("the true answer wins amid 1,000 connections without a handshake", async () => {
  await assertSignsInAmid(({ listener }) => leaveOpen(listener.port, 1_000));
});

floodTest("the true answer wins amid 10 MB of bytes that are no TLS", async () => {
  await assertSignsInAmid(async ({ listener }) => {
    const garbage = "\x16\x03\x01\xff\xff".repeat(20_000);
    const all = Array.from({ length: 100 }, () => talkPlainly(listener.port, garbage));
    await Promise.allSettled(all);
    return { [Symbol.dispose]() {} };
  });
});

/** How a login ends when the user does not sign in. */
const ENDS: readonly (readonly [string, number, (login: PendingLogin) => void, string[]])[] = [
  ["a timeout", 5, () => {}, ["--timeout", "1s"]],
  ["SIGINT", 130, ({ program }) => program.signal("SIGINT"), []],
  ["SIGTERM", 143, ({ program }) => program.signal("SIGTERM"), []],
];

for (const [what, expected, end, flags] of ENDS) {
  floodTest(`the port is closed after ${what} amid it all, within two seconds`, async () => {
    await using login = await pendingLogin(flags);
    const { origin, listener, program } = login;
    await using flood = floodRequests(origin, 80, forged);
    using _idle = await leaveOpen(listener.port, 200);
    await using _slow = await slowloris(listener.port, 20);
    await wait(200);
    const began = performance.now();
    end(login);
    const { code, stdout } = await program.outcome;
    assertEquals([code, stdout], [expected, ""]);
    assert(performance.now() - began < 2_000 + (flags.length > 0 ? 1_000 : 0));
    assertClosed(login);
    assert((flood.statuses[400] ?? 0) > 0);
  });
}
