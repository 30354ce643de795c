// Terminal escape sequences in whatever a server says or a browser brings: none reaches stdout or stderr.
// Rule: one row of each table is the real program; a name or a text may be printed, what steers a terminal may not.
import { assert, assertEquals } from "@std/assert";
import type { Fault } from "../sandbox/contract.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import type { Outcome } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags } from "../support/sign_in.ts";
import { assertUnsteered, steering } from "./escapes.ts";
import { pendingLogin } from "./pending_login.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runBounded, runBoundedHere } from "./wrapped.ts";

const HOUR = 3_600_000;
const USER = {
  id: steering("id"),
  email: steering("email"),
  firstName: steering("first"),
  lastName: steering("last"),
  customerId: steering("tenant"),
  lastLoginDate: steering("2017-09-07T08:05:37.000+0000"),
};

/** What is said, at which path, and to which command; a stale login is refreshed first. */
const SAID: readonly (readonly [string, string, Fault, readonly string[], boolean])[] = [
  ["names", "/2/0/users/me", said({ user: USER }), ["whoami"], true],
  ["names, in JSON", "/2/0/users/me", said({ user: USER }), ["whoami", "--json"], true],
  ["names, asked by status", "/2/0/users/me", said({ user: USER }), ["status", "--check"], true],
  [
    "a message",
    "/2/0/users/me",
    said({ status: { message: steering("no") } }, 403),
    ["whoami"],
    true,
  ],
  [
    "a refusal",
    "/2/0/users/me",
    said({ status: { message: steering("no") } }, 403),
    ["api", "/2/0/users/me", "--json"],
    true,
  ],
  ["names", "/2/0/users/me", said([{ name: USER.firstName }]), [
    "api",
    "/2/0/users/me",
    "--paginate",
  ], true],
  ["a verdict", "/token/validate", said({ status: steering("NO") }, 400), ["validate"], true],
  ["a description", "/oauth/token", refusal("invalid_grant"), ["refresh"], false],
  [
    "a description, in JSON",
    "/oauth/token",
    refusal("invalid_grant"),
    ["refresh", "--json"],
    false,
  ],
  ["an error code", "/oauth/token", refusal(steering("invalid_grant")), ["refresh"], false],
  ["a token type", "/oauth/token", { body: newTokens({ token_type: steering("mac") }) }, [
    "refresh",
  ], false],
];

for (const [what, path, fault, command, isFresh] of SAID) {
  Deno.test(`${what} with escape sequences: ${command.join(" ")} prints none of them`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault(path, { ...fault, times: Infinity });
    const fields = isFresh ? { expiresAt: Date.now() + HOUR } : {};
    await using home = await staleLogin(sandbox, fields);
    const run = command[0] === "validate" ? runBounded : runBoundedHere;
    const outcome = await run(command, { home: home.path });
    assert(outcome.code !== 1, outcome.stderr);
    assertUnsteered(outcome);
    await assertKeptUnsteered(home.path); // what doctor and status show later
  });
}

function said(body: object, status = 200): Fault {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function refusal(error: string): Fault {
  return said({ error, error_description: steering("gone") }, 400);
}

async function assertKeptUnsteered(home: string): Promise<void> {
  assertUnsteered(await runBoundedHere(["status"], { home }));
}

for (const parameter of ["error", "error_description", "iss"]) {
  Deno.test(`an ${parameter} with escape sequences at the listener is printed without`, async () => {
    await using login = await pendingLogin();
    const query = new URLSearchParams({ error: "access_denied", state: login.state });
    query.set(parameter, steering("said"));
    const page = browse(`${login.listener.redirectUri}?${query}`);
    const outcome = await login.program.outcome;
    assertEquals(outcome.code, 4, outcome.stderr);
    assert([403, 502].includes((await page).status));
    assertUnsteered(outcome);
  });
}

Deno.test("a user code and its addresses with escape sequences are printed without", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(
    "/oauth/device/code",
    said({
      device_code: "0123456789",
      user_code: steering("ABCD-EFGH"),
      verification_uri: steering("https://127.0.0.1/activate"),
      verification_uri_complete: steering("https://127.0.0.1/activate?c=ABCD"),
      expires_in: 1,
      interval: 1,
    }),
  );
  await using home = await staleLogin(sandbox);
  const flags = sandboxFlags(sandbox, { clientId: "a-client" }, registeredListener(sandbox));
  const device = ["--device", "--device-endpoint", sandbox.endpoints.device];
  const outcome: Outcome = await runBoundedHere(["login", ...flags, ...device], {
    home: home.path,
    env: { ANAPLAN_CLIENT_SECRET: "a-client-secret" },
  });
  assertEquals(outcome.code, 5, outcome.stderr);
  assert(outcome.stderr.includes("ABCD-EFGH"), "the code itself is shown");
  assertUnsteered(outcome);
});
