// One HTTP request whose body and answer flow, over a real network.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { StreamRequest, StreamResponse } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { freePort } from "../support/free_port.ts";
import { plainServer } from "../support/plain_server.ts";

const SYSTEM = denoSystem();
const ECHO = "/2/0/echo";

function get(url: string, more: Partial<StreamRequest> = {}): Promise<StreamResponse> {
  return SYSTEM.fetchStream({ method: "GET", url, headers: [], ...more });
}

async function read(response: StreamResponse): Promise<Uint8Array> {
  await using answer = response;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of answer.body) pieces.push(new Uint8Array(piece)); // its memory is used again
  return await new Blob(pieces).bytes();
}

/** A request to the sandbox, which knows no token of ours: what it answers must be a fault. */
function ask(sandbox: Sandbox, more: Partial<StreamRequest> = {}): Promise<StreamResponse> {
  return get(sandbox.origin + ECHO, { caCertificates: [sandbox.caPem], ...more });
}

function unavailable(work: () => Promise<unknown>, words: string): Promise<CliError> {
  return assertRejects(work, CliError, words).then((error) => {
    assertEquals(error.kind, "unavailable");
    return error;
  });
}

function packed(body: ReadableStream<Uint8Array<ArrayBuffer>>, headers = {}): Response {
  const stream = body.pipeThrough(new CompressionStream("gzip"));
  return new Response(stream, { headers: { ...headers, "content-encoding": "gzip" } });
}

/** A body that never ends, in pieces. */
function endless(everyMs: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array(10)), everyMs);
    },
    cancel: () => clearInterval(timer),
  });
}

Deno.test("bytes go both ways as they are", async () => {
  const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
  await using server = plainServer(async (request) => new Response(await request.bytes()));
  const flowing = ReadableStream.from([bytes.subarray(0, 5), bytes.subarray(5)]);
  for (const body of [bytes, flowing]) {
    assertEquals(await read(await get(server.url, { method: "PUT", body })), bytes);
  }
});

Deno.test("status, words and headers come before the body", async () => {
  const init = { status: 418, statusText: "Teapot", headers: { "x-a": "1" } };
  await using server = plainServer(() => new Response("x", init));
  await using response = await get(server.url);
  assertEquals([response.status, response.headers.get("x-a")], [418, "1"]);
});

Deno.test("the user's headers go out, and our name unless they gave one", async () => {
  await using server = plainServer(({ headers }) =>
    Response.json([headers.get("x-a"), headers.get("user-agent")])
  );
  const seen = async (headers: StreamRequest["headers"]): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(await get(server.url, { headers }))));
  assertEquals(await seen([["x-a", "1"], ["x-a", "2"]]), ["1, 2", "anaplan-auth"]);
  assertEquals(await seen([["User-Agent", "mine"]]), [null, "mine"]);
});

Deno.test("a redirect is handed on, and not followed with a token in the header", async () => {
  await using other = plainServer(() => new Response());
  for (const status of [301, 302, 303, 307, 308] as const) {
    await using server = plainServer(() => Response.redirect(other.url, status));
    const headers = [["authorization", "Bearer hush"]] as const;
    const response = await get(server.url, { headers, method: "POST", body: new Uint8Array(1) });
    assertEquals([response.status, (await read(response)).length], [status, 0]);
  }
  assertEquals(other.heard, []);
});

Deno.test("a packed answer is unpacked, and its headers describe what comes out", async () => {
  const bytes = new Uint8Array(100_000).fill(7);
  await using server = plainServer(({ headers }) =>
    packed(ReadableStream.from([bytes]), { "x-accepted": headers.get("accept-encoding") ?? "" })
  );
  const response = await get(server.url);
  assertEquals(response.headers.get("x-accepted"), "gzip,br");
  for (const name of ["content-encoding", "content-length"]) {
    assertEquals(response.headers.get(name), null);
  }
  assertEquals(await read(response), bytes);
});

Deno.test("an encoding that is not unpacked is still told", async () => {
  const headers = { "content-encoding": "zstd", "content-length": "3" };
  await using server = plainServer(() => new Response("abc", { headers }));
  const response = await get(server.url);
  assertEquals(response.headers.get("content-encoding"), "zstd");
  assertEquals((await read(response)).length, 3);
});

Deno.test("a server that says nothing is given up, and may have heard the request", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(ECHO, { delayMs: 60_000 });
  const error = await unavailable(() => ask(sandbox, { longestSilence: 60 }), "within 0.06 s");
  assertEquals(error.answerLost, true);
});

Deno.test("a body that stops on its way is given up", async () => {
  const once = (): Response =>
    new Response(new ReadableStream({ start: (at) => at.enqueue(new Uint8Array(10)) }));
  await using server = plainServer(once);
  const response = await get(server.url, { longestSilence: 60 });
  await unavailable(() => read(response), "no answer within 0.06 s");
});

