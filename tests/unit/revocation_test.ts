// The end of a login at the server: revocation (RFC 7009), Anaplan's own session, or both.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { endLogin } from "../../src/account.ts";
import { logout } from "../../src/commands/logout.ts";
import type { Reply } from "../../src/command.ts";
import { CliError } from "../../src/errors.ts";
import { revoke } from "../../src/oauth/revocation.ts";
import { type Profile, saveProfile } from "../../src/profiles.ts";
import { Secret } from "../../src/secret.ts";
import { loadSettings } from "../../src/settings.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { ISSUER_PROFILE, issuerScene } from "../support/issuer_scene.ts";
import {
  LOGIN,
  refused,
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
  return { ...scene, settings: loadSettings(scene.flags, scene.context.system) };
}

function loggedOut(scene: SessionScene): Promise<Reply> {
  return logout(scene.flags, scene.context);
}

function isEnded({ data }: Reply): boolean {
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

Deno.test("only a 200 says that a token is revoked", async () => {
  for (const step of [refused(400, "unsupported_token_type"), webPage(403)]) {
    const system = fakeSystem({ network: [step] });
    const isDone = await revoke(
      new Secret("t"),
      "access_token",
      SERVER_THAT_REVOKES,
      CLIENT,
      system,
    );
    assertEquals(isDone, false);
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
  assertStringIncludes(reply.text, "Nothing of it is valid any more.");
});

Deno.test("a login without a refresh token has one token to revoke", async () => {
  using scene = issuerScene(withoutRefreshToken(LOGIN), [DONE()]);
  assertEquals(isEnded(await loggedOut(scene)), true);
});

Deno.test("a refresh token that was not revoked is said to live on", async () => {
  using scene = issuerScene(LOGIN, [refused(400, "unsupported_token_type"), DONE()]);
  const reply = await loggedOut(scene);
  assertEquals(isEnded(reply), false);
  assertStringIncludes(reply.text, "may still honour");
  assertStringIncludes(reply.text, "the refresh token until it ends by itself");
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
  assertStringIncludes(scene.context.talk.warned[0] ?? "", "as.example.com could not be told");
});

Deno.test("where nobody can be asked, nobody says that the login has ended", async () => {
  const { revocationEndpoint: _, ...discovered } = ISSUER_PROFILE.discovered;
  using scene = issuerScene(LOGIN, [], { profile: { ...ISSUER_PROFILE, discovered } });
  assertEquals(isEnded(await loggedOut(scene)), false);
});

Deno.test("what no server could be asked is thrown as it came", async () => {
  using scene = bothScene([unreachable(), unreachable(), unreachable()]);
  const error = await assertRejects(
    () => endLogin(LOGIN, scene.settings, scene.context.system),
    CliError,
  );
  assertEquals(error.kind, "unavailable");
});
