// What doctor sees on this computer, in each mark that it can have.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import { datedAnswer, doctorScene, findCheck, runDoctor } from "../support/doctor_scene.ts";
import { fakeListener } from "../support/fake_listener.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { ISSUER, issuerScene, metadata } from "../support/issuer_scene.ts";
import { LOGIN, putLogin, STALE, withoutRefreshToken } from "../support/logins.ts";
import { nextOf } from "../support/shown.ts";

const ELSEWHERE = "https://www.anaplan.com/";
const DAY = 86_400_000;

Deno.test("a port that is free is shown with both its addresses, and is free again afterwards", async () => {
  const listener = fakeListener();
  const check = await findCheck("Port", { serve: listener.serve });
  assertEquals([check.mark, check.seen], ["ok", "127.0.0.1:8443 and [::1]:8443 are free"]);
  assertEquals(listener.open, 0);
});

const TAKEN = { linux: "lsof -i :8443", darwin: "lsof -i :8443" };
for (
  const [platform, look] of Object.entries({ ...TAKEN, windows: "netstat -ano | findstr :8443" })
) {
  Deno.test(`a port that is taken on ${platform} is a problem that says how to find who has it`, async () => {
    const check = await findCheck("Port", {
      platform: platform as "linux" | "darwin" | "windows",
      serve: fakeListener("taken").serve,
    });
    assertEquals([check.mark, check.outcome], ["problem", "unavailable"]);
    assertEquals(check.seen, "127.0.0.1:8443 is used by another program");
    assertEquals(nextOf(check), `stop it (${look})`);
  });
}

Deno.test("a port that Windows reserves is a problem that says how to see the ranges", async () => {
  const check = await findCheck("Port", {
    platform: "windows",
    serve: fakeListener("refused").serve,
  });
  assertEquals([check.mark, check.outcome], ["problem", "unavailable"]);
  assertStringIncludes(check.seen, "does not allow listening on 127.0.0.1:8443");
  assertStringIncludes(nextOf(check), "netsh interface ipv4 show excludedportrange");
});

Deno.test("a port that the system refuses elsewhere is a problem about low ports", async () => {
  const check = await findCheck(
    "Port",
    { serve: fakeListener("refused").serve },
    { redirectUri: "https://127.0.0.1/callback" },
  );
  assertStringIncludes(check.seen, "127.0.0.1:443");
  assertStringIncludes(nextOf(check), "above 1023");
});

Deno.test("with a redirect URI elsewhere the next free port is well", async () => {
  const { serve } = fakeListener();
  const check = await findCheck("Port", {
    serve: (options) => options.port < 8445 ? Promise.resolve({ kind: "taken" }) : serve(options),
  }, { redirectUri: ELSEWHERE });
  assertEquals([check.mark, check.seen], ["ok", "127.0.0.1:8445 and [::1]:8445 are free"]);
});

Deno.test("a certificate that does not exist yet is no problem", async () => {
  const check = await findCheck("Certificate");
  assertEquals([check.mark, check.seen], ["ok", "none yet; the first login makes one"]);
});

for (
  const [age, mark, seen] of [[0, "ok", "397 days left"], [398, "warning", "expired"]] as const
) {
  Deno.test(`a certificate of ${age} days is ${mark}`, async () => {
    using scene = doctorScene();
    const clock = { ...fakeSystem(), now: () => START - age * DAY };
    await listenerCertificate(scene.configDir, clock, () => {});
    const [check] = (await runDoctor(scene)).named("Certificate");
    assertEquals([check?.mark, check?.seen], [mark, `for 127.0.0.1, ::1, localhost; ${seen}`]);
  });
}

Deno.test("a certificate that is damaged is a storage problem", async () => {
  using scene = doctorScene();
  await listenerCertificate(scene.configDir, scene.context.system, () => {});
  Deno.writeTextFileSync(`${scene.configDir}/tls/listener.json`, "{");
  const { named, outcome } = await runDoctor(scene);
  assertEquals([named("Certificate")[0]?.mark, outcome], ["problem", "storage"]);
});

Deno.test("a redirect URI on this computer is well, where the listener is", async () => {
  const check = await findCheck("Callback URL");
  assertEquals(check.mark, "ok");
  assertStringIncludes(check.seen, "https://127.0.0.1:8443/callback");
});

Deno.test("a redirect URI elsewhere is a warning that names the relay and the paste", async () => {
  const check = await findCheck("Callback URL", {}, { redirectUri: ELSEWHERE });
  assertEquals([check.mark, check.seen], ["warning", `${ELSEWHERE} is not on this computer`]);
  assertEquals(nextOf(check), "anaplan-auth relay bookmarklet, or paste the address by hand");
});

