// A sign-in against the sandbox, over TLS, with the real listener and the real disk.
import { formatWords } from "../../src/base/words.ts";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { CliError } from "../../src/base/errors.ts";
import { refreshedTokenSet } from "../../src/session/session.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { isFree } from "../support/free_port.ts";
import { storedLogin } from "../support/logins.ts";
import { requestsTo, sandboxPerson } from "../support/sandbox_person.ts";
import { namesIn } from "../support/temp_dir.ts";

Deno.test("login ends in saved tokens, a true page and a closed port", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  const { text, data } = await login(person.flags, person.context);
  assertStringIncludes(formatWords(text), "Signed in as Ada Lovelace <ada@example.com>");
  assertEquals((data as { method: string }).method, "loopback");
  const page = await person.page;
  assertEquals([page.status, page.url.startsWith(person.redirectUri)], [200, true]);
  assertStringIncludes(page.body, "You are signed in");
  assert(storedLogin(person.configDir).accessToken.reveal().length > 2000);
  assert(isFree("127.0.0.1", person.port) && isFree("::1", person.port));
});

Deno.test("both requests of a login carry what binds them to each other", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  await login(person.flags, person.context);
  const [asked] = sandbox.requests;
  const exchanges = requestsTo(sandbox, "/oauth/token");
  assertEquals(exchanges.length, 1);
  const sent = exchanges[0]?.parameters ?? {};
  const verifier = new TextEncoder().encode(sent.code_verifier);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", verifier));
  const challenge = digest.toBase64({ alphabet: "base64url", omitPadding: true });
  assertEquals(asked?.parameters.code_challenge, challenge);
  assertEquals(asked?.parameters.code_challenge_method, "S256");
  assertEquals([asked?.parameters.redirect_uri, sent.redirect_uri], [
    person.redirectUri,
    person.redirectUri,
  ]);
  assertEquals(exchanges[0]?.headers.authorization, undefined);
  const others = sandbox.requests.filter((request) => request !== exchanges[0]);
  assert(!JSON.stringify(others).includes(sent.code_verifier ?? ""), "the verifier is sent once");
});

Deno.test("what login saved is enough for whoami", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  await login(person.flags, person.context);
  const { data } = await whoami({ configDir: person.configDir }, person.context);
  assertEquals((data as { email: string }).email, sandbox.user.email);
});

Deno.test("a rotating client's refresh token is replaced at each refresh", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  await login(person.flags, person.context);
  const seen = new Set([storedLogin(person.configDir).refreshToken?.reveal()]);
  for (const _ of [1, 2]) {
    const { tokenSet } = await refreshedTokenSet(person.settings(), person.context);
    seen.add(tokenSet.refreshToken?.reveal());
    assertEquals(tokenSet.refreshTokenRotates, true);
  }
  assertEquals(seen.size, 3);
});

Deno.test("a non-rotating client's refresh token is kept at each refresh", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.nonRotating);
  await login(person.flags, person.context);
  const before = storedLogin(person.configDir);
  for (const _ of [1, 2]) {
    const { tokenSet } = await refreshedTokenSet(person.settings(), person.context);
    assertEquals(tokenSet.refreshToken?.reveal(), before.refreshToken?.reveal());
    assertNotEquals(tokenSet.accessToken.reveal(), before.accessToken.reveal());
  }
});

Deno.test("a declined sign-in is denied, says so in the browser, and saves nothing", async () => {
  await using sandbox = await startSandbox();
  sandbox.signInAnswer = "decline";
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  const error = await assertRejects(() => login(person.flags, person.context), CliError);
  assertEquals([error.kind, error.oauthError], ["denied", "access_denied"]);
  assertEquals((await person.page).status, 403);
  assertEquals(requestsTo(sandbox, "/oauth/token").length, 0);
  assertEquals(namesIn(person.configDir), ["credentials", "tls"]);
  assertEquals(namesIn(`${person.configDir}/credentials`), ["default.lock"]);
});

Deno.test("a wrong client secret is denied, says so in the browser, and saves nothing", async () => {
  await using sandbox = await startSandbox();
  const wishes = { clientSecret: "wrong-secret" };
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, wishes);
  const error = await assertRejects(() => login(person.flags, person.context), CliError);
  assertEquals([error.kind, error.oauthError], ["denied", "invalid_client"]);
  const page = await person.page;
  assertEquals(page.status, 502);
  assertStringIncludes(page.body, "invalid_client");
  assert(!page.body.includes("wrong-secret") && !error.message.includes("wrong-secret"));
  assertEquals(namesIn(person.configDir), ["credentials", "tls"]);
  assertEquals(namesIn(`${person.configDir}/credentials`), ["default.lock"]);
});

Deno.test("after a login that replaced one of the same client, whoami and refresh work", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  await login(person.flags, person.context);
  await login(person.flags, person.context);
  assertEquals(requestsTo(sandbox, "/token/logout"), []);
  await whoami({ configDir: person.configDir }, person.context);
  await refreshedTokenSet(person.settings(), person.context);
});

Deno.test("a new login ends the previous session of another client at the server", async () => {
  await using sandbox = await startSandbox();
  using before = sandboxPerson(sandbox, sandbox.clients.nonRotating);
  await login(before.flags, before.context);
  const first = storedLogin(before.configDir).accessToken.reveal();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating);
  await login({ ...person.flags, configDir: before.configDir }, person.context);
  const [ended, ...more] = requestsTo(sandbox, "/token/logout");
  assertEquals([ended?.headers.authorization, ended?.status], [`AnaplanAuthToken ${first}`, 204]);
  assertEquals(more, []);
  await whoami({ configDir: before.configDir }, person.context); // the new one works
});

for (
  const [name, host] of [["localhost", "https://localhost"], ["plain HTTP", "http://127.0.0.1"]]
) {
  Deno.test(`login also works with a redirect URI on ${name}`, async () => {
    await using sandbox = await startSandbox();
    const redirectUri = (port: number): string => `${host}:${port}/cb`;
    using person = sandboxPerson(sandbox, sandbox.clients.rotating, { redirectUri });
    await login(person.flags, person.context);
    assertEquals((await person.page).status, 200);
  });
}

Deno.test("no secret is in what --verbose shows of a login", async () => {
  await using sandbox = await startSandbox();
  let traced = "";
  const trace = (line: () => string): void => void (traced += `${line()}\n`);
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, { trace });
  await login(person.flags, person.context);
  assertStringIncludes(traced, "> POST");
  assertStringIncludes(traced, "listener: GET");
  const saved = storedLogin(person.configDir);
  const [asked] = sandbox.requests;
  const [exchange] = requestsTo(sandbox, "/oauth/token");
  const secrets = [
    saved.accessToken.reveal(),
    saved.refreshToken?.reveal(),
    saved.clientSecret?.reveal(),
    asked?.parameters.state,
    exchange?.parameters.code,
    exchange?.parameters.code_verifier,
  ];
  for (const secret of secrets) {
    assert(secret !== undefined && !traced.includes(secret), `${secret} was shown`);
  }
});
