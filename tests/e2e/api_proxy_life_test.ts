// `proxy`: how it ends, what it runs, and what other programs may do to it.
// Rule: real processes and signals; a broken answer never looks whole.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { OLD_TOKEN, proxyScene } from "../support/proxy_scene.ts";
import { runProgram, startProgram } from "../support/program.ts";

const ON_LINUX = { ignore: Deno.build.os !== "linux" };

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(
    `${signal} takes no new request, lets a running one end, and exits ${exit}`,
    ON_LINUX,
    async () => {
      await using scene = await proxyScene();
      const { promise, resolve } = Promise.withResolvers<void>();
      scene.upstream.answer = (_asked, response) =>
        void promise.then(() => response.end("the end"));
      const running = scene.ask("/2/0/x").then((response) => response.text());
      while (scene.upstream.asked.length === 0) await wait(5);
      scene.program.signal(signal);
      await wait(100);
      await assertRejects(() => scene.ask("/2/0/y"));
      resolve();
      assertEquals(await running, "the end");
      const { code, stdout, stderr } = await scene.program.outcome;
      assertEquals([code, stdout, stderr], [exit, `${scene.base}\n`, ""]);
    },
  );
}

Deno.test(
  "a program gets the address, its streams, its exit code, and no secret",
  ON_LINUX,
  async () => {
    await using scene = await proxyScene();
    const script = 'curl -s "$ANAPLAN_BASE_URL"2/0/x; echo; env; exit 7';
    const { code, stdout, stderr } = await runProgram(["proxy", "--", "sh", "-c", script], {
      home: scene.home.path,
      env: {
        ANAPLAN_CLIENT_SECRET: "hush-secret",
        SECRET: "hush-secret",
        ANAPLAN_ACCESS_TOKEN: "hush",
      },
    });
    assertEquals([code, stderr], [7, ""]);
    const [answer = "", ...environment] = stdout.split("\n");
    assertEquals(JSON.parse(answer).headers.authorization, `Bearer ${OLD_TOKEN}`);
    assert(
      environment.some((line) =>
        /^ANAPLAN_BASE_URL=http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/.test(line)
      ),
    );
    assert(!environment.join().includes("hush"));
  },
);

Deno.test("a program gets the signals, and its answer to them counts", ON_LINUX, async () => {
  await using scene = await proxyScene();
  const script = "trap 'echo bye; exit 9' TERM; echo ready >&2; sleep 5 >&- 2>&- & wait";
  await using program = await startProgram(["proxy", "--", "sh", "-c", script], {
    home: scene.home.path,
  });
  await program.said(/ready/);
  program.signal("SIGTERM");
  const { code, stdout } = await program.outcome;
  assertEquals([code, stdout], [9, "bye\n"]);
});

Deno.test("an upstream that is gone is 503, and one that is back is used again", async () => {
  await using scene = await proxyScene();
  await (await scene.ask("/2/0/x")).body?.cancel();
  await scene.home.changeCredentials({ expiresAt: Date.now() + 3_600_000 });
  scene.upstream.answer = (_asked, _response, request) => request.socket.destroy();
  const response = await scene.ask("/2/0/x");
  assertEquals([response.status, (await response.json()).error.kind], [503, "unavailable"]);
  scene.upstream.answer = (_asked, response) => response.end("back");
  assertEquals(await (await scene.ask("/2/0/x")).text(), "back");
});

Deno.test("an answer that breaks off does not look whole", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = (_asked, response) => {
    response.write(new Uint8Array(1_000_000), () => setTimeout(() => response.destroy(), 50));
  };
  const response = await scene.ask("/2/0/x");
  assertEquals(response.status, 200);
  await assertRejects(() => response.bytes());
});
