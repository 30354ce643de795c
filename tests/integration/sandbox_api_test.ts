// Checks the APIs that the sandbox answers: lists, files, echo.
// Rule: speaks to it as any client would, over HTTPS, with nothing from src/.
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { ask, call, type Reply, signIn } from "../sandbox/visitor.ts";

const FILES = "/2/0/workspaces/W/models/M/files";
const FILE = `${FILES}/113000000000`;

function tokensOf(sandbox: Sandbox): Promise<Reply> {
  return signIn(sandbox, sandbox.clients.rotating);
}

function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

Deno.test("workspaces come in pages, each with the way to the next", async () => {
  await using sandbox = await startSandbox();
  const tokens = await signIn(sandbox, sandbox.clients.rotating);
  const sizes: number[] = [];
  let path: string | undefined = "/2/0/workspaces";
  while (path !== undefined) {
    const { json } = await call(sandbox, path, tokens);
    sizes.push((json.workspaces as unknown[]).length);
    const { next } = (json.meta as { paging: { next?: string } }).paging;
    path = next?.replace(sandbox.origin, "");
  }
  assertEquals(sizes, [20, 20, 5]);
});

Deno.test("the last page has the way back and none on, with the limit that was asked for", async () => {
  await using sandbox = await startSandbox();
  const path = "/2/0/workspaces?limit=15&offset=30";
  const { json } = await call(sandbox, path, await tokensOf(sandbox));
  assertEquals((json.meta as { paging: unknown }).paging, {
    currentPageSize: 15,
    totalSize: 45,
    offset: 30,
    previous: `${sandbox.origin}/2/0/workspaces?limit=15&offset=15`,
  });
});

Deno.test("models have no way to the next page, and none at all beyond the last", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const { json: last } = await call(sandbox, "/2/0/models?offset=40", tokens);
  assertEquals((last.models as unknown[]).length, 5);
  const { json: beyond } = await call(sandbox, "/2/0/models?offset=45", tokens);
  const paging = { currentPageSize: 0, totalSize: 45, offset: 45 };
  assertEquals((beyond.meta as { paging: unknown }).paging, paging);
  assertEquals("models" in beyond, false);
});

Deno.test("a file's chunks are listed, and are the whole file when put together", async () => {
  await using sandbox = await startSandbox({ chunkCount: 2, chunkBytes: 100_001 });
  const tokens = await tokensOf(sandbox);
  const { json: list } = await call(sandbox, FILES, tokens);
  assertEquals((list.files as { id: string }[])[0]?.id, "113000000000");
  const { json } = await call(sandbox, `${FILE}/chunks`, tokens);
  assertEquals(json.chunks, [{ id: "0", name: "Chunk 0" }, { id: "1", name: "Chunk 1" }]);
  const first = await call(sandbox, `${FILE}/chunks/0`, tokens);
  const second = await call(sandbox, `${FILE}/chunks/1`, tokens);
  assertEquals(first.headers.get("content-type"), "application/octet-stream");
  assertEquals(first.headers.get("content-length"), "100001");
  assertNotEquals(sha256(first.bytes), sha256(second.bytes));
  assertEquals(sha256(first.bytes, second.bytes), sandbox.fileSha256());
  assertEquals((await call(sandbox, `${FILE}/chunks/2`, tokens)).status, 404);
});

Deno.test("a download waits for a client that does not read, and ends with one that leaves", async () => {
  await using sandbox = await startSandbox({ chunkBytes: 1024 ** 3 });
  const { json } = await tokensOf(sandbox);
  using client = Deno.createHttpClient({ caCerts: [sandbox.caPem] });
  const headers = { authorization: `Bearer ${json.access_token}` };
  const response = await fetch(`${sandbox.origin}${FILE}/chunks/0`, { client, headers });
  const sent: number[] = [];
  while (sent.length < 3 || sent.at(-1) !== sent.at(-2)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent.push(sandbox.requests.at(-1)?.sent ?? 0);
  }
  assert(sent.every((bytes) => bytes < 64 * 1024 ** 2), `${sent}`);
  await response.body?.cancel();
  await sandbox[Symbol.asyncDispose]();
  const made = sandbox.requests.at(-1)?.sent ?? Infinity;
  assert(made < 64 * 1024 ** 2, `the rest was made for no reader: ${made}`);
});

