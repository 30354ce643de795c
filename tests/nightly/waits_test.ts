// Waits of the program that take as long as they take: a database, a helper, a server that never answers.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { staleLogin } from "../hostile/stale_login.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { sealedHome } from "../e2e/sealed_home.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { heldAnswer, waitForRequest } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { findPostgres } from "../support/postgres.ts";
import { runProgram } from "../support/program.ts";
import { proxyScene } from "../support/proxy_scene.ts";
import { keyId } from "../support/sealed.ts";
import { sharedWorld } from "../support/shared_world.ts";

testWith(
  findPostgres(),
  "a database that stays away for 30 seconds is exit 7, and the next command saves the tokens",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    await postgres.kill();
    const began = performance.now();
    answer();
    const outcome = await program.outcome;
    assert(performance.now() - began > 29_000, "it is tried for 30 seconds");
    assertEquals([outcome.code, outcome.stdout], [7, ""]);
    await postgres.start();
    const next = await world.run(0, ["token"]);
    assertEquals(next.code, 0, next.stderr);
    assertEquals((await world.login()).accessToken, next.stdout.trim());
    assertEquals(world.refreshes(since), [200]);
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login lives");
  },
  { sanitizeOps: false, sanitizeResources: false },
);

Deno.test("a helper that hangs is ended after 30 s, and nothing was sent", async () => {
  await using at = await sealedHome();
  const bin = `${at.home.path}/bin`;
  await Deno.mkdir(bin);
  await Deno.writeTextFile(`${bin}/docker-credential-pass`, "#!/bin/sh\nexec sleep 100\n", {
    mode: 0o700,
  });
  const config = `${at.home.configDir}/config.json`;
  const saved = JSON.parse(await Deno.readTextFile(config));
  saved.sealing.key = { by: "keychain", name: "pass", id: keyId(at.key) };
  await Deno.writeTextFile(config, JSON.stringify(saved));
  const { code, stderr } = await at.run(["token"], { PATH: `${bin}:${Deno.env.get("PATH")}` });
  assertEquals(code, 7);
  assertStringIncludes(stderr, "(docker-credential-pass): it took longer than 30 s");
});

Deno.test("a request through proxy that takes too long is cut ten seconds after its end", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = () => {};
  const running = assertRejects(() => scene.ask("/2/0/x"));
  while (scene.upstream.asked.length === 0) await new Promise((wake) => setTimeout(wake, 5));
  const began = performance.now();
  scene.program.signal("SIGTERM");
  assertEquals((await scene.program.outcome).code, 143);
  const took = performance.now() - began;
  assert(took > 9_000 && took < 13_000, `${took} ms`);
  await running;
});

Deno.test("a silent API costs doctor one wait, which no pipe is told of", async () => {
  await using sandbox = await startSandbox();
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${silent.addr.port}`;
  const endpoints = { ...sandbox.endpoints, apiUrl: `https://${host}` };
  const login = { expiresAt: Date.now() + 3_600_000 };
  await using home = await staleLogin({ endpoints, caFile: sandbox.caFile }, login);
  const { code, stdout, stderr, milliseconds } = await runProgram(["doctor"], { home: home.path });
  assert(milliseconds < 25_000);
  assertEquals([code, /Waiting/.test(stdout + stderr)], [6, false]);
  assertStringIncludes(stdout.replaceAll(/\s+/g, " "), `✗ Network Cannot reach ${host}: no answer`);
});
