// A clock that jumps, as the times in the login's file show it; and an answer that never ends.
// Rule: whatever the clock says, the server is asked once, and a wait ends.
import { assert, assertEquals, assertNotMatch, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { fetchWhole } from "../../src/system/http.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { signedIn } from "../support/signed_in.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

const DAY = 86_400_000;
const JSON_TYPE = { "content-type": "application/json" };

Deno.test("after the clock went back a month, an expired token is found out and refreshed once", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  await home.changeCredentials({ expiresAt: Date.now() + 30 * DAY }); // it looks fresh, and has expired
  sandbox.revokeAccessTokens();
  const since = sandbox.requests.length;
  const { code, stderr } = await runBounded(["whoami"], { home: home.path });
  assertEquals([code, stderr], [0, ""]);
  const asked = sandbox.requests.slice(since).map(({ path, status }) => `${path} ${status}`);
  assertEquals(asked, ["/2/0/users/me 401", "/oauth/token 200", "/2/0/users/me 200"]);
});

Deno.test("after the clock went forward a year, one refresh makes the login valid again", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault("/oauth/token", { body: newTokens(), headers: JSON_TYPE });
  await using home = await staleLogin(sandbox, {
    expiresAt: Date.now() - 365 * DAY,
    obtainedAt: Date.now() - 365 * DAY,
  });
  for (const _ of [1, 2]) {
    assertEquals((await runBounded(["token"], { home: home.path })).stdout, "new-access-token\n");
  }
  assertEquals(sandbox.requests.length, 1);
});

for (const command of [["status"], ["status", "--json"], ["doctor"], ["token"]]) {
  Deno.test(`${command.join(" ")} says nothing absurd of a login from the future`, async () => {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox, {
      obtainedAt: Date.now() + 2 * DAY,
      refreshTokenSavedAt: Date.now() + 2 * DAY,
      expiresAt: Date.now() + 3 * DAY,
    });
    const { code, stdout, stderr } = await runBounded(command, { home: home.path });
    assert(code !== 1, stderr); // doctor finds problems, on this computer and with this token
    assertNotMatch(stdout + stderr, /NaN|Invalid|undefined|(?<![\w.-])-\d+ (s|min|h|days)/);
  });
}

Deno.test("a body that trickles without end is cut off at twice the longest silence", async () => {
  let timer: ReturnType<typeof setInterval> | undefined;
  const drops = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        timer = setInterval(() => controller.enqueue(new Uint8Array([32])), 20);
      },
      cancel: () => clearInterval(timer),
    });
  const end = new AbortController(); // shutdown() would wait for the body's end
  const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: end.signal };
  const server = Deno.serve(listen, () => new Response(drops(), { headers: JSON_TYPE }));
  const impatience = setTimeout(() => end.abort(), 5_000);
  const url = `http://127.0.0.1:${server.addr.port}/oauth/token`;
  const error = await assertRejects(
    () => fetchWhole({ method: "POST", url, timeout: 200 }, () => {}),
    CliError,
    "the answer was not complete within 0.4 s",
  );
  clearTimeout(impatience);
  end.abort();
  await server.finished;
  assertEquals([error.kind, error.answerLost], ["unavailable", true]);
});
