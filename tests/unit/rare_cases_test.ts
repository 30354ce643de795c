// Rare cases of the commands that set up and mend, and of sign-ins at other providers.
// Rule: one case a test; what is common stands in the test of its own module.
import { written } from "../../src/base/advice.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { endLogin } from "../../src/provider/provider.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { login } from "../../src/commands/login.ts";
import { logout } from "../../src/commands/logout.ts";
import { profileRemove, profileSet, profileShow } from "../../src/commands/profile.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { proxyCheck } from "../../src/doctor/network_checks.ts";
import { validate } from "../../src/commands/validate.ts";
import { CliError } from "../../src/base/errors.ts";
import type { Loopback } from "../../src/oauth/loopback.ts";
import { pollForTokens, startDeviceAuthorization } from "../../src/oauth/device.ts";
import { discover } from "../../src/oauth/discovery.ts";
import { bookmarklet } from "../../src/oauth/relay.ts";
import { currentProfile } from "../../src/settings/location.ts";
import { loadProfile, removeProfile, saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { tellHowToSignIn } from "../../src/sign_in/hints.ts";
import { certTrust } from "../../src/commands/cert.ts";
import { DEVICE, DEVICE_SERVER, kept, pending, userCode } from "../support/device.ts";
import { dated, diagnosed, doctorScene, found } from "../support/doctor_scene.ts";
import { fakeContext, fakeSystem, MONOTONIC_START, START } from "../support/fake_system.ts";
import { ISSUER, ISSUER_PROFILE, issuerScene, metadata } from "../support/issuer_scene.ts";
import { boundTo, granted, LOGIN, loginFile, putLogin, unreachable } from "../support/logins.ts";
import { someAttempt } from "../support/oauth.ts";
import { scriptOfBookmarklet, visitRelay } from "../support/relay_visit.ts";
import { sessionScene } from "../support/session_scene.ts";
import { ada, signIn } from "../support/sign_in_scene.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("network trouble never makes polls come faster than the interval", async () => {
  const system = fakeSystem({ network: [unreachable(), unreachable(), granted()] });
  const device = { ...DEVICE, interval: 90_000 };
  await pollForTokens(
    device,
    DEVICE_SERVER,
    { clientId: "a" },
    system,
    new AbortController().signal,
    kept,
  );
  assert(system.sleeps.every((pause) => pause >= 90_000), String(system.sleeps));
});

Deno.test("an interval without which nothing was wrong: a text, or zero, is no failure", async () => {
  for (const interval of ["5", 0]) {
    const system = fakeSystem({ network: [userCode({ interval })] });
    const { interval: taken } = await startDeviceAuthorization(
      DEVICE_SERVER,
      { clientId: "a" },
      "openid",
      system,
    );
    assertEquals(taken, 5_000);
  }
});

Deno.test("metadata that names the issuer with another slash is a usage error", async () => {
  const system = fakeSystem({ network: [metadata({ issuer: `${ISSUER}/` })] });
  const error = await assertRejects(() => discover(ISSUER, [], system), CliError);
  assertEquals(error.kind, "usage");
});

Deno.test("metadata with an endpoint that is no URL is a usage error", async () => {
  await using at = signIn([metadata({ token_endpoint: "nonsense" })]);
  const error = await assertRejects(() => login({ ...at.flags, issuer: ISSUER }, at.context));
  assert(error instanceof CliError && error.kind === "usage", String(error));
});

Deno.test("metadata with a plain http endpoint elsewhere is a usage error", async () => {
  const system = fakeSystem({
    network: [metadata({ token_endpoint: "http://as.example.com/token" })],
  });
  const error = await assertRejects(() => discover(ISSUER, [], system), CliError);
  assertEquals(error.kind, "usage");
});

Deno.test("a revocation endpoint that answers 500 is a warning", async () => {
  using scene = issuerScene(LOGIN, [
    new Response(null, { status: 500 }),
    new Response(null, { status: 500 }),
  ]);
  await logout(scene.flags, scene.context);
  assertEquals(scene.context.talk.warned.length, 1);
});

Deno.test("revocation keeps to the time that it was given", async () => {
  using scene = issuerScene(LOGIN, [new Response(), new Response()]);
  await endLogin(boundTo(LOGIN, scene.settings), scene.settings, scene.context.system, 5_000);
  assertEquals(scene.context.system.requests.map(({ timeout }) => timeout), [5_000, 5_000]);
});

