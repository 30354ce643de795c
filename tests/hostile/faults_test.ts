// What the network does to a refresh: the right exit code, two lines, and a login that
// is byte for byte as it was.
// Rule: the faults here are those that no case of tests/e2e has, or whose harm to the files was not looked at.
// One row of each table is the real program; the others differ in the answer alone.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createServer } from "node:https";
import type { Fault } from "../sandbox/contract.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Company, foundCompany } from "../support/company.ts";
import { listening } from "../support/node_server.ts";
import { assertTwoLines, assertUntouched, newTokens, staleLogin } from "./stale_login.ts";
import { runBounded, runBoundedHere, runWrapped, WITHOUT_NETWORK, wrappedTest } from "./wrapped.ts";

const TOKEN = "/oauth/token";
const JSON_TYPE = { "content-type": "application/json" };

/** What goes wrong, what is said of it, and how many requests it may take. */
const FAULTS: Readonly<Record<string, readonly [Fault, RegExp, number]>> = {
  "cut before each request is handled": [{ reset: "before" }, /the connection was cut/, 2],
  "cut after each request was handled": [{ reset: "after" }, /the connection was cut/, 2],
  "a 429 that names an hour of tomorrow": [
    { status: 429, headers: { "retry-after": new Date(Date.now() + 86_400_000).toUTCString() } },
    /too many requests/,
    1,
  ],
  "a 429 whose Retry-After is nonsense": [
    { status: 429, headers: { "retry-after": "soon" } },
    /too many requests/,
    1,
  ],
  "a 500 with an OAuth error in it": [
    { status: 500, headers: JSON_TYPE, body: '{"error":"invalid_grant"}' },
    /it answered HTTP 500/,
    1,
  ],
  "an empty 200": [{ body: "", headers: JSON_TYPE }, /not the JSON of a token endpoint/, 1],
  "JSON that breaks off in its first token": [
    { body: newTokens().slice(0, 20), headers: JSON_TYPE },
    /not the JSON of a token endpoint/,
    1,
  ],
  "a body of 10 MB": [
    { body: `{"pad":"${"x".repeat(10_000_000)}"}`, headers: JSON_TYPE },
    /far too long/,
    1,
  ],
};

for (const [what, [fault, message, requests]] of Object.entries(FAULTS)) {
  Deno.test(`refresh under ${what} is exit 6 and leaves the login as it was`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault(TOKEN, { ...fault, times: Infinity });
    const run = fault.reset === "before" ? runBounded : runBoundedHere;
    assertMatch(await refreshInVain(sandbox, run), message);
    assertEquals(sandbox.requests.length, requests);
  });
}

/** Refreshes, makes sure that it failed well, and gives what was said. */
async function refreshInVain(
  service: Parameters<typeof staleLogin>[0],
  run: typeof runBounded = runBoundedHere,
): Promise<string> {
  await using home = await staleLogin(service);
  const before = await home.files();
  const outcome = await run(["refresh"], { home: home.path });
  assertTwoLines(outcome, 6);
  assertUntouched(before, await home.files());
  return outcome.stderr;
}

for (const status of [302, 307]) {
  Deno.test(`a ${status} at the token endpoint is not followed: its target hears nothing`, async () => {
    await using target = await startSandbox();
    await using sandbox = await startSandbox();
    const location = `${target.origin}${TOKEN}`;
    sandbox.fault(TOKEN, { status, headers: { location }, times: Infinity });
    assertMatch(await refreshInVain(sandbox), new RegExp(`it answered HTTP ${status}`));
    assertEquals([sandbox.requests.length, target.requests.length], [1, 0]);
  });
}

wrappedTest(WITHOUT_NETWORK, "a name that cannot be resolved is exit 6, and says so", async () => {
  await using sandbox = await startSandbox(); // for its CA file
  const endpoints = { ...sandbox.endpoints, token: `https://nope.anaplan.com${TOKEN}` };
  const said = await refreshInVain(
    { ...sandbox, endpoints },
    (argv, options) => runWrapped(WITHOUT_NETWORK, argv, options),
  );
  assertMatch(said, /Cannot reach nope\.anaplan\.com: the name cannot be resolved/);
});

/** A CA file with the company's authority in it alone. */
async function trusting({ caPem }: Company): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempFile({ prefix: "anaplan-auth-ca-" });
  await Deno.writeTextFile(path, caPem);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("a certificate of an unknown authority is exit 6 before any secret is sent", async () => {
  await using sandbox: Sandbox = await startSandbox();
  await using file = await trusting(await foundCompany());
  const said = await refreshInVain({ endpoints: sandbox.endpoints, caFile: file.path });
  assertMatch(said, /signed by an unknown authority[^]*--ca-file/);
  assertEquals(sandbox.requests, []);
});

Deno.test("a trusted certificate for another name is exit 6 before any secret is sent", async () => {
  const company = await foundCompany();
  const certificate = await company.certify("us1a.app.example.com");
  let heard = 0;
  await using server = await listening(createServer(certificate, (_, answer) => {
    heard++;
    answer.end("{}");
  }));
  await using file = await trusting(company);
  const url = `https://127.0.0.1:${server.port}/`;
  const endpoints = { authorization: url, token: url, apiUrl: url, authUrl: url };
  const said = await refreshInVain({ endpoints, caFile: file.path });
  assertMatch(said, /the certificate is for another name/);
  assertEquals(heard, 0);
});

const LIFETIMES: readonly (readonly [string, unknown, number])[] = [
  ["missing", undefined, 2100],
  ["a number in a string", "1800", 1800],
  ["a word", "soon", 2100],
  ["longer than dates can be", 1e300, 2100],
];
for (const [what, expiresIn, seconds] of LIFETIMES) {
  Deno.test(`an expires_in that is ${what} is saved as ${seconds} s, with the new tokens`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault(TOKEN, { body: newTokens({ expires_in: expiresIn }), headers: JSON_TYPE });
    await using home = await staleLogin(sandbox);
    const run = expiresIn === undefined ? runBounded : runBoundedHere;
    const { code, stdout, stderr } = await run(["token"], { home: home.path });
    assertEquals([code, stdout.trim()], [0, "new-access-token"], stderr);
    const { expiresAt = NaN, refreshToken } = await home.credentials() ?? {};
    assertEquals(refreshToken, "new-refresh-token");
    assert(Math.abs(expiresAt - Date.now() - seconds * 1000) < 10_000, `${expiresAt}`);
    assertEquals(sandbox.requests.length, 1, "a token that is short-lived is not asked for again");
  });
}

Deno.test("a 429 whose Retry-After is a date that has passed is asked again at once", async () => {
  await using sandbox = await startSandbox();
  const date = new Date(Date.now() - 5_000).toUTCString();
  sandbox.fault(TOKEN, { status: 429, headers: { "retry-after": date } });
  sandbox.fault(TOKEN, { body: newTokens(), headers: JSON_TYPE });
  await using home = await staleLogin(sandbox);
  assertEquals((await runBoundedHere(["token"], { home: home.path })).stdout, "new-access-token\n");
});
