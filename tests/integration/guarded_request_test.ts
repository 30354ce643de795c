// A request that must not leave late, with real connections: when it is confirmed, and on which of them it leaves.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createSecureServer } from "node:http2";
import { CliError } from "../../src/base/errors.ts";
import type { GuardedRequest, HttpRequest } from "../../src/system/contract.ts";
import { guard } from "../../src/system/guarded_request.ts";
import { writeWhole } from "../../src/system/peers.ts";
import { makeCertificate } from "../sandbox/certificate.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { until } from "../support/held_answer.ts";
import { listening } from "../support/node_server.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/** A server that keeps what it heard on each connection; it hangs up on the first ones before anything is said. */
function countingServer(hangUps = 0, answer = ANSWER) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: string[] = [];
  let opened = 0;
  const serve = async (connection: Deno.Conn): Promise<void> => {
    using _connection = connection;
    if (++opened <= hangUps) return;
    const buffer = new Uint8Array(65_536);
    const length = await connection.read(buffer);
    if (length === null) return;
    heard.push(new TextDecoder().decode(buffer.subarray(0, length)));
    await writeWhole(connection, new TextEncoder().encode(answer));
  };
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const connection of listener) served.push(serve(connection));
    await Promise.all(served);
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/oauth/token?a=b`,
    heard,
    opened: () => opened,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

function guarded(url: string, caCertificates: readonly string[] = []): GuardedRequest {
  return guard(url, caCertificates, () => {}, () => {});
}

const form = (url: string): HttpRequest => ({
  method: "POST",
  url,
  body: "grant_type=refresh_token",
});
const confirmed = (): Promise<void> => Promise.resolve();

Deno.test("a request is connected to before it is sent, and leaves on that connection", async () => {
  await using server = countingServer();
  using request = guarded(server.url);
  await until(() => server.opened() === 1, "a connection");
  assertEquals(await (await request.fetch(form(server.url), confirmed)).text(), "{}");
  const [line, ...fields] = server.heard.join().split("\r\n");
  assertEquals([line, fields.at(-1)], [
    "POST /oauth/token?a=b HTTP/1.1",
    "grant_type=refresh_token",
  ]);
  assertEquals(server.opened(), 1);
});

Deno.test("what is not confirmed any more never leaves, and says why", async () => {
  await using server = countingServer();
  using request = guarded(server.url);
  const lost = new CliError("storage", "The lock is lost");
  const sending = request.fetch(form(server.url), () => Promise.reject(lost));
  assertEquals((await assertRejects(() => sending, CliError)).message, lost.message);
  assertEquals(server.heard, []);
});

Deno.test("each time that a request leaves it is confirmed, on a connection of its own", async () => {
  await using server = countingServer();
  using request = guarded(server.url);
  let count = 0;
  const confirm = (): Promise<void> => Promise.resolve(void count++);
  for (let time = 0; time < 2; time++) await request.fetch(form(server.url), confirm);
  assertEquals([count, server.heard.length, server.opened()], [2, 2, 2]);
});

Deno.test("a request does not leave on a connection that the server has ended meanwhile", async () => {
  await using server = countingServer(1);
  using request = guarded(server.url);
  await until(() => server.opened() === 1, "a connection");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals((await request.fetch(form(server.url), confirmed)).status, 200);
  assertEquals([server.heard.length, server.opened()], [1, 2]);
});

const LONG = "x".repeat(300_000);
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const READ_BY_FETCH: Readonly<Record<string, string>> = {
  "whose lines end with a line feed": "HTTP/1.1 200 OK\ncontent-length: 2\n\n{}",
  "whose head ends with a line feed": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\n{}",
  "behind an interim one with line feeds": `HTTP/1.1 100 Continue\n\n${ANSWER}`,
  "behind an empty line": `\r\n${ANSWER}`,
  "with other characters than ASCII": ANSWER.replace("\r\n", "\r\nx-region: Österreich\r\n"),
  "with a long head": ANSWER.replace("\r\n", `\r\nx-policy: ${LONG}\r\n`),
  "with the size of a chunk in twelve digits": `${CHUNKED}000000000002\r\n{}\r\n0\r\n\r\n`,
  "with a long extension of a chunk": `${CHUNKED}2;x=${LONG.slice(0, 9_000)}\r\n{}\r\n0\r\n\r\n`,
};
for (const [what, answer] of Object.entries(READ_BY_FETCH)) {
  Deno.test(`an answer ${what} is read as fetch reads it`, async () => {
    await using server = countingServer(0, answer);
    assertEquals(await (await fetch(server.url)).text(), "{}");
    using request = guarded(server.url);
    assertEquals(await (await request.fetch(form(server.url), confirmed)).text(), "{}");
  });
}

Deno.test("a field that no header can hold costs no tokens", async () => {
  const answer = ANSWER.replace("\r\n", "\r\nx-trace: a\0b\r\nx y: z\r\nno field\r\n");
  await using server = countingServer(0, answer);
  using request = guarded(server.url);
  assertEquals(await (await request.fetch(form(server.url), confirmed)).text(), "{}");
});

Deno.test("a server that ends each connection is asked four times, and fetch says why", async () => {
  await using server = countingServer(Infinity);
  using request = guarded(server.url);
  const slowly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  const sending = request.fetch({ ...form(server.url), timeout: 2_000 }, slowly);
  assertStringIncludes((await assertRejects(() => sending, CliError)).message, "was cut");
  assertEquals(server.opened(), 4);
});

Deno.test("a server of HTTP/2 alone is asked by fetch", async () => {
  const { caPem, certificatePem: cert, keyPem: key } = await makeCertificate();
  const server = createSecureServer({ cert, key }, (_asked, answer) => answer.end("{}"));
  await using bound = await listening(server);
  const url = `https://127.0.0.1:${bound.port}/oauth/token`;
  using request = guarded(url, [caPem]);
  const answer = await request.fetch({ ...form(url), caCertificates: [caPem] }, confirmed);
  assertEquals([answer.status, await answer.text()], [200, "{}"]);
});

Deno.test("the name and password in an address are sent as fetch sends them", async () => {
  await using server = countingServer();
  const url = server.url.replace("//", "//gate:way@");
  using request = guarded(url);
  await request.fetch(form(url), confirmed);
  assertStringIncludes(server.heard.join().toLowerCase(), "authorization: basic z2f0ztp3yxk=");
});

Deno.test("a connection on which nothing was sent ends with its request", async () => {
  await using sandbox = await startSandbox();
  {
    using _request = guarded(`${sandbox.origin}/oauth/token`, [sandbox.caPem]);
  }
  {
    using request = guarded(`${sandbox.origin}/oauth/token`, [sandbox.caPem]);
    await assertRejects(() =>
      request.fetch(form(`${sandbox.origin}/oauth/token`), () => Promise.reject(new Error("no")))
    );
  }
  assertEquals(sandbox.requests, []); // and no connection is left, which the test's sanitizers see
});
