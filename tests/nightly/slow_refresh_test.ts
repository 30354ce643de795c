// A token server that says nothing for long, behind a `proxy` whose token is still valid.
import { assert, assertEquals } from "@std/assert";
import { OLD_TOKEN, proxyScene } from "../support/proxy_scene.ts";

Deno.test("a token server that is silent holds up no request that the present token is valid for", async () => {
  await using scene = await proxyScene([], { expiresAt: Date.now() + 50_000 });
  scene.upstream.answerToken = () => {};
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    const all = await Promise.all(Array.from({ length: 5 }, async () => {
      const response = await scene.ask("/2/0/x", { signal: AbortSignal.timeout(20_000) });
      return (await response.json()).headers.authorization;
    }));
    assertEquals(new Set(all), new Set([`Bearer ${OLD_TOKEN}`]));
    const took = performance.now() - began;
    assert(took < (round === 0 ? 7_000 : 2_000), `${took} ms in round ${round}`);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // the login is looked at again
  }
  assertEquals(scene.upstream.refreshes, 1);
});
