// The places for connections: who loses one, and when.
import { assertEquals } from "@std/assert";
import { connectionSlots, keepPlaces, newConnection, pause } from "../../src/system/connections.ts";

const KEPT = 60;

/** Works for so long, as a busy process does, without a look at anything else. */
function beBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

Deno.test("a connection whose time is over makes room for another one", async () => {
  const take = connectionSlots(1);
  const [first, second] = [newConnection(), newConnection()];
  assertEquals(take(first), true);
  keepPlaces(first, KEPT);
  let looks = 0;
  for (; !take(second); looks++) await pause(5);
  assertEquals([looks > 2, first.sockets.disposed], [true, true]);
});

Deno.test("a place that is given back at the end costs one connection, however often it is asked for", async () => {
  const take = connectionSlots(2, "end");
  const both = [newConnection(), newConnection()] as const;
  for (const connection of both) {
    assertEquals(take(connection), true);
    keepPlaces(connection, 0);
  }
  await pause(5);
  for (let looks = 0; looks < 5; looks++) assertEquals(take(newConnection()), false);
  assertEquals(both.map(({ sockets }) => sockets.disposed), [true, false]);
  both[0].end.dispose();
  assertEquals(take(newConnection()), true);
});

Deno.test("a process that was late takes no place away from who could not be heard meanwhile", () => {
  const take = connectionSlots(1);
  const first = newConnection();
  assertEquals(take(first), true);
  keepPlaces(first, KEPT);
  beBusy(3 * KEPT);
  assertEquals([take(newConnection()), first.sockets.disposed], [false, false]);
});

Deno.test("a connection that asks keeps its place", async () => {
  const take = connectionSlots(1);
  const first = { ...newConnection(), isAsking: true };
  assertEquals(take(first), true);
  keepPlaces(first, 0);
  await pause(KEPT);
  assertEquals(take(newConnection()), false);
});