Deno.test("logout --all goes on when one login cannot be read", async () => {
  using scene = sessionScene(undefined, { network: [new Response(null, { status: 204 })] });
  putLogin(scene.configDir, LOGIN, "a");
  putLogin(scene.configDir, LOGIN, "b");
  Deno.writeTextFileSync(loginFile(scene.configDir, "a"), "{");
  await logout({ ...scene.flags, all: true }, scene.context).catch(() => {});
  assertEquals(namesIn(`${scene.configDir}/credentials`).includes("b.json"), false);
});

Deno.test("profile show does not say no-pkce false when PKCE is off", async () => {
  using scene = sessionScene(undefined);
  saveProfile(scene.configDir, "default", { pkce: false }, () => {});
  const { text, data } = await profileShow(scene.flags, scene.context);
  assert(!/no-pkce +false/.test(written(text)), written(text));
  assertEquals((data as { no_pkce: boolean }).no_pkce, true);
});

Deno.test("--unset issuer forgets its metadata", async () => {
  using scene = issuerScene(undefined, []);
  await profileSet({ ...scene.flags, unset: ["issuer"] }, scene.context);
  assertEquals(loadProfile(scene.configDir, "default")?.discovered, undefined);
});

Deno.test("logout at Anaplan after --unset issuer does not claim that the refresh token is dead", async () => {
  using scene = issuerScene(LOGIN, [new Response(null, { status: 204 })]);
  await profileSet({ ...scene.flags, unset: ["issuer"] }, scene.context);
  const { text } = await logout(scene.flags, scene.context);
  assertStringIncludes(text, "the refresh token until it ends by itself");
});

Deno.test("the current profile that is removed is not current any more", async () => {
  using scene = sessionScene(undefined);
  saveProfile(scene.configDir, "eu", {}, () => {});
  Deno.writeTextFileSync(`${scene.configDir}/config.json`, '{"version":1,"currentProfile":"eu"}', {
    mode: 0o600,
  });
  await profileRemove(scene.flags, scene.context, "eu");
  assert(currentProfile(scene.configDir) !== "eu");
});

Deno.test("removing a profile that has a login alone works without a directory of profiles", () => {
  using dir = tempDir();
  removeProfile(dir.path, "eu", () => {});
});

Deno.test("doctor reports an issuer that cannot be reached beside everything else", async () => {
  using scene = doctorScene({
    answers: (_, { host }) => {
      if (host === "as.example.com") throw unreachable();
      return undefined;
    },
  });
  const { named } = await diagnosed(scene, { issuer: ISSUER });
  assertEquals(named("Files").length, 1);
});

Deno.test("doctor reports a CA file that cannot be used as a check of Trust", async () => {
  const check = await found("Trust", {}, { caFile: ["/nowhere/ca.pem"] });
  assertEquals(check.mark, "problem");
});

Deno.test("doctor's lines are 80 columns at most, Next lines too", async () => {
  const worlds = [
    {
      answers: (_: unknown, { search }: URL) =>
        search.includes("127.0.0.1") ? dated(START, 403) : undefined,
    },
    {
      answers: (_: unknown, { pathname }: URL) =>
        pathname.endsWith("/me") ? new Response(null, { status: 401 }) : undefined,
    },
    { platform: "windows" as const, serve: () => Promise.resolve({ kind: "refused" as const }) },
  ];
  const long: string[] = [];
  for (const world of worlds) {
    using scene = doctorScene(world);
    const { text } = await diagnosed(scene);
    long.push(...text.split("\n").filter((line) => line.length > 80));
  }
  assertEquals(long, []);
});

Deno.test("a proxy without a scheme is told with its host", () => {
  const { seen } = proxyCheck({
    env: (name) => name === "HTTPS_PROXY" ? "proxy.example.com:3128" : undefined,
  });
  assert(/proxy\.example\.com:3128/.test(seen) || /not a URL/.test(seen), seen);
});

Deno.test("a proxy for plain HTTP alone is not said to carry https", () => {
  const { seen } = proxyCheck({
    env: (name) => name === "HTTP_PROXY" ? "http://proxy.example.com:3128" : undefined,
  });
  assertEquals(seen, "none");
});