Deno.test("an upload is counted and hashed, whether its length was said or not", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const bytes = new Uint8Array(300_000).fill(7);
  const headers = { "content-type": "application/octet-stream" };
  const put = (chunk: number, body: BodyInit): Promise<Reply> =>
    call(sandbox, `${FILE}/chunks/${chunk}`, tokens, { method: "PUT", headers, body });
  const { status, headers: answered } = await put(0, bytes);
  assertEquals([status, answered.get("content-length")], [204, null]);
  assertEquals((await put(1, ReadableStream.from([bytes]))).status, 204);
  const upload = { bytes: 300_000, sha256: sha256(bytes), contentType: headers["content-type"] };
  const [known, unknown] = [0, 1].map((chunk) => sandbox.uploads.get(`${FILE}/chunks/${chunk}`));
  assertEquals(known, { ...upload, contentLength: "300000" });
  assertEquals(unknown, { ...upload, contentLength: undefined });
});

Deno.test("an upload that breaks off is no upload", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const body = new ReadableStream({
    pull: (controller) =>
      sandbox.requests.at(-1)?.method === "PUT"
        ? controller.error(new Error("the reader has gone"))
        : controller.enqueue(new Uint8Array(100_000)),
  });
  await assertRejects(() => call(sandbox, `${FILE}/chunks/0`, tokens, { method: "PUT", body }));
  await sandbox[Symbol.asyncDispose]();
  assertEquals(sandbox.uploads.size, 0);
});

Deno.test("an upload with an expired token still gets its empty 401", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  sandbox.revokeAccessTokens();
  const body = new Uint8Array(5_000_000);
  const reply = await call(sandbox, `${FILE}/chunks/0`, tokens, { method: "PUT", body });
  assertEquals([reply.status, reply.text, sandbox.uploads.size], [401, "", 0]);
});

Deno.test("an upload is announced with its number of chunks, and completed", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const post = (path: string, body: string): Promise<Reply> =>
    call(sandbox, path, tokens, { method: "POST", body });
  const announced = await post(FILE, JSON.stringify({ chunkCount: 7 }));
  assertEquals([announced.status, (announced.json.file as { chunkCount: number }).chunkCount], [
    200,
    7,
  ]);
  assertEquals((await post(FILE, "seven")).status, 400);
  assertEquals((await post(`${FILE}/complete`, "{}")).status, 200);
});

Deno.test("the echo says what arrived, but not the token", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const path = "/2/0/echo?a=1&b=2&b=3";
  const asked = { method: "PATCH", headers: { "X-Odd": "yes" }, body: "hello" };
  const { text, json } = await call(sandbox, path, tokens, asked);
  assertEquals([json.method, json.body], ["PATCH", "hello"]);
  assertEquals(json.query, { a: "1", b: ["2", "3"] });
  const headers = json.headers as Record<string, string>;
  assertEquals([headers["x-odd"], headers.authorization], ["yes", "AnaplanAuthToken"]);
  assertEquals(text.includes(String(tokens.json.access_token)), false);
});

Deno.test("the echo answers HEAD with headers alone", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const reply = await call(sandbox, "/2/0/echo", tokens, { method: "HEAD" });
  assertEquals([reply.status, reply.text], [200, ""]);
  assertEquals(Number(reply.headers.get("content-length")) > 0, true);
});

Deno.test("lists, files and echo want a token", async () => {
  await using sandbox = await startSandbox();
  for (const path of ["/2/0/models", `${FILE}/chunks/0`, "/2/0/echo"]) {
    const { status, text } = await ask(sandbox, sandbox.origin + path);
    assertEquals([path, status, text], [path, 401, ""]);
  }
});
