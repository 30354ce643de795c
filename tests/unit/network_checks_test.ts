// What doctor sees of the network, in each mark that it can have.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { trustedByDeno } from "../../src/files/ca_file.ts";
import { proxyCheck } from "../../src/doctor/network_checks.ts";
import { datedAnswer, doctorScene, findCheck, runDoctor } from "../support/doctor_scene.ts";
import { START } from "../support/fake_system.ts";
import { ISSUER, metadata, sentToAnaplan } from "../support/issuer_scene.ts";
import { unreachable } from "../support/logins.ts";
import { nextOf } from "../support/shown.ts";

const MINUTE = 60_000;

function setTo(values: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => values[name];
}

const SKEWS: readonly (readonly [number, string, string])[] = [
  [0, "ok", "0 s ahead of the server's"],
  [2_000, "ok", "2 s behind the server's"],
  [-59_000, "ok", "59 s ahead of the server's"],
  [MINUTE, "problem", "1 min behind the server's"],
  [-3 * MINUTE, "problem", "3 min ahead of the server's"],
];
for (const [ahead, mark, seen] of SKEWS) {
  Deno.test(`a server whose clock is ${ahead / 1000} s ahead is ${mark}`, async () => {
    const check = await findCheck("Clock", {
      answers: (_, { pathname }) => pathname === "/" ? datedAnswer(START + ahead) : undefined,
    });
    assertEquals([check.mark, check.seen], [mark, seen]);
    assertEquals(check.outcome, mark === "ok" ? undefined : "usage");
    assertEquals(check.next === null, mark === "ok");
  });
}

Deno.test("a server that does not say its time is a warning", async () => {
  const check = await findCheck("Clock", {
    answers: (_, { pathname }) => pathname === "/" ? new Response() : undefined,
  });
  assertEquals(check.mark, "warning");
});

Deno.test("hosts that answer are named together, one that does not by itself", async () => {
  using scene = doctorScene({
    answers(_, { host }) {
      if (host === "auth.anaplan.com") throw unreachable();
      return undefined;
    },
  });
  const { named, outcome } = await runDoctor(scene);
  assertEquals(named("Network").map(({ mark, seen }) => [mark, seen]), [
    ["ok", "us1a.app.anaplan.com, api.anaplan.com answer"],
    ["problem", "Cannot reach the server: the connection was refused"],
  ]);
  assertEquals(outcome, "unavailable");
});

Deno.test("each host is asked once, whatever it answers", async () => {
  using scene = doctorScene({ answers: () => datedAnswer(START, 503) });
  const { named } = await runDoctor(scene);
  assertEquals(named("Network").map(({ mark }) => mark), ["ok"]);
  const roots = scene.context.system.requests.filter(({ url }) => new URL(url).pathname === "/");
  assertEquals(new Set(roots.map(({ url }) => url)).size, roots.length);
});

Deno.test("an edge that rejects 127.0.0.1 in an address, but not localhost, is a problem with a way out", async () => {
  const check = await findCheck("Firewall", {
    answers: (_, { search }) => search.includes("127.0.0.1") ? datedAnswer(START, 403) : undefined,
  });
  assertEquals([check.mark, check.outcome], ["problem", "denied"]);
  assertStringIncludes(
    check.seen,
    "us1a.app.anaplan.com rejects requests with 127.0.0.1 in them (403)",
  );
  assertStringIncludes(nextOf(check), "https://localhost:8443/callback");
});

Deno.test("an edge that treats both alike is well, be it 403 for both", async () => {
  for (const status of [200, 400, 403]) {
    const check = await findCheck("Firewall", {
      answers: (_, { search }) => search === "" ? undefined : datedAnswer(START, status),
    });
    assertEquals(check.mark, "ok");
  }
});

Deno.test("the edge is asked at the authorization endpoint, with one difference between both requests", async () => {
  using scene = doctorScene();
  await runDoctor(scene);
  const asked = scene.context.system.requests.map(({ url }) => new URL(url)).filter(({ search }) =>
    search !== ""
  );
  assertEquals(asked.map(({ pathname }) => pathname), ["/auth/prelogin", "/auth/prelogin"]);
  assertEquals(asked.map(({ searchParams }) => [...searchParams]), [
    [["redirect_uri", "https://127.0.0.1:8443/callback"]],
    [["redirect_uri", "https://localhost:8443/callback"]],
  ]);
});

Deno.test("the signer of the server's certificate is shown, without control characters", async () => {
  const check = await findCheck("TLS", { peerIssuer: () => Promise.resolve("Zscaler\x1b[2J Inc") });
  assertEquals([check.mark, check.seen], [
    "ok",
    "us1a.app.anaplan.com shows a certificate by “Zscaler[2J Inc”",
  ]);
});

