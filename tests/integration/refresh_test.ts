// Refreshes against the sandbox: one request however many want it, and none sent twice unasked.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { freshTokenSet, refreshedTokenSet } from "../../src/session/session.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { putLogin, storedLogin } from "../support/logins.ts";
import { requestsTo, type SandboxPerson, sandboxPerson } from "../support/sandbox_person.ts";

const TOKEN = "/oauth/token";

/** A person whose access token has just ended. */
async function stalePerson(
  sandbox: Sandbox,
  client = sandbox.clients.rotating,
): Promise<SandboxPerson> {
  const person = sandboxPerson(sandbox, client);
  await login(person.flags, person.context);
  putLogin(person.configDir, { ...storedLogin(person.configDir), expiresAt: Date.now() });
  return person;
}

/** The refreshes that reached the sandbox, by status. */
function refreshes(sandbox: Sandbox): number[] {
  return requestsTo(sandbox, TOKEN)
    .filter(({ parameters }) => parameters.grant_type === "refresh_token")
    .map(({ status }) => status);
}

Deno.test("of many that want a stale login at once, one refreshes and all have its token", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  sandbox.fault(TOKEN, { delayMs: 50 });
  const all = Array.from({ length: 8 }, () => freshTokenSet(person.settings(), person.context));
  const tokens = new Set((await Promise.all(all)).map(({ accessToken }) => accessToken.reveal()));
  assertEquals(refreshes(sandbox), [200]);
  assertEquals([...tokens], [storedLogin(person.configDir).accessToken.reveal()]);
});

Deno.test("of two refreshes at once, the loser sends nothing", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  const both = [1, 2].map(() => refreshedTokenSet(person.settings(), person.context));
  const byUs = (await Promise.all(both)).map((refreshed) => refreshed.byUs);
  assertEquals([byUs.sort(), refreshes(sandbox)], [[false, true], [200]]);
});

Deno.test("a refresh token that died ends the login, and the file is kept", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  sandbox.revokeRefreshTokens();
  const error = await assertRejects(
    () => freshTokenSet(person.settings(), person.context),
    CliError,
  );
  assertEquals([error.kind, error.oauthError], ["login_required", "invalid_grant"]);
  assertEquals(storedLogin(person.configDir).endedBy, "invalid_grant");
});

Deno.test("a connection that is cut before the answer is tried again once, and only once", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  sandbox.fault(TOKEN, { reset: "before" });
  await freshTokenSet(person.settings(), person.context);
  assertEquals(refreshes(sandbox), [0, 200]);
  sandbox.fault(TOKEN, { reset: "before", times: 2 });
  const error = await assertRejects(
    () => refreshedTokenSet(person.settings(), person.context),
    CliError,
  );
  assertEquals([error.kind, error.answerLost], ["unavailable", true]);
  assertEquals(refreshes(sandbox), [0, 200, 0, 0]); // nothing below sends a POST again by itself
});

Deno.test("an answer that is lost is got by asking again, where the refresh token is kept", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox, sandbox.clients.nonRotating);
  sandbox.fault(TOKEN, { reset: "after" });
  const { accessToken } = await freshTokenSet(person.settings(), person.context);
  assertEquals(storedLogin(person.configDir).accessToken.reveal(), accessToken.reveal());
  assertEquals(refreshes(sandbox), [0, 200]);
});

for (const reset of ["before", "after"] as const) {
  Deno.test(`a code whose exchange is cut ${reset} it is handled is not sent again`, async () => {
    await using sandbox = await startSandbox();
    using person = sandboxPerson(sandbox, sandbox.clients.rotating);
    sandbox.fault(TOKEN, { reset, times: 2 });
    const error = await assertRejects(() => login(person.flags, person.context), CliError);
    assertEquals(error.kind, "unavailable");
    assertEquals(requestsTo(sandbox, TOKEN).length, 1);
    assertEquals((await person.page).status, 502);
  });
}

Deno.test("a short Retry-After is waited out", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  sandbox.fault(TOKEN, { status: 429, headers: { "retry-after": "1" } });
  const started = Date.now();
  await freshTokenSet(person.settings(), person.context);
  assertEquals(refreshes(sandbox), [429, 200]);
  assert(Date.now() - started >= 1000);
});

Deno.test("a proxy's page and an empty 401 leave the login as it is", async () => {
  await using sandbox = await startSandbox();
  using person = await stalePerson(sandbox);
  for (const status of [401, 403, 502]) {
    sandbox.fault(TOKEN, { status, headers: { "content-type": "text/html" }, body: "<h1>No</h1>" });
    sandbox.fault(TOKEN, { status });
    for (const _ of [1, 2]) {
      const error = await assertRejects(
        () => freshTokenSet(person.settings(), person.context),
        CliError,
      );
      assertEquals(error.kind, "unavailable");
    }
  }
  await freshTokenSet(person.settings(), person.context);
});
