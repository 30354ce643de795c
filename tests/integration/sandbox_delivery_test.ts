// Checks how the sandbox's answers come: compressed, limited, cut, slowly, or not at all.
// Rule: speaks to it as any client would, over HTTPS, with nothing from src/.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { ask, call, refresh, type Reply, signIn } from "../sandbox/visitor.ts";

const CHUNK = "/2/0/workspaces/W/models/M/files/113000000000/chunks/0";

function tokensOf(sandbox: Sandbox): Promise<Reply> {
  return signIn(sandbox, sandbox.clients.rotating);
}

/** What came of an answer before it broke off. */
async function partOf(sandbox: Sandbox, path: string, { json }: Reply) {
  using client = Deno.createHttpClient({ caCerts: [sandbox.caPem], poolMaxIdlePerHost: 0 });
  const headers = { authorization: `Bearer ${json.access_token}`, "accept-encoding": "identity" };
  const response = await fetch(sandbox.origin + path, { client, headers });
  const said = Number(response.headers.get("content-length"));
  let bytes = 0;
  let broke = false;
  try {
    for await (const piece of response.body ?? []) bytes += piece.length;
  } catch {
    broke = true;
  }
  return { status: response.status, said, bytes, broke };
}

for (const path of ["/2/0/workspaces", CHUNK]) {
  Deno.test(`an answer cut in the middle has its headers and half of its body (${path})`, async () => {
    await using sandbox = await startSandbox();
    const tokens = await tokensOf(sandbox);
    sandbox.fault(path, { reset: "middle" });
    const { status, said, bytes, broke } = await partOf(sandbox, path, tokens);
    assertEquals({ status, bytes, broke }, {
      status: 200,
      bytes: Math.floor(said / 2),
      broke: true,
    });
    assert(bytes > 0);
    assertEquals(sandbox.requests.at(-1)?.sent, bytes);
    assertEquals((await partOf(sandbox, path, tokens)).broke, false);
  });
}

Deno.test("a fault's own answer is also cut in the middle", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  sandbox.fault("/2/0/echo", { status: 503, body: "a busy server", reset: "middle" });
  const part = await partOf(sandbox, "/2/0/echo?x=1", tokens);
  assertEquals(part, { status: 503, said: 13, bytes: 6, broke: true });
});

Deno.test("a cut in the middle of tokens comes after they were made", async () => {
  await using sandbox = await startSandbox();
  const { rotating } = sandbox.clients;
  const tokens = await tokensOf(sandbox);
  sandbox.fault("/oauth/token", { reset: "middle" });
  await assertRejects(() => refresh(sandbox, rotating, tokens));
  assertEquals(sandbox.requests.at(-1)?.status, 200);
  assertEquals((await refresh(sandbox, rotating, tokens)).json.error, "invalid_grant");
});

Deno.test("an upload that is cut before it is handled is no upload", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const put = (): Promise<Reply> =>
    call(sandbox, CHUNK, tokens, { method: "PUT", body: new Uint8Array(5_000_000) });
  sandbox.fault(CHUNK, { reset: "before" });
  await assertRejects(put);
  assertEquals(sandbox.uploads.size, 0);
  sandbox.fault(CHUNK, { status: 503 });
  assertEquals([(await put()).status, sandbox.uploads.size], [503, 0]);
  assertEquals([(await put()).status, sandbox.uploads.size], [204, 1]);
});

Deno.test("a body trickles as slowly as told, and is whole", async () => {
  await using sandbox = await startSandbox({ chunkCount: 1, chunkBytes: 1000 });
  const tokens = await tokensOf(sandbox);
  sandbox.fault(CHUNK, { trickle: { bytes: 300, everyMs: 40 } });
  const start = performance.now();
  const { bytes } = await call(sandbox, CHUNK, tokens);
  assert(performance.now() - start >= 3 * 40 * 0.9);
  assertEquals(createHash("sha256").update(bytes).digest("hex"), sandbox.fileSha256());
});

