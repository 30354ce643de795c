// The lease of a lock in etcd while etcd comes and goes. Rule: the lease is etcd's own; only the pauses are shortened.
import { assert, assertEquals } from "@std/assert";
import type { Fields } from "../../src/base/json.ts";
import { keepAlive } from "../../src/store/engines/etcd_lease.ts";
import { type Etcd, findEtcd, startEtcd } from "../support/etcd.ts";
import { until } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";

/** Keeps a lease of etcd alive through requests of which the first ones fail; the pauses are a 300th of what they are. */
async function keptAlive(etcd: Etcd, failures: number) {
  const { ID } = await etcd.call("lease/grant", { TTL: 60 });
  const lease = String(ID);
  const stop = new AbortController();
  const kept: Fields[] = [];
  const clock = { now: 0 };
  let asked = 0;
  const call = async (path: string, body: Fields): Promise<Fields> => {
    if (asked++ < failures) throw new Error("etcd is away");
    const answer = await etcd.call(path.replace("/v3/", ""), body);
    kept.push(answer);
    return answer;
  };
  const sleep = async (time: number, signal?: AbortSignal): Promise<void> => {
    clock.now += time;
    await new Promise((resolve) => setTimeout(resolve, time / 300));
    signal?.throwIfAborted();
  };
  const running = keepAlive(
    lease,
    { client: { call }, system: { monotonic: () => clock.now, sleep } },
    stop.signal,
  );
  return { running, kept, stop, asked: () => asked };
}

testWith(findEtcd(), "a lease is kept alive after requests that failed", async (path) => {
  await using etcd = await startEtcd(path);
  const { running, kept, stop } = await keptAlive(etcd, 5);
  await until(() => kept.length >= 3, "three answers");
  stop.abort();
  await running;
  assert(JSON.stringify(kept).includes('"TTL":"60"'), JSON.stringify(kept));
});

testWith(
  findEtcd(),
  "a lease that etcd does not answer for is given up when it is over",
  async (path) => {
    await using etcd = await startEtcd(path);
    const { running, kept, asked } = await keptAlive(etcd, Infinity);
    await running;
    assertEquals(kept, []);
    assert(asked() > 10 && asked() < 70, `${asked()} requests`);
  },
);
