// `proxy`: how it ends, what it runs, and what other programs may do to it.
// Rule: real processes and signals; a broken answer never looks whole.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { OLD_TOKEN, proxyScene, statusOf } from "../support/proxy_scene.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { writeWhole } from "../../src/system/peers.ts";

const MB = 1024 * 1024;
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

Deno.test("an idle connection does not hold up the end", ON_LINUX, async () => {
  await using scene = await proxyScene();
  using _idle = await Deno.connect({ hostname: "127.0.0.1", port: scene.port });
  await (await scene.ask("/2/0/x")).body?.cancel();
  const began = performance.now();
  scene.program.signal("SIGTERM");
  assertEquals((await scene.program.outcome).code, 143);
  assert(performance.now() - began < 5_000);
});

Deno.test("a request that takes too long is cut after ten seconds", ON_LINUX, async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = () => {};
  const running = assertRejects(() => scene.ask("/2/0/x"));
  while (scene.upstream.asked.length === 0) await wait(5);
  const began = performance.now();
  scene.program.signal("SIGTERM");
  assertEquals((await scene.program.outcome).code, 143);
  const took = performance.now() - began;
  assert(took > 9_000 && took < 13_000, `${took} ms`);
  await running;
});

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

Deno.test("a program that does not exist is 127", async () => {
  await using scene = await proxyScene();
  const { code } = await runProgram(["proxy", "--", "no-such-program"], { home: scene.home.path });
  assertEquals(code, 127);
});

for (const framing of ["length", "chunks"] as const) {
  Deno.test(`an answer with ${framing} that breaks off does not look whole`, async () => {
    await using scene = await proxyScene();
    scene.upstream.answer = (_asked, response) => {
      if (framing === "length") response.setHeader("content-length", 2 * MB);
      response.write(new Uint8Array(MB), () => setTimeout(() => response.destroy(), 50));
    };
    const response = await scene.ask("/2/0/x");
    assertEquals(response.status, 200);
    await assertRejects(() => response.bytes());
  });
}

Deno.test("a POST is sent once when the connection is reset, and a GET may be sent again", async () => {
  await using scene = await proxyScene();
  await (await scene.ask("/2/0/warm")).body?.cancel();
  scene.upstream.answer = (_asked, _response, request) => request.socket.destroy();
  const response = await scene.ask("/2/0/x", { method: "POST", body: "once" });
  assertEquals([response.status, (await response.json()).error.kind], [503, "unavailable"]);
  assertEquals(scene.upstream.asked.filter(({ method }) => method === "POST").length, 1);
  let count = 0;
  scene.upstream.answer = (_asked, response, request) =>
    count++ === 0 ? void request.socket.destroy() : void response.end("again");
  assertEquals(await (await scene.ask("/2/0/y")).text(), "again");
});

Deno.test("a program that is killed ends its request at the API", ON_LINUX, async () => {
  await using scene = await proxyScene();
  const gone = Promise.withResolvers<void>();
  scene.upstream.answer = (_asked, response) => void response.once("close", () => gone.resolve());
  const client = new Deno.Command("curl", { args: ["-s", `${scene.base}2/0/x`] }).spawn();
  while (scene.upstream.asked.length === 0) await wait(5);
  client.kill("SIGKILL");
  await client.status;
  await gone.promise;
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

Deno.test("at most 64 requests are at the API at once, and the others wait", async () => {
  await using scene = await proxyScene();
  let [now, most] = [0, 0];
  const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
  scene.upstream.answer = async (_asked, response) => {
    most = Math.max(most, ++now);
    if (now === 64) setTimeout(isFull, 500); // one more would have come by then
    await full;
    now--;
    response.end("ok");
  };
  const all = await Promise.all(
    Array.from(
      { length: 100 },
      async (_, index) => await (await scene.ask(`/2/0/${index}`)).text(),
    ),
  );
  assertEquals([new Set(all), most], [new Set(["ok"]), 64]);
});

for (
  const [what, flags, hasLogin, answering] of [
    ["by an API that reads no more", [], true, "stops"],
    ["by an API that reads on", [], true, "reads on"],
    ["since there is no login", [], false, "never"],
    ["by the fence", ["--read-only"], true, "never"],
  ] as const
) {
  Deno.test(`a program that first sends all of a long body hears that it was refused ${what}`, async () => {
    await using scene = await proxyScene(flags);
    if (!hasLogin) await Deno.remove(scene.home.credentialsFile());
    scene.upstream.flowing = true;
    scene.upstream.answer = (_asked, response, request) => {
      if (answering === "reads on") request.resume();
      response.writeHead(413).end("too long");
    };
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: scene.port });
    const length = 40 * MB;
    const head =
      `PUT /${scene.secret}/2/0/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}`;
    await writeWhole(connection, new TextEncoder().encode(`${head}\r\n\r\n`));
    await writeWhole(connection, new Uint8Array(length));
    const buffer = new Uint8Array(1_000);
    const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    const refused = { stops: 413, "reads on": 413, never: hasLogin ? 403 : 401 };
    assertEquals(statusOf(answer), refused[answering], answer);
  });
}
