// `proxy`: the token that it adds, and the login that it comes from.
// Rule: every refresh is counted at the server, and nothing that a program or a log gets holds a token.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { HOUR, OLD_TOKEN, proxyScene } from "../support/proxy_scene.ts";
import { runProgram } from "../support/program.ts";
import { writeJson } from "../hostile/stale_login.ts";

const MINUTE = 60_000;
const MB = 1024 * 1024;
const A_MOMENT = 1_200;

async function errorOf(
  response: Response,
): Promise<{ status: number; kind: string; next: string }> {
  const { error } = await response.json();
  return { status: response.status, ...error };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("one refresh serves many programs of two proxies, and the new token is saved", async () => {
  await using scene = await proxyScene([], { expiresAt: Date.now() - MINUTE });
  scene.upstream.answer = ({ headers }, response) => response.end(headers.authorization);
  const other = runProgram(["proxy", "--", "sh", "-c", 'curl -s "$ANAPLAN_BASE_URL"2/0/x'], {
    home: scene.home.path,
  });
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => await (await scene.ask("/2/0/x")).text()),
  );
  assertEquals(new Set(all), new Set(["Bearer token-number-1"]));
  assertEquals((await other).stdout, "Bearer token-number-1");
  assertEquals(scene.upstream.refreshes, 1);
  assertEquals((await scene.home.credentials())?.accessToken, "token-number-1");
});

for (
  const [what, size, sent, status] of [
    ["no body", 0, 2, 200],
    ["1 MiB", MB, 2, 200],
    ["more", MB + 1, 1, 401],
  ] as const
) {
  Deno.test(`a rejected token is refreshed, and a request with ${what} is sent ${sent === 2 ? "again" : "once"}`, async () => {
    await using scene = await proxyScene();
    scene.upstream.answer = ({ headers, body }, response) => {
      const isOld = headers.authorization?.includes(OLD_TOKEN) === true;
      response.writeHead(isOld ? 401 : 200).end(String(body.length));
    };
    const init = size === 0 ? {} : { method: "POST", body: new Uint8Array(size) };
    const response = await scene.ask("/2/0/x", init);
    assertEquals([response.status, await response.text()], [status, String(size)]);
    assertEquals(scene.upstream.asked.length, sent);
  });
}

Deno.test("an API that rejects every token costs one refresh, not one for each request", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = (_asked, response) => response.writeHead(401).end("no");
  for (let count = 0; count < 5; count++) {
    const response = await scene.ask("/2/0/x");
    assertEquals([response.status, await response.text()], [401, "no"]);
  }
  assertEquals(scene.upstream.refreshes, 1);
});

Deno.test("an expired login is 401 in JSON, and a later login counts without a restart", async () => {
  await using scene = await proxyScene([], { expiresAt: Date.now() - MINUTE });
  scene.upstream.answerToken = (_asked, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"error":"invalid_grant"}');
  };
  const { status, kind, next } = await errorOf(await scene.ask("/2/0/x"));
  assertEquals([status, kind, next], [401, "login_required", "anaplan-auth login"]);
  assertEquals(scene.upstream.asked, []);
  await scene.home.changeCredentials({ expiresAt: Date.now() + HOUR });
  await writeJson(scene.home, "credentials/default.json", {
    ...await scene.home.credentials(),
    accessToken: "of-the-new-login",
    endedBy: undefined,
  });
  await wait(A_MOMENT);
  assertEquals(
    (await (await scene.ask("/2/0/x")).json()).headers.authorization,
    "Bearer of-the-new-login",
  );
});

Deno.test("after a logout elsewhere no token is sent", async () => {
  await using scene = await proxyScene();
  await (await scene.ask("/2/0/x")).body?.cancel();
  assertEquals((await runProgram(["logout"], { home: scene.home.path })).code, 0);
  const sent = scene.upstream.asked.length;
  await wait(A_MOMENT);
  const { status, kind } = await errorOf(await scene.ask("/2/0/x"));
  assertEquals([status, kind, scene.upstream.asked.length], [401, "login_required", sent]);
});

Deno.test("a token server that is down is 503, and the proxy goes on", async () => {
  await using scene = await proxyScene([], { expiresAt: Date.now() - MINUTE });
  scene.upstream.answerToken = (_asked, response) => response.writeHead(503).end();
  const { status, kind } = await errorOf(await scene.ask("/2/0/x"));
  assertEquals([status, kind], [503, "unavailable"]);
  scene.upstream.answerToken = (_asked, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      '{"access_token":"late","refresh_token":"r","token_type":"Bearer","expires_in":2100}',
    );
  };
  await wait(A_MOMENT);
  assertEquals((await (await scene.ask("/2/0/x")).json()).headers.authorization, "Bearer late");
});

Deno.test("no token is in what --verbose prints, which is one line a request, without the query", async () => {
  await using scene = await proxyScene(["--verbose"], { expiresAt: Date.now() - MINUTE });
  await (await scene.ask("/2/0/x?secret=hush")).body?.cancel();
  const [line] = await scene.program.said(/GET \/2\/0\/x .*\n/);
  assertMatch(line, /^GET \/2\/0\/x 200, \d+ bytes, \d+ ms\n$/);
  scene.program.signal("SIGTERM");
  const { stdout, stderr } = await scene.program.outcome;
  assert(!/token-number|refresh-number|old-refresh|hush/.test(stdout + stderr), stderr);
  assert(!stderr.includes(scene.secret));
});
