// A file in chunks: in their order, and a chunk that breaks off goes on where it stopped.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { api } from "../../src/commands/api.ts";
import { API, brokenAfter, failureOf, runApi } from "../support/api_scene.ts";
import { START, type StreamStep } from "../support/fake_system.ts";
import { LOGIN, putLogin, tokenAnswer, unreachable } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { nextOf } from "../support/shown.ts";
import { tempDir } from "../support/temp_dir.ts";

const PATH = "/2/0/workspaces/W/models/M/files/1/chunks";

function list(...ids: string[]): Response {
  return Response.json({ meta: {}, status: {}, chunks: ids.map((id) => ({ id, name: `C${id}` })) });
}

async function downloaded(streams: readonly StreamStep[], path = PATH) {
  return await runApi(path, { chunks: true }, { streams, network: [tokenAnswer()] });
}

Deno.test("all chunks come in their order, each asked for by its id", async () => {
  const streams = [list("0", "1"), new Response("one,"), new Response("two")];
  const { stdout, system } = await downloaded(streams, `${PATH}/?x=1`);
  assertEquals(stdout, "one,two");
  assertEquals(system.streamRequests.map(({ url }) => url.slice(API.length + PATH.length)), [
    "/?x=1",
    "/0",
    "/1",
  ]);
});

Deno.test("a download says which chunk of how many is on its way, and about how much is left", async () => {
  using dir = tempDir();
  const sent = ["0", "1", "2", "3"].map(() => new Response("x".repeat(1000)));
  const streams = [list("0", "1", "2", "3"), ...sent];
  let now = START;
  const { talk } = await runApi(PATH, { chunks: true, output: `${dir.path}/data.csv` }, {
    streams,
    now: () => now += 500,
  });
  assertEquals(talk.progressed.map((line) => line.split("   ").slice(0, 2).join("   ")), [
    "chunk 1 of 4   1 kB",
    "chunk 2 of 4   2 of about 4 kB",
    "chunk 3 of 4   3 of about 4 kB",
    "chunk 4 of 4   4 of about 4 kB",
  ]);
  assertMatch(talk.progressed[2] ?? "", /\d B\/s {3}\d+ s left$/);
  assertStringIncludes(talk.said.join(), "Saved 4 kB to ");
});

Deno.test("a file without chunks is empty", async () => {
  const { stdout, error } = await downloaded([list()]);
  assertEquals([stdout, error], ["", undefined]);
});

Deno.test("a chunk that breaks off goes on where it stopped", async () => {
  const streams = [list("0"), brokenAfter("ab", "c"), brokenAfter("abcd"), new Response("abcdef")];
  const { stdout, talk, system } = await downloaded(streams);
  assertEquals([stdout, system.sleeps], ["abcdef", [500, 1_000]]);
  assertStringIncludes(talk.said.join(), "the connection was cut; asking for the rest");
});

Deno.test("a server that restarts meanwhile is waited for", async () => {
  const bad = new Response("", { status: 502 });
  const streams = [list("0"), brokenAfter("ab"), unreachable(), bad, new Response("abcd")];
  const { stdout, error } = await downloaded(streams);
  assertEquals([stdout, error], ["abcd", undefined]);
});

Deno.test("one that does not come back is given up", async () => {
  const streams = [list("0"), brokenAfter("ab"), ...Array(20).fill(unreachable())];
  const { stdout, error, system } = await downloaded(streams);
  assertEquals([stdout, error?.kind, system.streamRequests.length], ["ab", "unavailable", 7]);
});

Deno.test("a token that is refused at a chunk is refreshed", async () => {
  const streams = [list("0"), new Response("", { status: 401 }), new Response("a")];
  assertEquals((await downloaded(streams)).stdout, "a");
});

Deno.test("a chunk that is refused is not asked for again", async () => {
  const streams = [list("0"), Response.json({}, { status: 404 })];
  const { error, system } = await downloaded(streams);
  assertEquals([error?.kind, system.streamRequests.length], ["api", 2]);
});

Deno.test("a chunk that is shorter the second time is another one, and is not glued on", async () => {
  const { error, stdout } = await downloaded([list("0"), brokenAfter("abc"), new Response("xy")]);
  assertEquals([error?.kind, stdout], ["api", "abc"]);
});

for (const value of [{ user: { id: "x" } }, [1], { chunks: ["0"] }, [{ id: 5 }]]) {
  Deno.test(`${JSON.stringify(value)} is no list of chunks`, async () => {
    const { error, stdout } = await downloaded([Response.json(value)]);
    assertEquals([error?.kind, stdout], ["usage", ""]);
    assertStringIncludes(nextOf(error), "/files/ID/chunks");
  });
}

Deno.test("a login of another server that takes the place of the first gets no chunk", async () => {
  const tokenEndpoint = "https://us1a.app.anaplan.com/oauth/token";
  using scene = sessionScene({ ...LOGIN, tokenEndpoint }, { streams: [list("0")] });
  const { stream = [] } = await api({ ...scene.flags, chunks: true }, scene.context, PATH);
  putLogin(scene.configDir, { ...LOGIN, tokenEndpoint: "https://b.example/oauth/token" });
  const error = await failureOf(() => Array.fromAsync(stream));
  assertEquals([error?.kind, scene.context.system.streamRequests.length], ["login_required", 1]);
});
