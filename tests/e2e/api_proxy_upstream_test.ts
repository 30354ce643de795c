// `proxy`: its own connections to the API, and answers that are not what they should be.
// Rule: raw bytes by real HTTPS; what is not clear is no answer, and what broke off never looks whole.
import { assert, assertEquals } from "@std/assert";
import type { Socket } from "node:net";
import { type ProxyScene, proxyScene, sendRaw, statusOf } from "../support/proxy_scene.ts";

const OK = "HTTP/1.1 200 OK\r\n";
const A_MOMENT = 100;

/** The whole of what a server sends, which no program may take for an answer. */
const UNCLEAR: readonly (readonly [string, string])[] = [
  ["a length and chunks", `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok`],
  ["two lengths", `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`],
  ["the same length twice", `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`],
  ["a list of lengths", `${OK}Content-Length: 2, 2\r\n\r\nok`],
  ["a length with a sign", `${OK}Content-Length: +2\r\n\r\nok`],
  ["a length with a blank that is none", `${OK}Content-Length: 2\xa0\r\n\r\nok`],
  ["two codings", `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ["an unknown coding", `${OK}Transfer-Encoding: xchunked\r\n\r\nok`],
  ["chunks of HTTP/1.0", `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ["a folded header", `${OK}X: a\r\n b\r\nContent-Length: 2\r\n\r\nok`],
  ["a bare line feed in the head", `${OK}X: a\nContent-Length: 2\r\n\r\nok`],
  ["bare line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"],
  ["a bare carriage return", `${OK}X: a\rb\r\nContent-Length: 2\r\n\r\nok`],
  ["a zero byte", `${OK}X: a\0b\r\nContent-Length: 2\r\n\r\nok`],
  ["a space before the colon", `${OK}Content-Length : 2\r\n\r\nok`],
  ["a header without a name", `${OK}: 2\r\nContent-Length: 2\r\n\r\nok`],
  ["another version", "HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok"],
  ["another protocol", `HTTP/1.1 101 Switching\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`],
  ["hints without end", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(30)],
  ["a head without end", `${OK}X: ${"y".repeat(70_000)}`],
  ["what is no HTTP", "220 mail.example ESMTP\r\n\r\n"],
];

/** Sends bytes in place of an answer. */
function answerRaw({ upstream }: ProxyScene, text: string, closes = true): void {
  upstream.answer = (_asked, _response, { socket }) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (closes) socket.end(bytes);
    else socket.write(bytes);
  };
}

function ask(scene: ProxyScene, method = "GET", path = "/2/0/x", headers = ""): Promise<string> {
  const head = `${method} /${scene.secret}${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
  return sendRaw(scene, head);
}

/** What comes behind the head. */
function bodyIn(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

Deno.test("an answer of which it is not clear where it ends is no answer, and is asked for once", async (test) => {
  await using scene = await proxyScene();
  for (const [name, text] of UNCLEAR) {
    await test.step(name, async () => {
      answerRaw(scene, text);
      const before = scene.upstream.asked.length;
      const response = await scene.ask("/2/0/x", { method: "POST" });
      assertEquals([response.status, (await response.json()).error.kind], [503, "unavailable"]);
      assertEquals(scene.upstream.asked.length - before, 1);
    });
  }
});

for (
  const [what, text] of [
    ["a length that is not reached", `${OK}Content-Length: 9\r\n\r\nhalf`],
    ["a chunk that is not complete", `${OK}Transfer-Encoding: chunked\r\n\r\n9\r\nhalf`],
    ["no last chunk", `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
    ["no end of the trailers", `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n`],
    ["a chunk of no size", `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nx\r\n`],
    ["a chunk longer than its size", `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalfway\r\n`],
    [
      "a line feed in a chunk's extension",
      `${OK}Transfer-Encoding: chunked\r\n\r\n4;\nx\r\nhalf\r\n0\r\n\r\n`,
    ],
    [
      "a carriage return in a chunk's extension",
      `${OK}Transfer-Encoding: chunked\r\n\r\n4;\rx\r\nhalf\r\n0\r\n\r\n`,
    ],
    [
      "a line feed in the trailers",
      `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n\nX: y\r\n\r\n`,
    ],
    [
      "a zero in the trailers",
      `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX: \0\r\n\r\n`,
    ],
    ["a chunk of a size with a sign", `${OK}Transfer-Encoding: chunked\r\n\r\n-4\r\nhalf\r\n`],
  ] as const
) {
  Deno.test(`an answer with ${what} never looks whole`, async () => {
    await using scene = await proxyScene();
    answerRaw(scene, text);
    const answer = await ask(scene);
    const isWhole = /content-length: 9/.test(answer)
      ? bodyIn(answer).length >= 9
      : answer.endsWith("0\r\n\r\n");
    assertEquals([statusOf(answer) === 200, isWhole], [true, false], answer);
  });
}

