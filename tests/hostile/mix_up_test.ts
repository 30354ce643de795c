// A mix-up (RFC 9700, section 4.4): endpoints of one authorization server never serve a sign-in at another.
// Rule: the real program, a provider, and a second server that records whatever reaches it.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type OtherProvider, startOtherProvider } from "../support/other_provider.ts";
import { plainServer } from "../support/plain_server.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";

const ADDRESS = /^https?:\/\/\S+\?\S*response_type=code\S*$/m;

interface Scene {
  /** The server that the profile names at first. */
  readonly url: string;
  /** The addresses that it was asked for. */
  readonly heard: readonly string[];
  readonly provider: OtherProvider;
  readonly home: Home;
  run(...argv: readonly string[]): Promise<Outcome>;
  login(...argv: readonly string[]): Promise<Outcome>;
}

async function withScene(act: (scene: Scene) => Promise<void>): Promise<void> {
  const heard: string[] = [];
  await using first = plainServer((request) => {
    heard.push(request.url);
    return Response.json({ access_token: "first-access", token_type: "Bearer", sub: "ada" });
  });
  await using provider = await startOtherProvider();
  await using home = await makeHome();
  await act({
    url: first.url,
    heard,
    provider,
    home,
    run: (...argv) => runProgram(argv, { home: home.path }),
    async login(...argv) {
      const flags = ["--redirect-uri", `https://127.0.0.1:${freePort()}/callback`];
      const env = { ANAPLAN_CLIENT_SECRET: "a-client-secret" };
      const options = { home: home.path, env };
      await using program = await startProgram(["login", ...argv, ...flags], options);
      const asked = await program.said(ADDRESS).catch(() => undefined);
      if (asked !== undefined) await browse(asked[0]);
      return await program.outcome;
    },
  });
}

Deno.test("a sign-in at another issuer sends nothing to the endpoints of the profile, and forgets them", () =>
  withScene(async ({ url, heard, provider, home, run, login }) => {
    await run(
      ...["profile", "set", "default", "--client-id", "a-client", "--api-url", url],
      ...["--auth-url", url, "--token-endpoint", `${url}/token`],
      ...["--revocation-endpoint", `${url}/revoke`],
    );
    const { code, stderr } = await login("--issuer", provider.issuer, "--client-id", "b-client");
    assertEquals(heard, []);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "--token-endpoint");
    // a second sign-in takes the issuer from the profile
    assertEquals((await login()).code, 0);
    assertEquals((await run("whoami")).code, 0);
    assertEquals((await run("logout")).code, 0);
    assertEquals(heard, []);
    const profile = JSON.parse(await Deno.readTextFile(`${home.configDir}/profiles/default.json`));
    assertEquals([profile.tokenEndpoint, profile.apiUrl], [undefined, undefined]);
  }));

Deno.test("metadata that names Anaplan's hosts is refused before a browser opens", () =>
  withScene(async ({ provider, login }) => {
    provider.service.on("beforeWellKnownOpenIdConfiguration", ({ body }) => {
      Object.assign(body, { authorization_endpoint: "https://us1a.app.anaplan.com/auth/prelogin" });
    });
    const { code, stderr } = await login("--issuer", provider.issuer, "--client-id", "b-client");
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "its authorization_endpoint: ");
    assertEquals(provider.requests.map(({ path }) => path), ["/.well-known/openid-configuration"]);
  }));