Deno.test("a slow body is read to its end, however long it takes in all", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(ECHO, { body: "x".repeat(100), trickle: { bytes: 10, everyMs: 30 } });
  const began = performance.now();
  assertEquals((await read(await ask(sandbox, { longestSilence: 200 }))).length, 100);
  assert(performance.now() - began > 250);
});

Deno.test("a slow reader is not the server's silence", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(ECHO, { body: "x".repeat(30), trickle: { bytes: 10, everyMs: 10 } });
  await using response = await ask(sandbox, { longestSilence: 150 });
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    await SYSTEM.sleep(250);
  }
  assertEquals(length, 30);
});

Deno.test("a slow upload is not silence", async () => {
  await using server = plainServer(async (request) => new Response(await request.text()));
  async function* slowly(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const letter of "abcdef") {
      yield new TextEncoder().encode(letter);
      await SYSTEM.sleep(50);
    }
  }
  const body = ReadableStream.from(slowly());
  const response = await get(server.url, { method: "POST", body, longestSilence: 200 });
  assertEquals(new TextDecoder().decode(await read(response)), "abcdef");
});

for (const when of ["before the answer", "in the middle of it"]) {
  Deno.test(`a signal ${when} ends the request with its own reason`, async () => {
    const ending = new AbortController();
    const reason = new CliError("interrupted", "Interrupted");
    await using sandbox = await startSandbox();
    await using server = plainServer(() => new Response(endless(5)));
    setTimeout(() => ending.abort(reason), 60);
    const request = { signal: ending.signal };
    const error = await assertRejects(async () => {
      if (when === "before the answer") {
        sandbox.fault(ECHO, { delayMs: 60_000 });
        await ask(sandbox, request);
      } else await read(await get(server.url, request));
    }, CliError);
    assertEquals(error, reason);
  });
}

Deno.test("a signal that came before sends nothing", async () => {
  await using server = plainServer(() => new Response());
  const reason = new CliError("interrupted", "Interrupted");
  const signal = AbortSignal.abort(reason);
  assertEquals(await assertRejects(() => get(server.url, { signal }), CliError), reason);
  assertEquals(server.heard, []);
});

Deno.test("a body that is cut is not taken for a whole one", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(ECHO, { body: "x".repeat(5000), reset: "middle" });
  const error = await unavailable(async () => read(await ask(sandbox)), "was cut");
  assertEquals(error.answerLost, true);
});

for (const isPacked of [false, true]) {
  const what = isPacked ? "packed body of unknown length" : "body of unknown length";
  Deno.test(`a ${what} that is cut is not taken for a whole one`, async () => {
    async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for (let left = 4; left > 0; left--) yield crypto.getRandomValues(new Uint8Array(50_000));
      throw new Error("cut");
    }
    await using server = plainServer(() => {
      const body = ReadableStream.from(pieces());
      return isPacked ? packed(body) : new Response(body);
    });
    await unavailable(async () => read(await get(server.url)), "was cut");
  });
}

for (const reset of ["before", "after"] as const) {
  Deno.test(`a connection that is cut ${reset} the answer: a POST was sent once`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault(ECHO, { reset, times: 9 });
    const post = { method: "POST", body: new Uint8Array(10) };
    const error = await unavailable(() => ask(sandbox, post), "was cut");
    assertEquals([error.answerLost, sandbox.requests.length], [true, 1]);
  });
}

Deno.test("where no server listens, the request never left", async () => {
  const error = await unavailable(() => get(`http://127.0.0.1:${freePort()}/`), "was refused");
  assertEquals(error.answerLost, false);
});

Deno.test("an answer that is not read can be given back, twice", async () => {
  await using server = plainServer(() => new Response(endless(5)));
  const response = await get(server.url);
  await response[Symbol.asyncDispose]();
  await response[Symbol.asyncDispose]();
});

Deno.test("a reader may stop in the middle", async () => {
  await using server = plainServer(() => new Response(endless(5)));
  await using response = await get(server.url);
  for await (const chunk of response.body) {
    assertEquals(chunk.length > 0, true);
    break;
  }
});

Deno.test("what is traced holds no header and no value of the query", async () => {
  const traced: string[] = [];
  await using server = plainServer(() => Response.json({ hush: "hush" }));
  const system = denoSystem((line) => traced.push(line()));
  const headers = [["authorization", "Bearer hush"], ["x-a", "hush"]] as const;
  const body = new TextEncoder().encode("hush");
  await read(
    await system.fetchStream({ method: "PUT", url: `${server.url}/a?b=hush`, headers, body }),
  );
  assertStringIncludes(traced[0] ?? "", `> PUT ${server.url}/a?b=[secret]`);
  assertStringIncludes(traced[1] ?? "", "< 200 application/json");
  assert(!traced.join().includes("hush"));
});