Deno.test("no proxy is well", () => {
  const { mark, seen } = proxyCheck({ env: () => undefined });
  assertEquals([mark, seen], ["ok", "none"]);
});

Deno.test("a proxy is shown with its variable, and this computer is always exempt", () => {
  const { mark, seen } = proxyCheck({
    env: setTo({ https_proxy: "http://proxy.example.com:3128" }),
  });
  assertEquals([mark, seen], [
    "ok",
    "https_proxy sends requests through http://proxy.example.com:3128; this computer is exempt",
  ]);
});

Deno.test("what NO_PROXY names is shown, without control characters", () => {
  const env = { HTTPS_PROXY: "http://proxy.example.com", no_proxy: ".example.com\x1b[2J" };
  assertStringIncludes(proxyCheck({ env: setTo(env) }).seen, "NO_PROXY names: .example.com[2J");
});

Deno.test("a proxy's credentials are not shown, and a warning says whom Deno sends them to", () => {
  const env = { HTTPS_PROXY: "http://ada:hush@proxy.example.com:3128/x?y=hush" };
  const { mark, seen, next } = proxyCheck({ env: setTo(env) });
  assertEquals(mark, "warning");
  assertStringIncludes(seen, "Deno also sends its password to the servers behind it");
  assertEquals(/hush|ada/.test(seen + next), false);
});

Deno.test("a proxy variable that is no URL is a problem, and its value is not shown", async () => {
  const env = { HTTPS_PROXY: "http://ada:hush@" };
  using scene = doctorScene({ env });
  const { named, outcome } = await runDoctor(scene);
  assertEquals(named("Proxy").map(({ mark, seen }) => [mark, seen]), [
    ["problem", "Cannot use the proxy that HTTPS_PROXY names: it is not a URL"],
  ]);
  assertEquals([outcome, named("Network").map(({ seen }) => seen)], [
    "usage",
    ["skipped: it needs the proxy"],
  ]);
});

Deno.test("the authorities that are trusted besides the built-in ones are shown", async () => {
  using scene = doctorScene({ env: { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: "/all.pem" } });
  const path = `${scene.configDir}/ca.pem`;
  Deno.writeTextFileSync(path, "-----BEGIN CERTIFICATE-----");
  const { named } = await runDoctor(scene, { caFile: [path] });
  const byDeno = trustedByDeno().map((words) => `, ${words}`).join(""); // of who runs the tests
  assertEquals(named("Trust").map(({ seen }) => seen), [
    `the certificate authorities of DENO_TLS_CA_STORE (system), ${path}, /all.pem (SSL_CERT_FILE)${byDeno}`,
  ]);
  assertEquals((await findCheck("Trust")).seen, `the built-in certificate authorities${byDeno}`);
});

Deno.test("with an issuer doctor asks that alone, and no host of Anaplan", async () => {
  using scene = doctorScene({
    answers: (_, { pathname }) =>
      pathname === "/.well-known/openid-configuration" ? metadata() : datedAnswer(START),
  });
  const { named } = await runDoctor(scene, { issuer: ISSUER });
  assertEquals(named("Network").map(({ seen }) => seen), ["as.example.com answers"]);
  assertEquals(sentToAnaplan(scene.context.system.requests), []);
});

Deno.test("a CA file that cannot be used is a problem of Trust", async () => {
  const check = await findCheck("Trust", {}, { caFile: ["/nowhere/ca.pem"] });
  assertEquals([check.mark, check.outcome], ["problem", "usage"]);
  assertStringIncludes(check.seen, "/nowhere/ca.pem");
});

Deno.test("a proxy without a scheme is shown with its host", () => {
  const { mark, seen } = proxyCheck({ env: setTo({ HTTPS_PROXY: "proxy.example.com:3128" }) });
  assertEquals(mark, "ok");
  assertStringIncludes(seen, "HTTPS_PROXY sends requests through http://proxy.example.com:3128;");
});

Deno.test("a proxy for plain HTTP alone is not said to carry https", () => {
  const { seen } = proxyCheck({ env: setTo({ HTTP_PROXY: "http://proxy.example.com:3128" }) });
  assertEquals(seen, "none");
});

const SET_CLOCK = {
  linux: "set this computer's clock (timedatectl set-ntp true)",
  darwin: "set this computer's clock",
  windows: "set this computer's clock",
};
for (const [platform, next] of Object.entries(SET_CLOCK)) {
  Deno.test(`a clock's advice is for ${platform}`, async () => {
    const answers = (): Response => datedAnswer(START + 10 * MINUTE);
    const check = await findCheck("Clock", { platform: platform as "linux", answers });
    assertEquals(check.next, next);
  });
}