Deno.test("the container hint keeps to 80 columns", async () => {
  const context = fakeContext({ isContainer: () => true });
  const loopback: Loopback = {
    kind: "open",
    addresses: [{ hostname: "127.0.0.1", port: 8443 }],
    close: () => Promise.resolve(),
  };
  const settings = loadSettings({ configDir: "/nowhere" }, context.system);
  const attempt = await someAttempt();
  const waiting = { attempt, loopback, certificate: undefined, provider: "Anaplan us1" };
  tellHowToSignIn({ ...waiting, browserUrl: undefined }, settings, context);
  const lines = context.talk.insisted.join("\n").split("\n").filter((line) =>
    !line.startsWith("https://")
  );
  assertEquals(lines.filter((line) => line.length > 80), []);
});

Deno.test("a relay finds a listener on port 443", () => {
  const { targets } = visitRelay(
    scriptOfBookmarklet(bookmarklet("127.0.0.1")),
    `?code=a&state=443.${"r".repeat(43)}`,
  );
  assertEquals(targets.length, 1);
});

Deno.test("statusInShort names the issuer, not a region of Anaplan", async () => {
  using scene = issuerScene(LOGIN, []);
  const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir };
  const text = await statusInShort(fakeContext({ env }));
  assert(!written(text).includes("us1"), written(text));
});

Deno.test("validate by a named service at an issuer says userinfo, not Anaplan's users/me", async () => {
  const profile = { ...ISSUER_PROFILE, authUrl: "https://auth.example.com" };
  using scene = issuerScene(LOGIN, [
    new Response(null, { status: 404 }),
    Response.json({ sub: "1" }),
  ], { profile });
  const { text } = await validate(scene.flags, scene.context);
  assert(!written(text).includes("Anaplan"), written(text));
});

Deno.test("doctor's region check at an issuer does not speak of regions", async () => {
  using scene = doctorScene({
    answers: (_, { pathname }) =>
      pathname === "/.well-known/openid-configuration"
        ? metadata()
        : pathname === "/userinfo"
        ? new Response(null, { status: 401 })
        : dated(START),
  });
  const { named } = await diagnosed(scene, { issuer: ISSUER });
  assert(!JSON.stringify(named("Region")).includes("--region"), JSON.stringify(named("Region")));
});

Deno.test("doctor's Next for a region names the profile", async () => {
  using scene = doctorScene({
    login: undefined,
    answers: (_, { pathname }) =>
      pathname.endsWith("/me") ? new Response(null, { status: 401 }) : undefined,
  });
  putLogin(scene.configDir, LOGIN, "eu");
  const { named } = await diagnosed(scene, { profile: "eu" });
  assertStringIncludes(nextOf(named("Region")[0]), "--profile eu");
});

Deno.test("cert trust --yes without HOME makes no directory called ~", async () => {
  const ran: string[] = [];
  using scene = sessionScene(undefined, {
    run: (command) => {
      ran.push(command.join(" "));
      return Promise.resolve(0);
    },
  });
  await certTrust({ ...scene.flags, yes: true }, scene.context).catch(() => {});
  assert(ran.every((line) => !line.includes("~")), ran.join("\n"));
});

Deno.test("tokens that a poll brings are kept though --timeout ran out while it was under way", async () => {
  const ends: (() => void)[] = [];
  const slow = async (): Promise<Response> => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return granted();
  };
  using scene = sessionScene(undefined, { network: [userCode(), slow, ada()], clockStands: true });
  const { system } = scene.context;
  const flags = { ...scene.flags, device: true, deviceClientId: "d", timeout: 6_000 };
  const ended = login(flags, scene.context).then(() => "kept", (error) => String(error));
  for (let second = 0; second < 8; second++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setTimeout(resume));
    system.advance(1_000);
  }
  ends[0]?.();
  assertEquals(await ended, "kept");
});

Deno.test("a clock's advice is for the system that it is given on", async () => {
  const check = await found("Clock", {
    platform: "windows",
    answers: () => dated(START + 600_000),
  });
  assert(!nextOf(check).includes("timedatectl"), nextOf(check));
});

Deno.test("a device code's wait ends when the code does, not a minute later", async () => {
  const device = { ...DEVICE, expiresAt: MONOTONIC_START + 20_000 };
  const system = fakeSystem({ network: [unreachable(), unreachable()] });
  await assertRejects(
    () =>
      pollForTokens(
        device,
        DEVICE_SERVER,
        { clientId: "a" },
        system,
        new AbortController().signal,
        kept,
      ),
    CliError,
  );
  assert(system.now() - START <= 21_000, `${system.now() - START}`);
});

void [doctor, status, pending];
