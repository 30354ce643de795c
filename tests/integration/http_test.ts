// One HTTP request over a real network: bounded, never redirected, never silently sent twice, and masked.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { maskUrl } from "../../src/base/masking.ts";
import type { HttpRequest, Trace } from "../../src/system/contract.ts";
import { guard } from "../../src/system/guarded_request.ts";
import { fetchWhole } from "../../src/system/http.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { freePort } from "../support/free_port.ts";
import { type PlainServer, plainServer } from "../support/plain_server.ts";
import { nextOf } from "../support/shown.ts";

const WAYS: Readonly<Record<string, Way>> = {
  "by fetch": {
    isGuarded: false,
    fetch: (request, trace = () => {}) => fetchWhole(request, trace),
  },
  "by a connection of its own": {
    isGuarded: true,
    async fetch(request, trace = () => {}) {
      using guarded = guard(request.url, request.caCertificates ?? [], trace, () => {});
      return await guarded.fetch(request, () => Promise.resolve());
    },
  },
};

const BY_FETCH = { fetch: fetchWhole };

async function failure(
  way: Pick<Way, "fetch">,
  request: HttpRequest,
  trace: string[] = [],
): Promise<CliError> {
  const error = await assertRejects(
    () => way.fetch(request, (line) => trace.push(line())),
    CliError,
  );
  assertEquals(error.kind, "unavailable");
  return error;
}

testEachWay("an answer is given whole, with its status and headers", async (way) => {
  await using server = plainServer(() =>
    new Response("body", { status: 418, headers: { "retry-after": "7" } })
  );
  const response = await way.fetch({ method: "GET", url: server.url });
  assertEquals([response.status, response.headers.get("retry-after")], [418, "7"]);
  assertEquals(await response.text(), "body");
});

testEachWay("an answer without a body is an answer", async (way) => {
  await using server = plainServer(() => new Response(null, { status: 204 }));
  const response = await way.fetch({ method: "POST", url: server.url });
  assertEquals([response.status, await response.text()], [204, ""]);
});

testEachWay("a redirect is handed on, and not followed with a token in the header", async (way) => {
  await using other = plainServer(() => new Response());
  await using server = plainServer(() => Response.redirect(other.url));
  const headers = { authorization: "Bearer hush" };
  const response = await way.fetch({ method: "GET", url: server.url, headers });
  assertEquals([response.status, other.heard.length], [302, 0]);
});

testEachWay("a request has its own bound in time, and may have reached the server", async (way) => {
  const late = Promise.withResolvers<Response>();
  await using server = plainServer(() => late.promise);
  const error = await failure(way, { method: "GET", url: server.url, timeout: 50 });
  late.resolve(new Response());
  assertEquals([error.answerLost, error.timedOut], [true, true]);
  assertStringIncludes(error.message, "no answer within 0.05 s");
});

/** A server whose answer's body is written by the test, and may never end. */
function flowingServer(write: (drop: () => void, end: () => void) => void): PlainServer {
  let isOpen = true;
  const ending = new AbortController(); // shutdown() would wait for the body's end
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        write(
          () => isOpen && controller.enqueue(new Uint8Array([97])),
          () => isOpen && controller.close(),
        );
      },
      cancel: () => void (isOpen = false),
    });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: ending.signal },
    () => new Response(body()),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    heard: [],
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.finished;
    },
  };
}

testEachWay(
  "a body that keeps coming is read to its end, though it takes longer than a silence may",
  async (way) => {
    await using server = flowingServer(async (drop, end) => {
      for (let count = 0; count < 12; count++) {
        drop();
        await pause(100);
      }
      end();
    });
    const response = await way.fetch({ method: "POST", url: server.url, timeout: 800 });
    assertEquals(await response.text(), "a".repeat(12));
  },
);

testEachWay("a body in which nothing comes any more is a timeout that says so", async (way) => {
  await using server = flowingServer((drop) => drop());
  const error = await failure(way, { method: "POST", url: server.url, timeout: 200 });
  assertEquals([error.answerLost, error.timedOut], [true, true]);
  assertStringIncludes(error.message, "the answer stopped: nothing came for 0.2 s");
});

testEachWay(
  "what came of an answer that broke off is in the failure, where that is asked for",
  async (way) => {
    await using server = flowingServer((drop) => drop());
    const request = { method: "POST", url: server.url, timeout: 200 } as const;
    const error = await failure(way, { ...request, keepsWhatArrived: true });
    assertMatch(await error.arrived?.text() ?? "", /^a+$/);
    assertEquals((await failure(way, request)).arrived, undefined);
  },
);

