// `proxy --read-only --only`: what an agent may ask for, and every way around it.
// Rule: raw requests; each evasion is refused, and the API never hears of it.
import { assertEquals, assertMatch } from "@std/assert";
import { EVASIONS, INSIDE } from "./evasions.ts";
import { proxyScene, sendRaw, statusOf } from "../support/proxy_scene.ts";
import { runProgram } from "../support/program.ts";

const FENCE = ["--read-only", "--only", INSIDE];

Deno.test("no way around the fence is sent", async (test) => {
  await using scene = await proxyScene(FENCE);
  for (const { name, target, method = "GET", headers = "" } of EVASIONS) {
    await test.step(name, async () => {
      const head =
        `${method} /${scene.secret}${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`;
      const answer = await sendRaw(scene, head);
      const isNoRequest = !/^[A-Z]+$/.test(method);
      assertEquals(statusOf(answer), isNoRequest ? 400 : 403, answer);
      assertMatch(
        answer,
        /\{"error":\{"kind":"(denied|usage)","message":"[^"]+","next":"[^"]+"\}\}/,
      );
      assertEquals(scene.upstream.asked.map(({ url }) => url), []);
    });
  }
});

Deno.test("what is inside passes, in every plain spelling", async () => {
  await using scene = await proxyScene(FENCE);
  const paths = [
    "",
    "/",
    "/views",
    "/views/1?a=b/../c&d=%2F",
    "/a%20b",
    "/caf%C3%A9",
    "/x/../y",
    "/./z",
    "/%76iews",
  ];
  for (const path of paths) {
    for (const method of ["GET", "HEAD"]) {
      const head = `${method} /${scene.secret}${INSIDE}${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      assertEquals(statusOf(await sendRaw(scene, head)), 200, path);
    }
  }
  const sent = scene.upstream.asked.filter(({ method }) => method === "GET").map(({ url }) => url);
  assertEquals(sent.slice(0, 4), paths.slice(0, 4).map((path) => INSIDE + path));
  assertEquals(sent.slice(6, 8), [`${INSIDE}/y`, `${INSIDE}/z`]);
});

Deno.test("several places are let through, and one at another host", async () => {
  await using scene = await proxyScene(["--only", "/2/0/a/", "--only", "/2/0/b"]);
  const status = async (path: string, method = "GET"): Promise<number> => {
    const response = await scene.ask(path, { method });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status("/2/0/a/x"), 200);
  assertEquals(await status("/2/0/b", "DELETE"), 200);
  assertEquals(await status("/2/0/c"), 403);
  const { host } = new URL(scene.upstream.origin);
  assertEquals(await status(`/host/${host}/2/0/b`), 403);
});

Deno.test("a fence that has two meanings is rejected", async () => {
  await using scene = await proxyScene();
  for (const prefix of ["2/0/x", "/2/0/%2e%2e%2fx", "/2/0/x;y", "/2/0/x?y", "/2//0"]) {
    const { code, stdout, stderr } = await runProgram(["proxy", "--only", prefix], {
      home: scene.home.path,
    });
    assertEquals([code, stdout], [2, ""], prefix);
    assertMatch(stderr, /^Cannot use --only .*: it is not a plain path\.\nNext: /);
  }
});
