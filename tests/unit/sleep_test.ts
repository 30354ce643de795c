// The real System's sleep, for as long as servers and people may ask. A timer holds 2^31 - 1 milliseconds;
// one that is set for longer ends at once.
import { assertEquals, assertRejects } from "@std/assert";
import { pollForTokens } from "../../src/oauth/device.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { DEVICE, DEVICE_SERVER, keepGrant } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";

const { sleep } = denoSystem();

/** The timers that the work sets, in milliseconds; each of them ends at once. */
async function timersOf(work: () => Promise<void>): Promise<number[]> {
  const set: number[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((callback: () => void, delay = 0) => {
    set.push(delay);
    return real(callback);
  }) as typeof setTimeout;
  try {
    await work();
  } finally {
    globalThis.setTimeout = real;
  }
  return set;
}

for (const milliseconds of [2 ** 31, 2 ** 32 + 1, Infinity]) {
  Deno.test(`a sleep of ${milliseconds} ms does not end at once, and hears its signal`, async () => {
    const reason = new Error("enough");
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(reason), 100);
    const error = await assertRejects(() => sleep(milliseconds, ending.signal), Error);
    clearTimeout(timer);
    assertEquals(error, reason);
  });
}

Deno.test("a sleep is as long as was asked, in timers that hold it", async () => {
  const longest = 2 ** 31 - 1;
  assertEquals(await timersOf(() => sleep(longest)), [longest]);
  assertEquals(await timersOf(() => sleep(2 * longest + 7)), [longest, longest, 7]);
  for (const short of [0, 5]) assertEquals(await timersOf(() => sleep(short)), [short]);
});

Deno.test("an interval that no timer holds does not make polling a flood", async () => {
  const system = { ...fakeSystem(), sleep };
  const device = { ...DEVICE, interval: 2 ** 31, expiresAt: Infinity };
  const polling = pollForTokens(
    device,
    DEVICE_SERVER,
    { clientId: "a-device-client" },
    system,
    AbortSignal.timeout(100),
    keepGrant,
  );
  await assertRejects(() => polling, DOMException);
  assertEquals(system.requests, []);
});
