// The device authorization grant (RFC 8628): the real program, the sandbox, and a person with a browser.
// Rule: time is real here, so the sandbox is polled every second and each test waits for little.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { newTokens } from "../hostile/stale_login.ts";
import { runProgram } from "../support/program.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { browse } from "../support/scripted_browser.ts";
import { deviceWorld, waitingDevice } from "../support/waiting_device.ts";

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The requests that reached a path of the sandbox. */
function requestsTo({ requests }: Sandbox, path: string): Sandbox["requests"] {
  return requests.filter((request) => request.path === path);
}

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

Deno.test("a code that is not approved yet is asked for again at the server's interval", async () => {
  await using world = await deviceWorld();
  const { program, page, userCode } = await waitingDevice(world);
  await using _running = program;
  const polls = requestsTo.bind(undefined, world.sandbox, "/oauth/token");
  while (polls().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await browse(`${page}?user_code=${userCode}`);
  assertEquals((await program.outcome).code, 0);
  assertEquals(polls().slice(0, 2).map(({ status }) => status), [400, 400]); // pending, not slow_down
  assertEquals(polls().at(-1)?.status, 200);
  assert(polls().every(({ parameters }) => parameters.grant_type === GRANT));
});

Deno.test("a poll whose connection is cut is tried again later", async () => {
  await using world = await deviceWorld();
  const { sandbox } = world;
  sandbox.fault("/oauth/token", { reset: "before" });
  const { program, page, userCode } = await waitingDevice(world);
  await using _running = program;
  await browse(`${page}?user_code=${userCode}`);
  const { code, stderr } = await program.outcome;
  assertEquals(code, 0, stderr);
  assertEquals(requestsTo(sandbox, "/oauth/token").map(({ status }) => status), [0, 200]);
});

Deno.test("an impatient Ctrl-C does not fall between the approval's answer and the disk", async () => {
  await using world = await deviceWorld();
  const { sandbox } = world;
  const gate = Promise.withResolvers<void>();
  const headers = { "content-type": "application/json" };
  sandbox.fault("/oauth/token", { until: gate.promise, body: newTokens(), headers });
  const { program } = await waitingDevice(world);
  await using _running = program;
  while (requestsTo(sandbox, "/oauth/token").length === 0) await pause(20);
  for (let count = 0; count < 2; count++) {
    program.signal("SIGINT");
    await pause(1_000);
  }
  gate.resolve();
  const { code, stderr } = await program.outcome;
  assertEquals([code, (await world.home.credentials())?.refreshToken], [130, "new-refresh-token"]);
  assertMatch(stderr, /^The server may already have issued new tokens\./m);
});

Deno.test("a login by device is refreshed, used and ended like any other", async () => {
  await using world = await deviceWorld();
  const { sandbox, home } = world;
  const { program, page, userCode } = await waitingDevice(world);
  await using _running = program;
  await browse(`${page}?user_code=${userCode}`);
  assertEquals((await program.outcome).code, 0);
  for (const command of ["refresh", "whoami", "validate", "status", "logout"]) {
    const { code, stderr } = await runProgram([command], { home: home.path });
    assertEquals(code, 0, `${command}: ${stderr}`);
  }
  const refreshes = requestsTo(sandbox, "/oauth/token")
    .filter(({ parameters }) => parameters.grant_type === "refresh_token");
  assertEquals(refreshes.map(({ parameters }) => parameters.client_secret), [undefined]);
});