Deno.test("an answer that ends with its connection is whole only when that was closed in order", async () => {
  await using scene = await proxyScene();
  answerRaw(scene, `${OK}X: 1\r\n\r\nall of it`);
  assertEquals(bodyIn(await ask(scene)), "9\r\nall of it\r\n0\r\n\r\n");
  scene.upstream.answer = (_asked, _response, { socket }) => {
    socket.write(`${OK}X: 1\r\n\r\nhalf`, () => setTimeout(() => socket.destroy(), 50));
  };
  const answer = await ask(scene);
  assert(!answer.endsWith("0\r\n\r\n"), answer);
});

Deno.test("hints before an answer are left out, and so are trailers", async () => {
  await using scene = await proxyScene();
  const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  answerRaw(
    scene,
    `${hint}${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: trailer\r\n\r\n`,
  );
  const answer = await ask(scene);
  assertEquals(bodyIn(answer), "2\r\nok\r\n0\r\n\r\n");
  assert(!/link|trailer/i.test(answer), answer);
});

Deno.test("answers without a body end with their head, whatever it says", async () => {
  await using scene = await proxyScene();
  for (const [status, method] of [[204, "GET"], [304, "GET"], [200, "HEAD"]] as const) {
    answerRaw(scene, `HTTP/1.1 ${status} x\r\nETag: 1\r\nContent-Length: 5\r\n\r\n`, false);
    const answer = await ask(scene, method);
    assertEquals([statusOf(answer), bodyIn(answer)], [status, ""], answer);
  }
});

/** Answers each request with the number of its connection, which is a new one for each new number. */
function numbersConnections({ upstream }: ProxyScene): Set<unknown> {
  const sockets = new Set<unknown>();
  upstream.answer = (_asked, response, { socket }) => {
    sockets.add(socket);
    response.end(String([...sockets].indexOf(socket)));
  };
  return sockets;
}

Deno.test("a connection is used again for what may be sent twice, and never for anything else", async () => {
  await using scene = await proxyScene();
  numbersConnections(scene);
  const number = async (method: string): Promise<string> =>
    await (await scene.ask("/2/0/x", { method })).text();
  assertEquals([await number("GET"), await number("GET")], ["0", "0"]);
  assertEquals([await number("POST"), await number("PUT")], ["1", "2"]);
  assertEquals(scene.upstream.asked.length, 4);
});

for (const idle of [0, A_MOMENT]) {
  Deno.test(`a connection that the API closed ${idle} ms ago costs no answer`, async () => {
    await using scene = await proxyScene();
    const sockets = numbersConnections(scene);
    assertEquals(await (await scene.ask("/2/0/x")).text(), "0");
    for (const socket of sockets) (socket as { end(): void }).end();
    await new Promise((resolve) => setTimeout(resolve, idle));
    assertEquals(await (await scene.ask("/2/0/x")).text(), "1");
    if (idle > 0) assertEquals(scene.upstream.asked.length, 2); // it was noticed before a request was sent
  });
}

Deno.test("a connection that was closed meanwhile is not the one failure that a request may have", async () => {
  await using scene = await proxyScene();
  const sockets = numbersConnections(scene);
  assertEquals(await (await scene.ask("/2/0/x")).text(), "0");
  const { answer } = scene.upstream;
  scene.upstream.answer = (_asked, _response, { socket }) => {
    if (!sockets.has(socket)) scene.upstream.answer = answer;
    socket.destroy();
  };
  assertEquals(await (await scene.ask("/2/0/x")).text(), "1");
});

