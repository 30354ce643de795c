// One HTTP request over a real network: bounded, never redirected, never silently sent twice, and masked.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { HttpRequest, Trace } from "../../src/system/contract.ts";
import { fetchWhole } from "../../src/system/http.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { freePort } from "../support/free_port.ts";
import { plainServer } from "../support/plain_server.ts";
import { nextOf } from "../support/shown.ts";

const silent: Trace = () => {};

async function failure(request: HttpRequest, trace: string[] = []): Promise<CliError> {
  const error = await assertRejects(
    () => fetchWhole(request, (line) => trace.push(line())),
    CliError,
  );
  assertEquals(error.kind, "unavailable");
  return error;
}

Deno.test("a redirect is handed on, and not followed with a token in the header", async () => {
  await using other = plainServer(() => new Response());
  await using server = plainServer(() => Response.redirect(other.url));
  const headers = { authorization: "Bearer hush" };
  const response = await fetchWhole({ method: "GET", url: server.url, headers }, silent);
  assertEquals([response.status, other.heard.length], [302, 0]);
});

Deno.test("a request has its own bound in time, and may have reached the server", async () => {
  const late = Promise.withResolvers<Response>();
  await using server = plainServer(() => late.promise);
  const error = await failure({ method: "GET", url: server.url, timeout: 50 });
  late.resolve(new Response());
  assertEquals([error.answerLost, error.timedOut], [true, true]);
  assertStringIncludes(error.message, "no answer within 0.05 s");
});

Deno.test("a body that never ends is a timeout after twice the longest silence", async () => {
  let drops: ReturnType<typeof setInterval> | undefined;
  const endless = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start: (controller) => {
        drops = setInterval(() => controller.enqueue(new Uint8Array([97])), 50);
      },
      cancel: () => clearInterval(drops),
    });
  await using server = plainServer(() => new Response(endless()));
  const error = await failure({ method: "POST", url: server.url, timeout: 300 });
  assertEquals([error.answerLost, error.timedOut], [true, true]);
  assertStringIncludes(error.message, "the answer was not complete within 0.6 s");
});

Deno.test("an answer that is far too long is not read to its end", async () => {
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
    (await failure({ method: "GET", url: server.url })).message,
    "far too long",
  );
  assert(sent < 64 * 1024 * 1024);
});

Deno.test(
  "a connection that is cut loses the answer, and the request is sent once",
  async () => {
    await using sandbox = await startSandbox();
    const request = {
      method: "POST" as const,
      url: `${sandbox.origin}/oauth/token`,
      caCertificates: [sandbox.caPem],
      body: "grant_type=refresh_token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    await fetchWhole(request, silent); // a connection that could be kept
    sandbox.fault("/oauth/token", { reset: "before", times: 9 });
    const error = await failure(request);
    const { answerLost, timedOut, isCut } = error;
    assertEquals([answerLost, timedOut, isCut, sandbox.requests.length], [true, false, true, 2]);
  },
);

Deno.test(
  "a server with an unknown certificate is refused, with advice about CA files",
  async () => {
    await using sandbox = await startSandbox();
    const error = await failure({ method: "GET", url: sandbox.origin });
    assertStringIncludes(error.message, "signed by an unknown authority");
    assertStringIncludes(nextOf(error), "--ca-file");
    assertEquals(sandbox.requests, []);
  },
);

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
  const error = await failure({ method: "GET", url }, traced);
  assert(!(error.message + nextOf(error) + traced.join()).includes("hush"));
});
