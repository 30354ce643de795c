// What the listener makes of the bytes of a request (RFC 9112), over a plain connection.
import { assertEquals, assertMatch } from "@std/assert";
import { listen } from "../../src/system/listener.ts";
import { talkPlainly } from "../support/raw_traffic.ts";

const HOST = "Host: 127.0.0.1";

/** What is answered to these bytes, and the requests that reached the handler, as method and URL. */
async function ask(bytes: string): Promise<{ answer: string; heard: string[] }> {
  const heard: string[] = [];
  const handle = ({ method, url }: Request): Promise<Response> => {
    heard.push(`${method} ${url}`);
    return Promise.resolve(new Response("hello", { headers: { "x-a": "b" } }));
  };
  const listener = listen({ hostname: "127.0.0.1", port: 0, handle }, () => {});
  if (listener.kind !== "open") throw new Error(`The port is ${listener.kind}`);
  const answer = await talkPlainly(listener.port, bytes);
  await listener.close();
  return { answer, heard };
}

Deno.test("an answer has its length and a date, and ends the connection", async () => {
  const { answer } = await ask(`GET /a?b=c HTTP/1.1\r\n${HOST}\r\n\r\n`);
  assertMatch(answer, /^HTTP\/1\.1 200 \r\n/);
  assertMatch(answer, /\r\nconnection: close\r\n/);
  assertMatch(answer, /\r\ncontent-length: 5\r\n/);
  assertMatch(answer, /\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/);
  assertMatch(answer, /\r\nx-a: b\r\n/);
  assertMatch(answer, /\r\n\r\nhello$/);
});

const HEARD: Readonly<Record<string, [bytes: string, heard: string]>> = {
  "a GET": [`GET /a?b=c HTTP/1.1\r\n${HOST}\r\n\r\n`, "GET http://127.0.0.1/a?b=c"],
  "a GET of HTTP/1.0": [`GET / HTTP/1.0\r\n${HOST}\r\n\r\n`, "GET http://127.0.0.1/"],
  "a path that begins like a host": [
    `GET //x HTTP/1.1\r\n${HOST}\r\n\r\n`,
    "GET http://127.0.0.1//x",
  ],
  "a POST without its body": [
    `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: 9\r\n\r\n`,
    "POST http://127.0.0.1/",
  ],
  "the first of two requests alone": [
    `GET /1 HTTP/1.1\r\n${HOST}\r\n\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n\r\n`,
    "GET http://127.0.0.1/1",
  ],
};
for (const [what, [bytes, expected]] of Object.entries(HEARD)) {
  Deno.test(`${what} is heard`, async () => {
    assertEquals((await ask(bytes)).heard, [expected]);
  });
}

const REFUSED: Readonly<Record<string, [bytes: string, status: number]>> = {
  "an address instead of a path": [`GET http://127.0.0.1/ HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  "a request of another protocol": [`GET / HTTP/2\r\n${HOST}\r\n\r\n`, 400],
  "a method in small letters": [`get / HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  "a method that is for proxies": [`CONNECT / HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  "a folded field": [`GET / HTTP/1.1\r\n${HOST}\r\nA: b\r\n c\r\n\r\n`, 400],
  "a field without a name": [`GET / HTTP/1.1\r\n${HOST}\r\n: b\r\n\r\n`, 400],
  "a field with a blank before the colon": [`GET / HTTP/1.1\r\n${HOST}\r\nA : b\r\n\r\n`, 400],
  "a field with a control character": [`GET / HTTP/1.1\r\n${HOST}\r\nA: b\0\r\n\r\n`, 400],
  "a host that is no host": ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
  "an empty head": ["\r\n\r\n", 400],
  "a head without end": [`GET / HTTP/1.1\r\nA: ${"b".repeat(70_000)}`, 431],
};
for (const [what, [bytes, status]] of Object.entries(REFUSED)) {
  Deno.test(`${what} is answered ${status} and not passed on`, async () => {
    const { answer, heard } = await ask(bytes);
    assertEquals([answer.split("\r\n")[0], heard], [`HTTP/1.1 ${status} `, []]);
  });
}