Deno.test("a listener on another port than the redirect URI's is a warning", async () => {
  const check = await findCheck("Callback URL", {}, { listen: ["127.0.0.1:9443"] });
  assertEquals(check.mark, "warning");
  assertStringIncludes(check.seen, "but the listener will be at 127.0.0.1:9443");
  assertEquals((await findCheck("Callback URL", {}, { listen: ["[::1]:8443"] })).mark, "ok");
});

Deno.test("files that are open to others are a storage problem that says how to close them", async () => {
  using scene = doctorScene();
  Deno.chmodSync(`${scene.configDir}/credentials`, 0o755);
  const { named, outcome } = await runDoctor(scene);
  const [check] = named("Files");
  assertEquals([check?.mark, outcome], ["problem", "storage"]);
  assertEquals(check?.seen, `${scene.configDir}/credentials is open to other users`);
  assertEquals(nextOf(check), `chmod -R go= ${scene.configDir}`);
});

Deno.test("files that are closed, or not there yet, are well", async () => {
  for (const wishes of [{}, { login: undefined }]) {
    assertMatch((await findCheck("Files", wishes)).seen, / is private$/);
  }
});

Deno.test("a login that goes on is well, and says when it was refreshed", async () => {
  for (const login of [LOGIN, STALE, withoutRefreshToken(LOGIN)]) {
    const check = await findCheck("Login", { login });
    assertEquals([check.mark, check.seen], [
      "ok",
      "signed in, refreshed 5 min ago (profile default)",
    ]);
  }
});

Deno.test("no login is a warning that says how to sign in", async () => {
  const check = await findCheck("Login", { login: undefined });
  assertEquals([check.mark, nextOf(check)], ["warning", "anaplan-auth login"]);
});

Deno.test("a login that the server has ended is a problem that says why", async () => {
  const check = await findCheck("Login", { login: { ...STALE, endedBy: "invalid_grant" } });
  assertEquals([check.mark, check.outcome], ["problem", "login_required"]);
  assertEquals([check.seen, nextOf(check)], [
    "signed out: Anaplan rejected your login (invalid_grant, profile default)",
    "anaplan-auth login",
  ]);
});

Deno.test("a login that expired with its access token is a problem", async () => {
  const check = await findCheck("Login", { login: withoutRefreshToken(STALE) });
  assertEquals([check.mark, check.outcome], ["problem", "login_required"]);
});

Deno.test("a region that accepts the token is well", async () => {
  const check = await findCheck("Region");
  assertEquals([check.mark, check.seen], ["ok", "us1 accepts the access token"]);
});

Deno.test("an access token that the API rejects is a problem of the login, not of the region", async () => {
  const check = await findCheck("Login", {
    answers: (_, { pathname }) =>
      pathname === "/2/0/users/me" ? new Response(null, { status: 401 }) : undefined,
  });
  assertEquals([check.mark, check.outcome], ["problem", "login_required"]);
  assertEquals([check.seen, nextOf(check)], [
    "us1 rejected the access token (profile default)",
    "anaplan-auth login",
  ]);
});

Deno.test("an API that is down says nothing about the region's fit", async () => {
  const check = await findCheck("Region", {
    answers: (_, { pathname }) =>
      pathname === "/2/0/users/me" ? new Response(null, { status: 503 }) : undefined,
  });
  assertEquals([check.mark, check.outcome], ["problem", "unavailable"]);
});

Deno.test("without a valid token nothing is said about the region", async () => {
  for (const login of [undefined, STALE]) {
    using scene = doctorScene({ login });
    assertEquals((await runDoctor(scene)).named("Region"), []);
  }
});

Deno.test("what to do about a rejected token names the profile", async () => {
  using scene = doctorScene({
    login: undefined,
    answers: (_, { pathname }) =>
      pathname.endsWith("/me") ? new Response(null, { status: 401 }) : undefined,
  });
  putLogin(scene.configDir, LOGIN, "eu");
  const { named } = await runDoctor(scene, { profile: "eu" });
  assertEquals(
    [named("Region"), named("Login").map(({ next }) => next)],
    [[], ["anaplan-auth login --profile eu"]],
  );
});

Deno.test("an issuer that rejects the token is a problem that does not speak of regions", async () => {
  const answer = ({ url }: HttpRequest): Response => {
    if (url.endsWith("/.well-known/openid-configuration")) return metadata();
    return url === `${ISSUER}/userinfo` ? new Response(null, { status: 401 }) : datedAnswer(START);
  };
  using scene = issuerScene(LOGIN, Array.from({ length: 20 }, () => answer), {
    serve: fakeListener().serve,
    peerIssuer: () => Promise.resolve("DigiCert Inc"),
  });
  const { named } = await runDoctor(scene);
  assertEquals(named("Region"), []);
  assertEquals(named("Login"), [{
    name: "Login",
    mark: "problem",
    seen: "as.example.com rejected the access token (profile default)",
    next: "anaplan-auth login",
  }]);
});
