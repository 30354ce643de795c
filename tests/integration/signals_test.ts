// Signals in a process of its own: they end what waits for the user, and wait for what saves.
import { assertEquals } from "@std/assert";
import { startSystem } from "../support/system_process.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** How long tokens are on their way, in milliseconds: long after a signal has come, also on a busy machine. */
const HELD = "1500";
/** How far apart two signals are, in milliseconds: two at once have no order. */
const APART = 300;

const SIGNALS = [["SIGHUP", 129], ["SIGINT", 130], ["SIGQUIT", 131], ["SIGTERM", 143]] as const;

for (const [signal, code] of SIGNALS) {
  Deno.test({
    name: `${signal} interrupts a wait for the user, and the exit code is ${code}`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem("wait");
      await child.said("waiting");
      child.signal(signal);
      assertEquals(await child.ended, { code, lines: ["waiting", `interrupted with ${code}`] });
    },
  });

  Deno.test({
    name: `${signal} waits until the tokens are safe, and then ends the program with ${code}`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem("hold", { args: [HELD] });
      await child.said("holding");
      child.signal(signal);
      assertEquals(await child.ended, { code, lines: ["holding", "saved"] });
    },
  });
}

for (const [signal, code] of SIGNALS) {
  Deno.test({
    name: `${signal} in the middle of the save ends the program with ${code} after it`,
    ignore: IS_WINDOWS,
    async fn() {
      assertEquals(await startSystem("save", { args: [signal] }).ended, { code, lines: [] });
    },
  });

  Deno.test({
    name: `${signal} after a failed save waits until it was said where the tokens are`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem("rescue", { args: [signal] });
      const { lines } = await child.ended;
      assertEquals(lines, ["The tokens are elsewhere"]);
    },
  });
}

for (const task of ["hold", "wait"] as const) {
  Deno.test({
    name: `a ${task} in a program that was started with nohup goes on after SIGHUP`,
    ignore: IS_WINDOWS,
    async fn() {
      const child = startSystem(task, { args: [HELD], wrapper: ["nohup"] });
      await child.said(task === "hold" ? "holding" : "waiting");
      child.signal("SIGHUP");
      if (task === "hold") {
        assertEquals(await child.ended, { code: 0, lines: ["holding", "saved", "went on"] });
      } else {
        await new Promise((resolve) => setTimeout(resolve, 300));
        child.signal("SIGTERM");
        assertEquals(await child.ended, { code: 143, lines: ["waiting", "interrupted with 143"] });
      }
    },
  });
}

Deno.test({
  name: "a program that a shell put into the background does not hear the terminal's Ctrl-C",
  ignore: IS_WINDOWS,
  async fn() {
    const wrapper = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"];
    const child = startSystem("hold", { args: [HELD], wrapper });
    await child.said("holding");
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 0, lines: ["holding", "saved", "went on"] });
  },
});

Deno.test({
  name: "the first of several signals decides how the program ends",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold", { args: [HELD] });
    await child.said("holding");
    child.signal("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, APART));
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 143, lines: ["holding", "saved"] });
  },
});

Deno.test({
  name: "a signal after the wait for the user also waits until the tokens are safe",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold-after-wait", { args: [HELD] });
    await child.said("holding");
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 130, lines: ["holding", "saved"] });
  },
});

Deno.test({
  name: "an impatient second SIGINT does not fall between the server's answer and the disk",
  ignore: IS_WINDOWS,
  async fn() {
    const child = startSystem("hold-after-wait", { args: [HELD] });
    await child.said("holding");
    child.signal("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, APART));
    child.signal("SIGINT");
    assertEquals(await child.ended, { code: 130, lines: ["holding", "saved"] });
  },
});

Deno.test("without a signal the program goes on", async () => {
  const child = startSystem("hold", { args: ["0"] });
  assertEquals(await child.ended, { code: 0, lines: ["holding", "saved", "went on"] });
});
