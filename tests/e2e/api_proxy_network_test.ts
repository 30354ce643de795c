// `proxy` in networks that are not plain: behind a company's proxy, over IPv6, before a server whose certificate
// changes. Rule: real TLS; a server with an untrusted certificate gets no request.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { writeJson } from "../hostile/stale_login.ts";
import { corporate, HOSTS } from "../support/corporate.ts";
import { startProgram } from "../support/program.ts";
import { type ProxyScene, proxyScene } from "../support/proxy_scene.ts";

Deno.test("behind a company's proxy the refresh and each request go through it", async () => {
  await using company = await corporate({ credentials: "ada:sesame" });
  const { outcome } = await company.login();
  assertEquals(outcome.code, 0, outcome.stderr);
  const { home, proxy, proxyUrl } = company;
  await home.changeCredentials({ expiresAt: Date.now() - 1000 });
  const before = proxy.inspected.length;
  await using program = await startProgram(["proxy"], {
    home: home.path,
    env: { HTTPS_PROXY: proxyUrl },
  });
  const [base] = await program.printed(/http:\/\/[^\s"]+\//);
  for (const init of [{}, { method: "POST", body: "x".repeat(2_000_000) }]) {
    const response = await fetch(`${base}2/0/users/me`, init);
    await response.body?.cancel();
  }
  assertEquals(
    proxy.inspected.slice(before).map(({ host, method, path }) => `${method} ${host}${path}`),
    [
      `POST ${HOSTS[0]}/oauth/token`,
      `GET ${HOSTS[1]}/2/0/users/me`,
      `POST ${HOSTS[1]}/2/0/users/me`,
    ],
  );
});

Deno.test("an API that has an IPv6 address alone is reached by a connection that is used again", async () => {
  await using scene = await proxyScene([], {}, { address: "::1" });
  const ports = new Set<unknown>();
  scene.upstream.answer = (_asked, response, { socket }) => {
    ports.add(socket.remotePort);
    response.end("ok");
  };
  for (let count = 0; count < 3; count++) {
    assertEquals(await (await scene.ask("/2/0/x")).text(), "ok");
  }
  assertEquals(ports.size, 1);
});

Deno.test("an API whose certificate changes to an untrusted one gets no request by a new connection", async () => {
  await using scene = await proxyScene();
  const first = await scene.ask("/2/0/x", { method: "POST" });
  assertEquals([first.status, (await first.json()).method], [200, "POST"]);
  await scene.upstream.changeCertificate();
  const before = scene.upstream.asked.length;
  const response = await scene.ask("/2/0/x", { method: "POST" });
  const { error } = await response.json();
  assertEquals([response.status, error.kind], [503, "unavailable"]);
  assertStringIncludes(error.message, "certificate");
  assertEquals(scene.upstream.asked.length, before);
});

/** From now on the API of the login is there. */
async function moveApi({ home }: ProxyScene, origin: string): Promise<void> {
  const profile = `${home.path}/.config/anaplan-auth/profiles/default.json`;
  const settings = JSON.parse(await Deno.readTextFile(profile));
  await Deno.writeTextFile(profile, JSON.stringify({ ...settings, apiUrl: origin }));
  const login = await home.credentials();
  await writeJson(home, "credentials/default.json", { ...login, origins: [origin] });
}

Deno.test("an API that accepts connections and never speaks TLS is 503 in ten seconds", async () => {
  await using scene = await proxyScene();
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = silent.accept();
  await moveApi(scene, `https://127.0.0.1:${silent.addr.port}`);
  const response = await scene.ask("/2/0/x", { signal: AbortSignal.timeout(20_000) });
  const { error } = await response.json();
  assertEquals([response.status, error.kind], [503, "unavailable"]);
  assertStringIncludes(error.message, "no answer within 10 s");
  (await accepted).close();
});
