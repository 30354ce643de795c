// A profile that another command changes while a login of it waits: what is saved leads to the login's servers.
// Rule: real processes, and `whoami` says whether the login can be used.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { deviceWorld, waitingDevice } from "../support/waiting_device.ts";

for (
  const [argv, warning] of [
    [["profile", "remove", "default"], ""],
    [["profile", "set", "--api-url", "https://api.example.com"], "--api-url"],
  ] as const
) {
  Deno.test(`a login can be used after ${argv.join(" ")} while it waited`, async () => {
    await using world = await deviceWorld();
    const { home } = world;
    const first = await waitingDevice(world);
    await browse(`${first.page}?user_code=${first.userCode}`);
    assertEquals((await first.program.outcome).code, 0);
    const { program, page, userCode } = await waitingDevice({
      ...world,
      argv: ["login", "--device"],
    });
    await using _running = program;
    const changed = await runProgram(argv, { home: home.path });
    assertEquals(changed.code, 0, changed.stderr);
    await browse(`${page}?user_code=${userCode}`);
    const { code, stderr } = await program.outcome;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, warning);
    const whoami = await runProgram(["whoami"], { home: home.path });
    assertEquals(whoami.code, 0, whoami.stderr);
  });
}
