// Answers that a server packed though it was asked not to, in every way that servers do.
import { assertEquals } from "@std/assert";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { unpacked } from "../../src/system/unpacked.ts";

const TEXT = `{"access_token":"a","refresh_token":"r","scope":"${"open ".repeat(40)}"}`;
const BYTES = new TextEncoder().encode(TEXT);
const LIMIT = 1 << 20;

async function textIn(packed: Iterable<number>, codings: string | null): Promise<string> {
  return new TextDecoder().decode(await unpacked(new Uint8Array(packed), codings, LIMIT));
}

const PACKED: Readonly<Record<string, readonly [Iterable<number>, string | null]>> = {
  "in two parts, one behind the other": [
    [...gzipSync(BYTES.subarray(0, 40)), ...gzipSync(BYTES.subarray(40))],
    "gzip",
  ],
  "with something behind it": [[...gzipSync(BYTES), ...new Uint8Array(16).fill(7)], "gzip"],
  "as bare deflate": [deflateRawSync(BYTES), "deflate"],
  "as deflate of RFC 1950": [deflateSync(BYTES), "deflate"],
  "as Brotli": [brotliCompressSync(BYTES), "br"],
  "twice, and named twice": [gzipSync(gzipSync(BYTES)), "gzip, gzip"],
  "twice, and named once": [gzipSync(gzipSync(BYTES)), "gzip"],
  "without a header that says so": [gzipSync(BYTES), null],
  "and called identity": [gzipSync(BYTES), "identity"],
  "as another format than the header says": [gzipSync(BYTES), "br"],
  "not at all, under each name": [BYTES, "gzip, deflate, br"],
};
for (const [how, [packed, codings]] of Object.entries(PACKED)) {
  Deno.test(`an answer that is packed ${how} is read whole`, async () => {
    assertEquals(await textIn(packed, codings), TEXT);
  });
}

Deno.test("no text is taken for bare deflate, whatever it begins with", async () => {
  for (let code = 0x20; code < 0x7f; code++) {
    const text = `${String.fromCharCode(code)} and some words behind it`;
    assertEquals(await textIn(new TextEncoder().encode(text), "deflate"), text);
  }
});

Deno.test("of an answer that is damaged in the middle, what came before is given", async () => {
  const packed = gzipSync(BYTES, { level: 0 });
  packed.fill(255, 60);
  assertEquals((await textIn(packed, "gzip")).slice(0, 45), TEXT.slice(0, 45));
});

Deno.test("what is unpacked ends soon after the limit", async () => {
  const packed = new Uint8Array(gzipSync(gzipSync(new Uint8Array(64 << 20))));
  const { length } = await unpacked(packed, "gzip", LIMIT);
  assertEquals(length < 2 * LIMIT, true, `${length}`);
});
