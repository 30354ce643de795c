// A server that takes connections and says nothing: what the screen shows meanwhile, and how the wait is left.
// Rule: a person's part only; the server is a socket that nothing reads from.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { staleLogin } from "../hostile/stale_login.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { findPython, testWith } from "../support/needs.ts";
import { openTerminal } from "../support/terminal.ts";

const PYTHON = await findPython();
const CTRL_C = "\x03";
const HOUR = 3_600_000;
/** Long before a wait would end by itself, in milliseconds, also on a machine that has much else to do. */
const SOON = 5_000;

/** A sandbox whose API is silent, and a login that has to be believed. */
async function silentApi(fields: Readonly<Record<string, unknown>> = {}) {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const silent = undo.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const host = `127.0.0.1:${silent.addr.port}`;
  const endpoints = { ...sandbox.endpoints, apiUrl: `https://${host}` };
  const { caFile } = sandbox;
  const home = undo.use(await staleLogin({ endpoints, caFile }, fields));
  const world = undo.move();
  return { sandbox, host, home, [Symbol.asyncDispose]: () => world.disposeAsync() };
}

for (const argv of [["whoami"], ["doctor"], ["api", "/2/0/users/me"]]) {
  testWith(
    PYTHON,
    `${argv[0]} says after a second what it waits for, and Ctrl-C ends it with 130`,
    async (python) => {
      await using at = await silentApi({ expiresAt: Date.now() + HOUR });
      await using terminal = await openTerminal(argv, { python, home: at.home.path });
      const started = performance.now();
      const waits = new RegExp(
        `^Waiting for .*${at.host}.*, at most \\d+ (s|min)\\. Ctrl-C stops\\.$`,
        "m",
      );
      await terminal.shows(waits);
      assert(performance.now() - started < SOON, "long before the wait would end by itself");
      const pressed = performance.now();
      await terminal.type(CTRL_C);
      const { code, screen, before, after } = await terminal.end;
      const took = performance.now() - pressed;
      assertEquals([code, after], [130, before]);
      assert(took < SOON, `${took} ms`);
      assertEquals(/Waiting|Next:/.test(screen), false, screen);
    },
  );
}

testWith(PYTHON, "a lock that another process holds is waited for in words", async (python) => {
  await using at = await silentApi();
  const path = `${at.home.configDir}/credentials/default.lock`;
  using file = await Deno.open(path, { create: true, write: true, read: true, mode: 0o600 });
  await file.lock(true);
  await using terminal = await openTerminal(["refresh"], { python, home: at.home.path });
  await terminal.shows(
    /^Waiting for another process that uses this login, at most 7 min\. Ctrl-C stops\.$/m,
  );
  await terminal.type(CTRL_C);
  assertEquals((await terminal.end).code, 130);
});

testWith(
  PYTHON,
  "a token request is waited for to its end, and the line says so",
  async (python) => {
    await using sandbox = await startSandbox();
    const gate = Promise.withResolvers<void>();
    sandbox.fault("/oauth/token", { until: gate.promise });
    await using home = await staleLogin(sandbox);
    await using terminal = await openTerminal(["refresh", "--no-input"], {
      python,
      home: home.path,
    });
    await terminal.shows(/^Waiting for 127.*Ctrl-C stops after the answer\.$/m);
    await terminal.type(CTRL_C);
    await terminal.shows(
      /^The server may already have issued new tokens\. .*at\s+most\s+\d+\s+s\s+more\.$/ms,
    );
    gate.resolve();
    const { code, screen } = await terminal.end;
    assertEquals([code, /Waiting for 127/.test(screen)], [130, false], screen);
  },
);

for (
  const [argv, path] of [[["refresh"], "/oauth/token"], [
    ["api", "/2/0/users/me"],
    "/2/0/users/me",
  ]] as const
) {
  testWith(
    PYTHON,
    `a pause that the server asks for is waited for in words, and Ctrl-C ends it: ${argv[0]}`,
    async (python) => {
      await using sandbox = await startSandbox();
      sandbox.fault(path, { status: 429, headers: { "retry-after": "9" }, body: "" });
      const fields = argv[0] === "api" ? { expiresAt: Date.now() + HOUR } : {};
      await using home = await staleLogin(sandbox, fields);
      const before = await home.credentials();
      await using terminal = await openTerminal(argv, { python, home: home.path });
      await terminal.shows(/^Waiting for 127\.0\.0\.1:\d+, at most [78] s\. Ctrl-C stops\.$/m);
      const pressed = performance.now();
      await terminal.type(CTRL_C);
      const { code, screen } = await terminal.end;
      const took = performance.now() - pressed;
      assertEquals(code, 130, screen);
      assert(took < SOON, `${took} ms`);
      assertEquals(/Waiting|Next:/.test(screen), false, screen);
      assertMatch(screen, /^Interrupted\.$/m);
      assertEquals(await home.credentials(), before);
      assertEquals(sandbox.requests.filter((request) => request.path === path).length, 1);
    },
  );
}
