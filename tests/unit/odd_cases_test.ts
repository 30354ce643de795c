// Cases that are rare in life and were easy to get wrong, one test each.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { run } from "../../src/cli/app.ts";
import { CliError } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/client.ts";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import { parsePasted } from "../../src/oauth/paste.ts";
import { openStore } from "../../src/store/logins.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { answerLost, granted, LOGIN } from "../support/logins.ts";
import { CLIENT, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("a lock is waited for longer than the longest refresh takes", async () => {
  const slow = (step: () => Response) => (): Response => {
    system.advance(120_000); // as long as one request to a token endpoint may take
    return step();
  };
  const system = fakeSystem({
    network: [
      slow(() => {
        throw answerLost();
      }),
      slow(() => new Response(null, { status: 429, headers: { "retry-after": "10" } })),
      slow(granted),
    ],
  });
  await refresh(LOGIN, SERVER, CLIENT, system);
  const longest = system.now() - START;
  using dir = tempDir();
  let patience = 0;
  const sleep = (pause: number): Promise<void> => Promise.resolve(void (patience += pause));
  const store = openStore(
    dir.path,
    { ...fakeSystem(), monotonic: () => patience, sleep },
    () => {},
  );
  using _login = await store.lock("default");
  await assertRejects(() => store.lock("default"), CliError);
  assert(patience > longest, `${patience} ms of patience for ${longest} ms`);
});

for (const status of [401, 403]) {
  Deno.test(`a gateway's ${status} whose JSON says "Unauthorized" does not end the login`, async () => {
    const body = {
      timestamp: "2026-11-24T09:00:00Z",
      status,
      error: "Unauthorized",
      path: "/oauth/token",
    };
    const system = fakeSystem({ network: [Response.json(body, { status })] });
    const error = await assertRejects(() => refresh(LOGIN, SERVER, CLIENT, system), CliError);
    assertEquals(error.kind, "unavailable");
  });
}

Deno.test("a kept certificate that is no PEM is damaged and made anew, not a bug at the listener", async () => {
  using dir = tempDir();
  const system = fakeSystem();
  const kept = await listenerCertificate(dir.path, system, () => {});
  const path = `${dir.path}/tls/listener.json`;
  Deno.writeTextFileSync(path, JSON.stringify({ version: 1, ...kept, certificate: "AAAA" }));
  const made = await listenerCertificate(dir.path, system, () => {});
  assert(made.certificate.startsWith("-----BEGIN "));
});

Deno.test("an address without its scheme, as Chrome shows it, is understood on localhost, too", async () => {
  const attempt = await someAttempt({ redirectUri: "https://localhost:8443/callback" });
  const pasted = parsePasted(`localhost:8443/callback?${responseQuery(attempt)}`, attempt);
  assertEquals(pasted.kind, "answer");
});

Deno.test("an empty value behind = is told as what it is", async () => {
  const system = fakeSystem({ env: { HOME: "/home/nobody" } });
  await run(["status", "--config-dir="], () => system);
  assertEquals(system.written.stderr.includes("--config-dir: it is empty"), true);
});
