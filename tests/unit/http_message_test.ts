// Heads of HTTP requests as no normal client writes them.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseHead, readHead } from "../../src/system/http_message.ts";

const OWN = "127.0.0.1:8443";

Deno.test("a request that names our host is for us, whatever else is in its head", () => {
  const text = fc.string({ unit: "binary" });
  const fields = fc.array(fc.tuple(fc.oneof(text, fc.constant("host")), text), { maxLength: 4 });
  fc.assert(fc.property(text, fields, (path, others) => {
    const lines = [`GET /${path} HTTP/1.1`, `host: ${OWN}`];
    const head = [...lines, ...others.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
    const request = parseHead(head, "https");
    if (request?.headers.get("host") !== OWN) return; // refused by its host, or no request at all
    assertEquals(new URL(request.url).origin, `https://${OWN}`);
  }));
});

Deno.test("no bytes at all make the reading of a head fail in another way than by none", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, (head) => void parseHead(head, "http")));
});

Deno.test("a head may come in any pieces, and what comes after it is not read as the head", async () => {
  const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\nbody");
  for (const size of [1, 2, 7, 27, bytes.length]) {
    let at = 0;
    const read = (buffer: Uint8Array): Promise<number | null> => {
      const piece = bytes.subarray(at, at += size);
      buffer.set(piece);
      return Promise.resolve(piece.length || null);
    };
    assertEquals(await readHead({ read }), "GET / HTTP/1.1\r\nhost: a");
  }
});

Deno.test("a peer that ends before its head does has asked nothing", async () => {
  const first = new TextEncoder().encode("GET / HTTP/1.1\r\n");
  assertEquals(await readHead({ read: () => Promise.resolve(null) }, first), undefined);
});

Deno.test("a cookie of another program with letters in UTF-8 makes no request invalid", async () => {
  const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\ncookie: x=Öl\r\n\r\n");
  const head = await readHead({ read: () => Promise.resolve(null) }, bytes);
  assertEquals(parseHead(String(head), "http")?.headers.get("cookie"), "x=\xc3\x96l");
});
