// logout that is killed while it waits for servers that never answer: no login is left on the disk.
// Rule: the real program against a real server; the moment is the first request that arrives there.
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals } from "@std/assert";
import { staleLogin, writeJson } from "../hostile/stale_login.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { startProgram } from "../support/program.ts";
import { namesIn } from "../support/temp_dir.ts";

const PROFILES = Array.from({ length: 20 }, (_, number) => `p${number}`);
const AT_ONCE = 8;

for (const argv of [["logout", "--all"], ["logout"]]) {
  Deno.test(`${argv.join(" ")} leaves nothing on the disk before it waits for any server`, async () => {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 600_000 });
    for (const profile of argv.length === 1 ? [] : PROFILES) {
      for (const directory of ["credentials", "profiles"]) {
        const text = await Deno.readTextFile(`${home.configDir}/${directory}/default.json`);
        await writeJson(home, `${directory}/${profile}.json`, JSON.parse(text));
      }
    }
    sandbox.fault("/token/logout", { delayMs: 60_000, times: Infinity });
    await using program = await startProgram(argv, { home: home.path });
    let hasEnded = false;
    const ended = program.outcome.then(() => hasEnded = true);
    while (sandbox.requests.length === 0 && !hasEnded) await delay(5);
    assert(!hasEnded, "logout waits for the server");
    program.signal("SIGKILL");
    await ended;
    const left = namesIn(`${home.configDir}/credentials`);
    assertEquals(left.filter((name) => !name.endsWith(".lock")), []);
    assert(sandbox.requests.length <= AT_ONCE, `${sandbox.requests.length} servers at once`);
  });
}
