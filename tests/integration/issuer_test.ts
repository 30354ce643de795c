// Another OAuth provider, by its metadata: the real program with a server that is not Anaplan's and not ours.
// Rule: whatever the program sends is seen in its own trace, so that nothing can go elsewhere unnoticed.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type OtherProvider, startOtherProvider } from "../support/other_provider.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";

const ADDRESS = /^http:\/\/\S+\?\S*response_type=code\S*$/m;

interface Scene {
  readonly provider: OtherProvider;
  readonly home: Home;
  login(flags?: readonly string[]): Promise<Outcome>;
  run(...argv: readonly string[]): Promise<Outcome>;
}

async function withScene(act: (scene: Scene) => Promise<void>, alg?: string): Promise<void> {
  await using provider = await startOtherProvider(alg);
  await using home = await makeHome();
  await act({
    provider,
    home,
    async login(flags = []) {
      const argv = [
        ...["login", "--verbose", "--issuer", provider.issuer, "--client-id", "a-client"],
        ...["--redirect-uri", `https://127.0.0.1:${freePort()}/callback`, ...flags],
      ];
      const env = { ANAPLAN_CLIENT_SECRET: "a-client-secret" };
      await using program = await startProgram(argv, { home: home.path, env });
      const asked = await program.said(ADDRESS).catch(() => undefined);
      if (asked !== undefined) await browse(asked[0]);
      return await program.outcome;
    },
    run: (...argv) => runProgram([...argv, "--verbose"], { home: home.path }),
  });
}

/** The origins to which the program's own trace says that it sent something. */
function origins({ stderr }: Outcome): string[] {
  const sent = stderr.matchAll(/^(?:.*?)> (?:GET|POST) (\S+)/gm);
  return [...new Set(Array.from(sent, ([, url = ""]) => new URL(url).origin))];
}

Deno.test("login, whoami, refresh, logout: each goes to the provider and nowhere else", () =>
  withScene(async ({ provider, home, login, run }) => {
    const outcomes = [
      await login(),
      await run("whoami"),
      await run("refresh"),
      await run("whoami"),
      await run("logout"),
    ];
    assertEquals(outcomes.map(({ code }) => code), [0, 0, 0, 0, 0], outcomes[0]?.stderr);
    for (const outcome of outcomes) assertEquals(origins(outcome), [provider.issuer]);
    assertEquals(await home.credentials(), undefined);
    const asked = provider.requests.filter(({ userAgent }) => !userAgent.startsWith("Mozilla"));
    assertEquals(asked.map(({ method, path }) => `${method} ${path}`), [
      "GET /.well-known/openid-configuration",
      "POST /token",
      "GET /userinfo",
      "GET /userinfo",
      "POST /token",
      "GET /userinfo",
      "POST /revoke",
      "POST /revoke",
    ]);
  }));

Deno.test("who it is comes from the userinfo endpoint, whatever that knows", () =>
  withScene(async ({ provider, login, run }) => {
    provider.service.on("beforeUserinfo", (response) => {
      response.body = { sub: "johndoe", email: "ada@example.com", given_name: "Ada" };
    });
    const { stdout } = await login();
    assertStringIncludes(stdout, "✓ Signed in as Ada <ada@example.com>, ");
    const user = JSON.parse((await run("whoami", "--json")).stdout);
    assertEquals([user.id, user.first_name, user.customer_id], ["johndoe", "Ada", ""]);
  }));

Deno.test("userinfo of another user than the id_token's is exit 4, and is not printed", () =>
  withScene(async ({ provider, login, run }) => {
    await login();
    provider.service.on("beforeUserinfo", (response) => {
      response.body = { sub: "eve", email: "eve@example.com" };
    });
    const { code, stdout, stderr } = await run("whoami");
    assertEquals([code, stdout], [4, ""], stderr);
    assert(!stderr.includes("eve@example.com"), stderr);
  }));

Deno.test("an answer that carries the iss of another server is denied (RFC 9207)", () =>
  withScene(async ({ provider, home, login }) => {
    provider.service.on("beforeAuthorizeRedirect", ({ url }) => {
      url.searchParams.set("iss", "https://evil.example");
    });
    const { code, stderr } = await login();
    assertEquals(code, 4, stderr);
    assert(!provider.requests.some(({ path }) => path === "/token"), "the code goes nowhere");
    assertEquals(await home.credentials(), undefined);
  }));

for (
  const [what, claims] of Object.entries({
    "of another issuer": { iss: "https://evil.example" },
    "for another client": { aud: "another-client" },
    "with another nonce": { nonce: "another-nonce" },
  })
) {
  Deno.test(`an id_token ${what} is denied, and nothing is saved`, () =>
    withScene(async ({ provider, home, login }) => {
      provider.service.issuer.on("beforeSigning", ({ payload }) => {
        if ("aud" in payload || "nonce" in payload) Object.assign(payload, claims);
      });
      const { code, stderr } = await login();
      assertEquals(code, 4, stderr);
      assertMatch(stderr, /\nNext: .+\n$/);
      assertEquals(await home.credentials(), undefined);
    }));
}

Deno.test("an id_token that expired long ago is warned of, since a clock may be wrong, and saved", () =>
  withScene(async ({ provider, home, login }) => {
    provider.service.issuer.on("beforeSigning", ({ payload }) => {
      if ("aud" in payload || "nonce" in payload) Object.assign(payload, { exp: 1_000_000_000 });
    });
    const { code, stderr } = await login();
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "this computer's clock may be wrong");
    assert(await home.credentials() !== undefined);
  }));
