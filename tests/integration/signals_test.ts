// SIGINT and SIGTERM in a process of its own: they end what waits for a person, and wait for what saves.
import { assertEquals } from "@std/assert";
import { startSystem } from "../support/system_process.ts";

const IS_WINDOWS = Deno.build.os === "windows";

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `${signal} interrupts a wait for the person, with its name as reason`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem("wait");
      await child.said("waiting");
      child.signal(signal);
      const { lines } = await child.ended;
      assertEquals(lines, ["waiting", `interrupted by ${signal}`]);
    },
  });

  Deno.test({
    name: `${signal} waits until the tokens are safe, and then ends the program with ${code}`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem("hold", { args: ["150"] });
      await child.said("holding");
      child.signal(signal);
      assertEquals(await child.ended, { code, lines: ["holding", "saved"] });
    },
  });
}

Deno.test({
  name: "the first of several signals decides how the program ends",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold", { args: ["200"] });
    await child.said("holding");
    child.signal("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 50)); // two signals at once have no order
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 143, lines: ["holding", "saved"] });
  },
});

Deno.test({
  name: "a signal after the wait for the person waits until the tokens are safe, too",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold-after-wait", { args: ["150"] });
    await child.said("holding");
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 130, lines: ["holding", "saved"] });
  },
});

Deno.test({
  name: "an impatient second SIGINT does not fall between the server's answer and the disk",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold-after-wait", { args: ["200"] });
    await child.said("holding");
    child.signal("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 130, lines: ["holding", "saved"] });
  },
});

Deno.test("without a signal the program goes on", async () => {
  const child = startSystem("hold", { args: ["0"] });
  assertEquals(await child.ended, { code: 0, lines: ["holding", "saved", "went on"] });
});
