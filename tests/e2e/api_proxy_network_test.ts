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

Deno.test("a CA file that is cut is said with its name, and a whole one is used again", async () => {
  await using scene = await proxyScene();
  const { caFile } = scene.upstream;
  const whole = await Deno.readTextFile(caFile);
  await Deno.writeTextFile(caFile, whole.slice(0, 200));
  const { error } = await (await scene.ask("/2/0/x")).json();
  assertEquals([error.kind, error.message], [
    "usage",
    "Cannot use a CA file: a certificate in it is damaged",
  ]);
  await Deno.writeTextFile(caFile, whole);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // what was read counts for a second
  assertEquals((await (await scene.ask("/2/0/x")).json()).method, "GET");
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

Deno.test("after many silent handshakes one more is 503 in ten seconds as well, and an API that speaks is used", async () => {
  await using scene = await proxyScene();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of silent) accepted.push(connection);
  })();
  await moveApi(scene, `https://127.0.0.1:${silent.addr.port}`);
  for (let round = 0; round < 2; round++) {
    const signal = AbortSignal.timeout(20_000); // to fetch such a server would be silent for two minutes
    const statuses = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const response = await scene.ask(`/2/0/${index}`, { signal });
      await response.body?.cancel();
      return response.status;
    }));
    assertEquals(new Set(statuses), new Set([503]));
  }
  assertEquals(accepted.length, 40);
  for (const connection of [silent, ...accepted]) connection.close();
  await accepting;
  await moveApi(scene, scene.upstream.origin);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // so long a login counts that was read
  scene.upstream.answer = ({ body }, response) => response.end(body);
  const long = crypto.getRandomValues(new Uint8Array(65_536)).toHex().repeat(20);
  const response = await scene.ask("/2/0/x", { method: "POST", body: long });
  assertEquals([response.status, await response.text() === long], [200, true]);
});