Deno.test("what comes behind an answer, or unasked, is no answer to the next request", async () => {
  await using scene = await proxyScene();
  const stray = `HTTP/1.1 408 Late\r\nContent-Length: 5\r\n\r\nstray`;
  answerRaw(scene, `${OK}Content-Length: 3\r\n\r\none${stray}`, false);
  assertEquals(bodyIn(await ask(scene)), "one");
  const sockets = numbersConnections(scene);
  assertEquals(bodyIn(await ask(scene)), "0");
  for (const socket of sockets) (socket as { write(text: string): void }).write(stray);
  await new Promise((resolve) => setTimeout(resolve, A_MOMENT));
  assertEquals(bodyIn(await ask(scene)), "1");
});

Deno.test("an answer that came unasked shifts no answer to the request after its own", async () => {
  await using scene = await proxyScene();
  scene.upstream.answer = ({ url }, response, { socket }) => {
    response.end(url);
    if (url === "/2/0/a") setTimeout(() => socket.write(`${OK}Content-Length: 5\r\n\r\nstray`), 20);
  };
  assertEquals(bodyIn(await ask(scene, "GET", "/2/0/a")), "/2/0/a");
  for (const path of ["/2/0/b", "/2/0/c"]) {
    assertEquals(bodyIn(await ask(scene, "GET", path)), path);
  }
});

Deno.test("a body behind an answer that has none is no answer to the next request, however late it comes", async () => {
  await using scene = await proxyScene();
  for (const [status, method] of [[204, "GET"], [304, "GET"], [200, "HEAD"]] as const) {
    scene.upstream.answer = (_asked, _response, { socket }) => {
      socket.write(`HTTP/1.1 ${status} x\r\nContent-Length: 43\r\n\r\n`);
      setTimeout(() => socket.write(`${OK}Content-Length: 5\r\n\r\nstray`), A_MOMENT);
    };
    await (await scene.ask("/2/0/x", { method })).text();
    scene.upstream.answer = (_asked, response) => {
      setTimeout(() => response.end("own"), 2 * A_MOMENT);
    };
    assertEquals(await (await scene.ask("/2/0/x")).text(), "own", `behind ${status} to ${method}`);
  }
});

Deno.test("headers with other characters than ASCII pass byte by byte", async () => {
  await using scene = await proxyScene();
  const name = "\xc3\x9cbersicht Stra\xc3\x9fe \xe9 \x80"; // in UTF-8, in Latin-1, and in neither
  const header = `x-name: ${name}`;
  scene.upstream.answer = ({ headers }, _response, { socket }) => {
    const body = `${headers["x-name"]}`.padEnd(70_000, "b"); // too long to be written with its head
    const text = `${OK}${header}\r\nContent-Length: 70000\r\n\r\n${body}`;
    socket.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  };
  const answer = await ask(scene, "GET", "/2/0/x", `${header}\r\n`);
  assertEquals([answer.includes(`\r\n${header}\r\n`), bodyIn(answer).length], [true, 70_000]);
  assert(bodyIn(answer).startsWith(`${name}bb`), answer.slice(0, 200));
});

Deno.test("a connection on which a body was refused, and may be unread, carries no other request", async () => {
  await using scene = await proxyScene();
  scene.upstream.flowing = true;
  scene.upstream.answer = ({ method }, response, { socket }) => {
    if (method === "GET") return response.end("own");
    socket.pause();
    socket.write("HTTP/1.1 413 x\r\nContent-Length: 2\r\n\r\nno");
  };
  const refused = await scene.ask("/2/0/x", { method: "POST", body: new Uint8Array(300_000) });
  assertEquals([refused.status, await refused.text()], [413, "no"]);
  const signal = AbortSignal.timeout(5_000);
  assertEquals(await (await scene.ask("/2/0/x", { signal })).text(), "own");
});

Deno.test("however many requests may not be sent twice, no more connections are kept than were used at once", async () => {
  await using scene = await proxyScene();
  const sockets = numbersConnections(scene) as Set<Socket>;
  for (let count = 0; count < 10; count++) {
    await (await scene.ask("/2/0/x", { method: "POST" })).text();
  }
  await new Promise((resolve) => setTimeout(resolve, A_MOMENT));
  const open = [...sockets].filter(({ destroyed }) => !destroyed);
  assertEquals([sockets.size, open.length], [10, 1]);
});