Deno.test("JSON and chunks are compressed when both sides want it", async () => {
  await using sandbox = await startSandbox({ gzip: true, chunkCount: 1 });
  await using plain = await startSandbox({ chunkCount: 1 });
  const tokens = await tokensOf(sandbox);
  const encoding = async (of: Sandbox, path: string, accepted: string): Promise<string | null> => {
    const headers = { "accept-encoding": accepted };
    const asked = await call(of, path, of === sandbox ? tokens : await tokensOf(of), { headers });
    assertEquals(asked.status, 200);
    return asked.headers.get("content-encoding");
  };
  for (const path of ["/2/0/models", CHUNK]) {
    assertEquals(await encoding(sandbox, path, "br, gzip;q=0.5"), "gzip");
    assertEquals(await encoding(sandbox, path, "gzip;q=0, identity"), null);
    assertEquals(await encoding(plain, path, "gzip"), null);
  }
});

Deno.test("what is compressed is the same when it is unpacked", async () => {
  await using sandbox = await startSandbox({ gzip: true, chunkCount: 1 });
  const tokens = await tokensOf(sandbox); // fetch asks for gzip and unpacks by itself
  const { bytes } = await call(sandbox, CHUNK, tokens);
  assertEquals(createHash("sha256").update(bytes).digest("hex"), sandbox.fileSha256());
  assertEquals(((await call(sandbox, "/2/0/models", tokens)).json.models as unknown[]).length, 20);
});

Deno.test("the audit API takes AnaplanAuthToken only, and says so", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  const path = "/audit/api/1/events";
  const { status, json } = await call(sandbox, path, tokens);
  assertEquals([status, (json.response as unknown[]).length], [200, 3]);
  const refused = await call(sandbox, path, tokens, { scheme: "Bearer" });
  assertEquals([refused.status, (refused.json.status as { code: number }).code], [401, 401]);
});

Deno.test("calls beyond the rate limit are asked to wait a second, and then get through", async () => {
  await using sandbox = await startSandbox({ requestsPerSecond: 2 });
  const tokens = await tokensOf(sandbox);
  const get = (): Promise<Reply> => call(sandbox, "/2/0/users/me", tokens);
  const replies = await Promise.all([get(), get(), get()]);
  assertEquals(replies.map(({ status }) => status).sort(), [200, 200, 429]);
  const limited = replies.find(({ status }) => status === 429);
  assertEquals(limited?.headers.get("retry-after"), "1");
  await new Promise((resolve) => setTimeout(resolve, 1010));
  assertEquals((await get()).status, 200);
});

Deno.test("a paused sandbox cuts and refuses, and one that is resumed knows its tokens", async () => {
  await using sandbox = await startSandbox();
  const tokens = await tokensOf(sandbox);
  sandbox.fault("/2/0/users/me", { delayMs: 60_000 });
  const waiting = assertRejects(() => call(sandbox, "/2/0/users/me", tokens));
  while (sandbox.requests.at(-1)?.path !== "/2/0/users/me") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await sandbox.pause();
  await waiting;
  const port = Number(new URL(sandbox.origin).port);
  const connect = (): Promise<unknown> => Deno.connect({ hostname: "127.0.0.1", port });
  await assertRejects(connect, Deno.errors.ConnectionRefused);
  await sandbox.resume();
  assertEquals((await call(sandbox, "/2/0/users/me", tokens)).status, 200);
  assertEquals((await refresh(sandbox, sandbox.clients.rotating, tokens)).status, 200);
});

Deno.test("a sandbox can be ended while it is paused", async () => {
  const sandbox = await startSandbox();
  await sandbox.pause();
  await sandbox[Symbol.asyncDispose]();
  await assertRejects(() => Deno.stat(sandbox.caFile), Deno.errors.NotFound);
});

Deno.test("a large form is not kept with its request", async () => {
  await using sandbox = await startSandbox();
  await ask(sandbox, `${sandbox.origin}/2/0/echo?a=1`, { form: { large: "x".repeat(20_000) } });
  assertEquals(sandbox.requests.at(-1)?.parameters, { a: "1" });
});
