// Other people's authorization servers, with the real program: other algorithms, both ways of the secret,
// rotation with reuse detection, and the end of a login.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { startBetterAuth } from "./real_servers.ts";
import { type Home, makeHome } from "../support/home.ts";
import { nextWords } from "../support/words.ts";
import { startOidcProvider } from "./real_servers.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { ADA, type RealServer, type ServerWishes, type StartServer } from "./real_servers.ts";
import { browse } from "../support/scripted_browser.ts";

const ADDRESS = /^http:\/\/\S+\?\S*response_type=code\S*$/m;

interface Scene {
  readonly home: Home;
  login(...flags: readonly string[]): Promise<Outcome>;
  run(...argv: readonly string[]): Promise<Outcome>;
}

async function withServer(
  start: StartServer,
  wishes: ServerWishes,
  act: (scene: Scene, server: RealServer) => Promise<void>,
): Promise<void> {
  await using server = await start(wishes);
  await using home = await makeHome();
  const run = (...argv: readonly string[]): Promise<Outcome> =>
    runProgram(argv, { home: home.path });
  const login = async (...flags: readonly string[]): Promise<Outcome> => {
    const { issuer, clientId, clientSecret, redirectUri } = server;
    const argv = ["login", "--issuer", issuer, "--client-id", clientId, ...flags];
    const env = { ANAPLAN_CLIENT_SECRET: clientSecret, ANAPLAN_REDIRECT_URI: redirectUri };
    await using program = await startProgram(argv, { home: home.path, env });
    const asked = await program.said(ADDRESS).catch(() => undefined);
    if (asked !== undefined) await browse(asked[0]);
    return await program.outcome;
  };
  await act({ home, login, run }, server);
}

const WAY = { client_secret_basic: "basic", client_secret_post: "post" } as const;
const OTHER_WAY = { client_secret_basic: "post", client_secret_post: "basic" } as const;
const SERVERS: readonly (readonly [name: string, StartServer, ServerWishes])[] = [
  ["better-auth", startBetterAuth, { alg: "ES256", clientAuth: "client_secret_basic" }],
  ["better-auth", startBetterAuth, { alg: "EdDSA", clientAuth: "client_secret_post" }],
  ["oidc-provider", startOidcProvider, { alg: "EdDSA", clientAuth: "client_secret_basic" }],
  ["oidc-provider", startOidcProvider, { alg: "ES256", clientAuth: "client_secret_post" }],
  ["oidc-provider", startOidcProvider, { alg: "PS256", clientAuth: "client_secret_basic" }],
];

for (const [name, start, wishes] of SERVERS) {
  const { alg, clientAuth } = wishes;
  Deno.test(`${name} with ${alg} and ${clientAuth}: login, whoami, refresh, logout`, () =>
    withServer(start, wishes, async ({ home, login, run }) => {
      const signedIn = await login("--client-auth", WAY[clientAuth]);
      assertEquals(signedIn.code, 0, signedIn.stderr);
      assertStringIncludes(signedIn.stdout, ADA.email);
      const whoami = await run("whoami", "--json");
      assertEquals([whoami.code, JSON.parse(whoami.stdout).email], [0, ADA.email], whoami.stderr);
      const before = await home.credentials();
      const refreshed = await run("refresh");
      assertEquals(refreshed.code, 0, refreshed.stderr);
      assertNotEquals((await home.credentials())?.refreshToken, before?.refreshToken);
      assertEquals((await run("whoami")).code, 0);
      const logout = await run("logout", "--json");
      assertEquals(logout.code, 0);
      assertEquals(JSON.parse(logout.stdout).server_session_ended, true, logout.stderr);
      assertEquals(logout.stderr, "");
    }));

  if (name === "oidc-provider") continue; // takes the secret in both ways
  Deno.test(`${name} with ${clientAuth}: the secret in the other way is rejected, and this way advised`, () =>
    withServer(start, wishes, async ({ home, login }) => {
      const { code, stderr } = await login("--client-auth", OTHER_WAY[clientAuth]);
      assertEquals(code, 4, stderr);
      assertEquals(await home.credentials(), undefined);
      const next = `Next: anaplan-auth login --client-auth ${WAY[clientAuth]}` +
        "; if that does not help, copy the secret again";
      const [, ...flags] = nextWords(stderr, next);
      const again = await login(...flags);
      assertEquals(again.code, 0, again.stderr);
    }));
}

for (const [name, start, wishes] of [SERVERS[0], SERVERS[2]].filter((row) => row !== undefined)) {
  Deno.test(`${name}: a refresh token that is used again ends the login, and its successor`, () =>
    withServer(start, wishes, async ({ home, login, run }) => {
      await login("--client-auth", WAY[wishes.clientAuth]);
      const first = await home.credentials();
      assertEquals((await run("refresh")).code, 0);
      const second = await home.credentials();
      assert(first?.refreshToken !== undefined && second?.refreshToken !== undefined);
      await home.changeCredentials({ refreshToken: first.refreshToken }); // as a copy elsewhere has it
      const reused = await run("refresh");
      assertEquals(reused.code, 3, reused.stderr);
      assertMatch(reused.stderr, /\(invalid_grant\).*\nNext: anaplan-auth login\n$/);
      await home.changeCredentials({ refreshToken: second.refreshToken });
      assertEquals((await run("refresh")).code, 3);
    }));
}
