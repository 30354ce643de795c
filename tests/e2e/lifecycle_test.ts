// A login from its first day to its last, with a client of each kind.
// Rule: after the login no command is given a flag or a variable. The first day is that of the real program.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { runHere } from "../support/here.ts";
import { makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { loginHere, signIn, signInHere } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";

for (
  const [kind, run, start] of [
    ["rotating", runProgram, signIn],
    ["nonRotating", runHere, signInHere],
  ] as const
) {
  Deno.test(`login, whoami, refresh, whoami, logout, whoami with a ${kind} client`, async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    const ran = async (command: string): Promise<[number, string]> => {
      const { code, stdout } = await run([command, "--json"], { home: home.path });
      return [code, stdout === "" ? "" : JSON.parse(stdout)];
    };
    await start(sandbox, home, { client: sandbox.clients[kind] });
    const first = await home.credentials();
    const [code, user] = await ran("whoami");
    assertEquals([code, Object(user).email], [0, sandbox.user.email]);
    const [, refreshed] = await ran("refresh");
    assertEquals(Object(refreshed).refresh_token_rotated, kind === "rotating");
    const second = await home.credentials();
    assertNotEquals(second?.accessToken, first?.accessToken);
    assertEquals(second?.refreshToken === first?.refreshToken, kind === "nonRotating");
    assertEquals(await ran("whoami"), [0, user]);
    assertEquals((await ran("logout"))[0], 0);
    assertEquals(await ran("whoami"), [3, ""]);
    assertEquals(
      sandbox.requests.filter(({ path }) => path === "/oauth/token").map(({ status }) => status),
      [200, 200],
    );
  });
}

Deno.test("a login that fails leaves the previous one as it was", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const before = await Deno.readTextFile(home.credentialsFile());
  sandbox.signInAnswer = "decline";
  const { outcome, page } = await loginHere(sandbox, home);
  assertEquals([outcome.code, page.status], [4, 403]);
  assertEquals(await Deno.readTextFile(home.credentialsFile()), before);
  assertEquals((await runHere(["whoami"], { home: home.path })).code, 0);
});

Deno.test("the page of a failed exchange carries the terminal's two lines", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const client = { ...sandbox.clients.rotating, clientSecret: "wrong-secret" };
  const { outcome, page } = await loginHere(sandbox, home, { client });
  assertEquals([outcome.code, page.status], [4, 502]);
  const text = page.body.replace(/<\/?(span|code)>/g, "").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'");
  for (const line of outcome.stderr.trimEnd().split("\n").slice(-2)) {
    assert(text.includes(line), `the page lacks: ${line}\n${text}`);
  }
});

Deno.test("both requests of a login carry what binds them to each other", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signInHere(sandbox, home);
  const asked = sandbox.requests.find(({ path }) => path === "/auth/prelogin")?.parameters;
  const [exchange, ...more] = sandbox.requests.filter(({ path }) => path === "/oauth/token");
  assertEquals(more, []);
  const { code_verifier = "", redirect_uri } = exchange?.parameters ?? {};
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code_verifier));
  const challenge = new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
  assertEquals([asked?.code_challenge, asked?.code_challenge_method], [challenge, "S256"]);
  assertEquals(asked?.redirect_uri, redirect_uri);
  const others = sandbox.requests.filter((request) => request !== exchange);
  assert(!JSON.stringify(others).includes(code_verifier), "the verifier is sent once");
});

Deno.test("a new login ends the previous session of another client at the server", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signInHere(sandbox, home, { client: sandbox.clients.nonRotating });
  const before = (await home.credentials())?.accessToken;
  await signInHere(sandbox, home, { client: sandbox.clients.rotating });
  const ended = sandbox.requests.filter(({ path }) => path === "/token/logout");
  assertEquals(ended.map(({ headers, status }) => [headers.authorization, status]), [
    [`AnaplanAuthToken ${before}`, 204],
  ]);
  assertEquals((await runHere(["whoami"], { home: home.path })).code, 0);
});
