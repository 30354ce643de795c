// The end of a login at the server: revocation (RFC 7009), Anaplan's own session, or both.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { endLogin } from "../../src/provider/provider.ts";
import { logout } from "../../src/commands/logout.ts";
import { profileSet } from "../../src/commands/profile.ts";
import type { Answer } from "../../src/command.ts";
import { revoke } from "../../src/oauth/revocation.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { Secret } from "../../src/base/secret.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { clockTime } from "../../src/base/times.ts";
import { fakeSystem, type NetworkStep, START } from "../support/fake_system.ts";
import { ISSUER_PROFILE, issuerScene } from "../support/issuer_scene.ts";
import {
  boundTo,
  errorAnswer,
  LOGIN,
  putLogin,
  STALE,
  unreachable,
  webPage,
  withoutRefreshToken,
} from "../support/logins.ts";
import { CLIENT, formOf, SERVER } from "../support/oauth.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";

const SERVER_THAT_REVOKES = { ...SERVER, revocationEndpoint: "https://as.example.com/revoke" };
const BOTH: Profile = { revocationEndpoint: "https://as.example.com/revoke" };
const DONE = (): Response => new Response();
const ENDED = (): Response => new Response(null, { status: 204 });

/** A login at Anaplan, whose profile names a revocation endpoint. */
function bothScene(network: readonly NetworkStep[], login = LOGIN): SessionScene {
  const scene = sessionScene(login, { network });
  saveProfile(scene.configDir, "default", BOTH, () => {});
  const settings = loadSettings(scene.flags, scene.context.system);
  putLogin(scene.configDir, boundTo(login, settings));
  return { ...scene, settings };
}

function loggedOut(scene: SessionScene): Promise<Answer<string>> {
  return logout(scene.flags, scene.context);
}

function isEnded({ data }: Answer<string>): boolean {
  return (data as { server_session_ended: boolean }).server_session_ended;
}

Deno.test("a token is revoked by one form with its kind and the client's credentials", async () => {
  const system = fakeSystem({ network: [DONE()] });
  const token = new Secret("a-token");
  assertEquals(
    await revoke(token, "refresh_token", SERVER_THAT_REVOKES, CLIENT, system),
    true,
  );
  assertEquals(system.requests[0]?.url, SERVER_THAT_REVOKES.revocationEndpoint);
  assertEquals(system.requests[0]?.caCertificates, ["a CA"]);
  assertEquals(formOf(system.requests[0]), {
    token: "a-token",
    token_type_hint: "refresh_token",
    client_id: "a-client",
    client_secret: "client-secret",
  });
});

Deno.test("credentials go into the header where the metadata says that it takes nothing else", async () => {
  const system = fakeSystem({ network: [DONE()] });
  const server = { ...SERVER_THAT_REVOKES, clientAuthMethods: ["client_secret_basic"] };
  await revoke(new Secret("a-token"), "access_token", server, CLIENT, system);
  const header = `Basic ${btoa("a-client:client-secret")}`;
  assertEquals(system.requests[0]?.headers?.authorization, header);
  assertEquals(Object.keys(formOf(system.requests[0])).sort(), ["token", "token_type_hint"]);
});

Deno.test("a token is revoked by a 200, or was dead before; everything else is a no", async () => {
  const answers: readonly (readonly [NetworkStep, boolean])[] = [
    [DONE(), true],
    [errorAnswer(400, "invalid_token"), true],
    [errorAnswer(400, "invalid_grant"), true],
    [errorAnswer(400, "unsupported_token_type"), false],
    [errorAnswer(401, "invalid_client"), false],
    [webPage(403), false],
  ];
  for (const [step, isRevoked] of answers) {
    const system = fakeSystem({ network: [step] });
    const token = new Secret("t");
    assertEquals(
      await revoke(token, "access_token", SERVER_THAT_REVOKES, CLIENT, system),
      isRevoked,
    );
  }
});

Deno.test("logout revokes the refresh token first, and then the access token", async () => {
  using scene = issuerScene(LOGIN, [DONE(), DONE()]);
  const reply = await loggedOut(scene);
  const forms = scene.context.system.requests.map((request) => formOf(request));
  assertEquals(forms.map(({ token, token_type_hint }) => [token, token_type_hint]), [
    ["old-refresh", "refresh_token"],
    ["old-access", "access_token"],
  ]);
  assertEquals(isEnded(reply), true);
  assertStringIncludes(reply.text, "Its tokens are no longer valid.");
});

Deno.test("a login without a refresh token has one token to revoke", async () => {
  using scene = issuerScene(withoutRefreshToken(LOGIN), [DONE()]);
  assertEquals(isEnded(await loggedOut(scene)), true);
});

for (const error of ["invalid_token", "unsupported_token_type", "invalid_request"]) {
  Deno.test(`${error} about the access token is no failure once the refresh token is revoked`, async () => {
    using scene = issuerScene(LOGIN, [DONE(), errorAnswer(400, error)]);
    const reply = await loggedOut(scene);
    assertEquals([isEnded(reply), scene.context.talk.warned], [true, []]);
    assertMatch(reply.text, /^Signed out, here and at as\.example\.com/);
    assertEquals(reply.text.includes("the refresh token"), false);
    const lives = `the access token until ${clockTime(LOGIN.expiresAt, START)}`;
    assertEquals(reply.text.includes(lives), error !== "invalid_token");
  });
}

