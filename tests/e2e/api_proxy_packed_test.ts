// `proxy`: answers that are packed. Rule: they are unpacked on their way, as fast as the program reads, in little memory.
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { watchMemory } from "../support/memory.ts";
import { type ProxyScene, proxyScene, sendRaw } from "../support/proxy_scene.ts";

const MIB = 1024 * 1024;
const ON_LINUX = { ignore: Deno.build.os !== "linux" }; // memory is read from /proc

function answerPacked(
  { upstream }: ProxyScene,
  coding: string | string[],
  ...bodies: Uint8Array[]
): void {
  upstream.answer = (_asked, response) => {
    response.setHeader("content-encoding", coding);
    for (const body of bodies) response.write(body);
    response.end();
  };
}

function ask(scene: ProxyScene): Promise<string> {
  return sendRaw(scene, `GET /${scene.secret}/2/0/x HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

for (
  const [what, body] of [
    ["breaks off inside the packing", gzipSync("a,b\n".repeat(100_000)).subarray(0, -20)],
    ["is not packed as it says", new TextEncoder().encode("plain text")],
  ] as const
) {
  Deno.test(`an answer that ${what} never looks whole, and ends nothing else`, async () => {
    await using scene = await proxyScene();
    answerPacked(scene, "gzip", body);
    const answer = await ask(scene);
    assert(!answer.endsWith("0\r\n\r\n"), "it has its last chunk");
    answerPacked(scene, "gzip", gzipSync("whole"));
    assertEquals(await (await scene.ask("/2/0/x")).text(), "whole");
  });
}

Deno.test("nothing is whole, also when it is said to be packed", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = (_asked, response) => {
    response.setHeader("content-encoding", "gzip");
    response.flushHeaders(); // so that it has chunks
    response.end();
  };
  assertEquals(await (await scene.ask("/2/0/x")).text(), "");
});

Deno.test("no coding is asked for of which Deno does not notice that it broke off", async () => {
  await using scene = await proxyScene();
  const { headers } = await (await scene.ask("/2/0/x")).json();
  assertEquals(headers["accept-encoding"], "gzip");
});

Deno.test("an answer that was packed in several parts is all of them", async () => {
  await using scene = await proxyScene();
  answerPacked(scene, "gzip", gzipSync("one, "), gzipSync("two"));
  assertEquals(await (await scene.ask("/2/0/x")).text(), "one, two");
});

Deno.test("an answer that is packed in a way that is not unpacked passes as it came", async () => {
  await using scene = await proxyScene();
  for (const codings of [["br", "gzip"], ["br"], ["constructor"]]) {
    answerPacked(scene, codings, new TextEncoder().encode("packed"));
    const answer = await ask(scene);
    for (const coding of codings) {
      assert(answer.includes(`content-encoding: ${coding}\r\n`), answer);
    }
    assert(answer.endsWith("6\r\npacked\r\n0\r\n\r\n"), answer);
  }
});

Deno.test("a few bytes that unpack to 128 MiB take no such memory", ON_LINUX, async () => {
  await using scene = await proxyScene();
  answerPacked(scene, "gzip", gzipSync(new Uint8Array(128 * MIB)));
  using memory = watchMemory(scene.program.pid);
  let length = 0;
  for await (const piece of (await scene.ask("/2/0/x")).body ?? []) length += piece.length;
  assertEquals(length, 128 * MIB);
  assert(memory.peak > 10 && memory.peak < 160, `${memory.peak} MB at most`);
});