testEachWay("a body that never ends is a timeout after twice the longest silence", async (way) => {
  let isOver = false;
  await using server = flowingServer(async (drop) => {
    for (; !isOver; await pause(50)) drop();
  });
  const error = await failure(way, { method: "POST", url: server.url, timeout: 300 });
  isOver = true;
  await pause(100);
  assertEquals([error.answerLost, error.timedOut], [true, true]);
  assertStringIncludes(error.message, "the answer was not complete within 0.6 s");
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

testEachWay("an answer that is far too long is not read to its end", async (way) => {
  const chunk = new Uint8Array(64 * 1024);
  let sent = 0;
  const endless = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull(controller) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
  await using server = plainServer(() => new Response(endless()));
  assertStringIncludes(
    (await failure(way, { method: "GET", url: server.url })).message,
    "far too long",
  );
  assert(sent < 64 * 1024 * 1024);
});

testEachWay("where no server listens, the request never left", async (way) => {
  const error = await failure(way, { method: "POST", url: `http://127.0.0.1:${freePort()}/` });
  assertEquals(error.answerLost, false);
  assertStringIncludes(error.message, "the connection was refused");
});

testEachWay(
  "a connection that is cut loses the answer, and the request is sent once",
  async (way) => {
    await using sandbox = await startSandbox();
    const request = {
      method: "POST" as const,
      url: `${sandbox.origin}/oauth/token`,
      caCertificates: [sandbox.caPem],
      body: "grant_type=refresh_token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    await way.fetch(request); // a connection that could be kept
    sandbox.fault("/oauth/token", { reset: "before", times: 9 });
    const error = await failure(way, request);
    const { answerLost, timedOut, isCut } = error;
    assertEquals([answerLost, timedOut, isCut, sandbox.requests.length], [true, false, true, 2]);
  },
);

testEachWay(
  "a server with an unknown certificate is refused, with advice about CA files",
  async (way) => {
    await using sandbox = await startSandbox();
    const error = await failure(way, { method: "GET", url: sandbox.origin });
    assertStringIncludes(error.message, "signed by an unknown authority");
    assertStringIncludes(nextOf(error), "--ca-file");
    assertEquals(sandbox.requests, []);
  },
);

testEachWay("what answers without TLS is said to", async (way) => {
  await using server = plainServer(() => new Response());
  const error = await failure(way, { method: "GET", url: server.url.replace("http:", "https:") });
  assertStringIncludes(error.message, "does not speak HTTPS");
});

Deno.test("what is traced shows names and what is open, and no value that is secret", async () => {
  await using server = plainServer(() => Response.json({ access_token: "hush-answer" }));
  const traced: string[] = [];
  await fetchWhole({
    method: "POST",
    url: `${server.url}/oauth/token?code=hush-query&client_id=a-client`,
    headers: {
      authorization: "Bearer hush-header",
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
    },
    body: "grant_type=refresh_token&refresh_token=hush-body&client_secret=hush-body",
  }, (line) => traced.push(line()));
  const [sent = "", received = ""] = traced;
  assertStringIncludes(sent, `> POST ${server.url}/oauth/token?code=[secret]&client_id=a-client`);
  assertStringIncludes(
    sent,
    "grant_type=refresh_token refresh_token=[secret] client_secret=[secret]",
  );
  assertStringIncludes(received, "< 200 application/json, 30 bytes");
  assert(!traced.join().includes("hush"));
});

Deno.test("nothing of a body that is no form is traced, such as the password for etcd", async () => {
  await using server = plainServer(() => Response.json({}));
  for (const type of ["application/json", undefined]) {
    const traced: string[] = [];
    await fetchWhole({
      method: "POST",
      url: `${server.url}/v3/auth/authenticate`,
      ...(type === undefined ? {} : { headers: { "content-type": type } }),
      body: '{"name":"u","password":"hush=&hush","key":"aHVzaA=="}',
    }, (line) => traced.push(line()));
    assertEquals(traced[0], `> POST ${server.url}/v3/auth/authenticate`);
  }
});

Deno.test("neither a failure nor what it is traced as holds the URL's query", async () => {
  const traced: string[] = [];
  const url = `http://127.0.0.1:${freePort()}/?code=hush`;
  const error = await failure(BY_FETCH, { method: "GET", url }, traced);
  assert(!(error.message + nextOf(error) + traced.join()).includes("hush"));
});

Deno.test("maskUrl() keeps what identifies a request and hides every other value", () => {
  const url =
    "https://u:p@as.example.com/a?response_type=code&state=hush&scope=openid+email&x=hush#hush";
  assertEquals(
    maskUrl(new URL(url)),
    "https://as.example.com/a?response_type=code&state=[secret]&scope=openid email&x=[secret]",
  );
});

/** A way. */
interface Way {
  readonly isGuarded: boolean;
  fetch(request: HttpRequest, trace?: Trace): Promise<Response>;
}

/** Tests something of each way. */
function testEachWay(name: string, test: (way: Way) => Promise<void>): void {
  for (const [how, way] of Object.entries(WAYS)) Deno.test(`${name} (${how})`, () => test(way));
}