Deno.test("a login without a refresh token has expired once its access token is no longer valid", async () => {
  const ends = [[LOGIN, "invalid_token", true], [LOGIN, "unsupported_token_type", false]] as const;
  for (
    const [login, error, isOver] of [...ends, [STALE, "unsupported_token_type", true] as const]
  ) {
    using scene = issuerScene(withoutRefreshToken(login), [errorAnswer(400, error)]);
    assertEquals(isEnded(await loggedOut(scene)), isOver);
  }
});

Deno.test("an access token that could not be asked about is a warning, and the refresh token has expired", async () => {
  using scene = issuerScene(LOGIN, [DONE(), webPage(503)]);
  const reply = await loggedOut(scene);
  assertEquals([isEnded(reply), scene.context.talk.warned.length], [false, 1]);
  assertStringIncludes(reply.text, "may still accept the access token until");
  assertEquals(reply.text.includes("the refresh token"), false);
});

Deno.test("a refresh token that was not revoked is said to be still valid", async () => {
  using scene = issuerScene(LOGIN, [errorAnswer(400, "unsupported_token_type"), DONE()]);
  const reply = await loggedOut(scene);
  assertEquals(isEnded(reply), false);
  assertStringIncludes(reply.text, "may still accept");
  assertStringIncludes(reply.text, "the refresh token until it expires");
});

Deno.test("Anaplan with a revocation endpoint is asked for both ends", async () => {
  using scene = bothScene([]);
  const asked: string[] = [];
  const answer = (request: { readonly url: string }): Response => {
    asked.push(new URL(request.url).pathname);
    return request.url.endsWith("/token/logout") ? ENDED() : DONE();
  };
  scene.context.system.network.push(answer, answer, answer);
  assertEquals(isEnded(await loggedOut(scene)), true);
  assertEquals(asked.sort(), ["/revoke", "/revoke", "/token/logout"]);
});

Deno.test("one end that fails keeps the other from nothing, and is warned about", async () => {
  using scene = bothScene([]);
  const answer = (request: { readonly url: string }): Response => {
    if (request.url.endsWith("/token/logout")) throw unreachable();
    return DONE();
  };
  scene.context.system.network.push(answer, answer, answer);
  const reply = await loggedOut(scene);
  assertEquals([isEnded(reply), scene.context.system.requests.length], [false, 3]);
  assertEquals(scene.context.talk.warned.length, 1);
});

Deno.test("a session that an ended token cannot end is not asked about, its refresh token is revoked", async () => {
  using scene = bothScene([DONE(), DONE()], STALE);
  assertEquals(isEnded(await loggedOut(scene)), true);
  assertEquals(scene.context.system.requests.map(({ url }) => url), [
    "https://as.example.com/revoke",
    "https://as.example.com/revoke",
  ]);
});

for (const status of [429, 500, 503]) {
  Deno.test(`${status} at /token/logout is a warning, and the login is gone here`, async () => {
    using scene = sessionScene(LOGIN, { network: [new Response(null, { status })] });
    const reply = await loggedOut(scene);
    assertEquals([reply.outcome, isEnded(reply)], [undefined, false]);
    assertStringIncludes(scene.context.talk.warned[0] ?? "", `it answered HTTP ${status}`);
  });
}

Deno.test("an issuer that cannot be reached is a warning, and the login is gone here", async () => {
  using scene = issuerScene(LOGIN, [unreachable()]);
  const reply = await loggedOut(scene);
  assertEquals([reply.outcome, isEnded(reply)], [undefined, false]);
  assertStringIncludes(
    scene.context.talk.warned[0] ?? "",
    "as.example.com did not confirm the sign-out",
  );
});

Deno.test("when no server can be asked, nothing says that the login has ended", async () => {
  const { revocationEndpoint: _, ...discovered } = ISSUER_PROFILE.discovered;
  using scene = issuerScene(LOGIN, [], { profile: { ...ISSUER_PROFILE, discovered } });
  assertEquals(isEnded(await loggedOut(scene)), false);
});

Deno.test("what no server could be asked is the failure", async () => {
  using scene = bothScene([unreachable(), unreachable(), unreachable()]);
  const { isDone, failure } = await endLogin(
    boundTo(LOGIN, scene.settings),
    scene.settings,
    scene.context.system,
  );
  assertEquals([isDone, failure?.kind], [false, "unavailable"]);
});

Deno.test("a revocation endpoint that answers 500 is a warning, and no token is said to be dead", async () => {
  const down = (): Response => new Response(null, { status: 500 });
  using scene = issuerScene(LOGIN, [down(), down()]);
  const reply = await loggedOut(scene);
  assertEquals([reply.outcome, isEnded(reply)], [undefined, false]);
  assertStringIncludes(scene.context.talk.warned.join("\n"), "it answered HTTP 500");
  assertEquals(scene.context.talk.warned.length, 1);
});

Deno.test("revocation keeps to the time that it was given", async () => {
  using scene = issuerScene(LOGIN, [DONE(), DONE()]);
  await endLogin(boundTo(LOGIN, scene.settings), scene.settings, scene.context.system, 5_000);
  assertEquals(scene.context.system.requests.map(({ timeout }) => timeout), [5_000, 5_000]);
});

Deno.test("a login at an issuer that the profile no longer names is not revoked, and may stay valid", async () => {
  using scene = issuerScene(LOGIN, []);
  await profileSet({ ...scene.flags, unset: ["issuer"] }, scene.context);
  const reply = await loggedOut(scene);
  assertEquals([isEnded(reply), scene.context.system.requests], [false, []]);
  assertStringIncludes(reply.text, "the refresh token until it expires");
});
