// Escape sequences that do reach the terminal.
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { runProgram } from "../support/program.ts";
import { statusOf } from "../support/raw_traffic.ts";
import { assertUnsteered, steering } from "./escapes.ts";
import { pendingLogin } from "./pending_login.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runBoundedHere } from "./wrapped.ts";

const HEADERS = { "content-type": "application/json" };

for (const flags of [[], ["--json"]]) {
  Deno.test(`a granted scope with escape sequences: status ${flags} prints none of them`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault("/oauth/token", {
      body: newTokens({ scope: steering("openid") }),
      headers: HEADERS,
    });
    await using home = await staleLogin(sandbox);
    assertEquals((await runBoundedHere(["refresh"], { home: home.path })).code, 0);
    assertUnsteered(await runBoundedHere(["status", ...flags], { home: home.path }));
  });
}

for (const token of [steering("token"), "a token", "two\nX-Evil: lines", "\u{1f4a9}"]) {
  for (const flags of [[], ["--header"]]) {
    Deno.test(`the access token ${JSON.stringify(token)} is none (RFC 6749, A.12): token ${flags}`, async () => {
      await using sandbox = await startSandbox();
      sandbox.fault("/oauth/token", { body: newTokens({ access_token: token }), headers: HEADERS });
      await using home = await staleLogin(sandbox);
      const run = flags.length === 0 && token === "a token" ? runProgram : runBoundedHere;
      const outcome = await run(["token", ...flags], { home: home.path });
      assertEquals([outcome.code, outcome.stdout], [6, ""]);
      assertUnsteered(outcome);
    });
  }
}

Deno.test("a content type with a C1 character: --verbose prints it without", async () => {
  await using sandbox = await startSandbox();
  const headers = { "content-type": "application/json\x9b31m" };
  sandbox.fault("/oauth/token", { body: newTokens(), headers });
  await using home = await staleLogin(sandbox);
  assertUnsteered(await runBoundedHere(["token", "--verbose"], { home: home.path }));
});

Deno.test("a visit with escapes in a value, or in a name: login --verbose prints none", async () => {
  await using login = await pendingLogin(["--verbose"]);
  for (const name of ["scope", "code", steering("name")]) {
    const query = new URLSearchParams([[name, steering("value")]]);
    assertEquals(await statusOf(`${login.listener.redirectUri}?${query}`), 400);
  }
  login.program.signal("SIGINT");
  const outcome = await login.program.outcome;
  assertEquals(outcome.stderr.match(/listener: GET/g)?.length, 3, outcome.stderr);
  assertUnsteered(outcome);
});

for (
  const [command, fields] of [
    [["status"], { expiresAt: 1e300 }],
    [["status", "--json"], { refreshTokenSavedAt: 1e300, expiresAt: 2e12 }],
    [["token", "--json"], { expiresAt: 1e300 }],
    [["validate"], { expiresAt: 2e12 }],
  ] as const
) {
  Deno.test(`a time that is no date is no bug of ours: ${command.join(" ")}`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault("/token/validate", {
      body: '{"tokenInfo":{"expiresAt":1e300}}',
      headers: HEADERS,
    });
    await using home = await staleLogin(sandbox, fields);
    const { code, stderr } = await runBoundedHere(command, { home: home.path });
    assert(code !== 1, stderr);
    assertNotMatch(stderr, /Something went wrong inside/);
  });
}
