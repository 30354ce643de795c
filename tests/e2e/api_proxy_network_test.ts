// `proxy` in networks that are not plain: behind a company's proxy, over IPv6, before a server whose certificate
// changes. Rule: real TLS; a server with an untrusted certificate gets no request.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { corporate, HOSTS } from "../support/corporate.ts";
import { startProgram } from "../support/program.ts";
import { proxyScene } from "../support/proxy_scene.ts";

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
