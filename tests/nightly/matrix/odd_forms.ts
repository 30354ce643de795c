// Odd forms of a right answer: status, headers, encoding, and the text around the JSON.
import { odd, type OddAnswer } from "./odd_answer.ts";

const MS_PER_BYTE = 50;
/** So many bytes take 26 seconds. */
const DRIPPING = 520;

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const TYPE = "content-type";

/** One answer for each of them. */
export const ODD_FORMS: readonly OddAnswer[] = [
  ...[201, 202, 203, 206].map((status) => odd(`HTTP ${status}`, { status })),
  odd("content type text/plain", { headers: { [TYPE]: "text/plain" } }),
  odd("content type text/html", { headers: { [TYPE]: "text/html; charset=utf-8" } }),
  odd("no content type", { headers: { [TYPE]: undefined } }),
  odd("a damaged content type", { headers: { [TYPE]: ";;=" } }),
  odd("charset utf-16 in the label", { headers: { [TYPE]: "application/json; charset=utf-16" } }),
  odd("no Cache-Control", { headers: { "cache-control": undefined } }),
  odd("a Retry-After", { headers: { "retry-after": "1" } }),
  odd("a BOM in front", { text: (text) => `\ufeff${text}` }),
  odd("line breaks around it", { text: (text) => `\r\n\r\n${text}\r\n` }),
  odd("200 kB of blanks in front", { text: (text) => " ".repeat(200_000) + text }),
  odd("200 kB in another field", { fields: { padding: "x".repeat(200_000) } }),
  odd("duplicate keys, the first one wrong", {
    text: (text) => text.replace("{", '{"token_type":"N_A","refresh_token":"wrong",'),
  }),
  odd("a key that is __proto__", {
    text: (text) => text.replace("{", '{"__proto__":{"refresh_token":"wrong"},'),
  }),
  odd("garbage after the JSON", { text: (text) => `${text}<!-- gateway -->` }),
  odd("another document after it", { text: (text) => `${text}\n{"trace":"x"}` }),
  odd("a prefix against hijacking", { text: (text) => `)]}',\n${text}` }),
  odd("a list around it", { text: (text) => `[${text}]` }),
  odd("a form", {
    text: (text) => `${new URLSearchParams(JSON.parse(text))}`,
    headers: { [TYPE]: "application/x-www-form-urlencoded" },
  }),
  odd("a field in Latin-1", {
    bytes: (text) => {
      const latin1 = text.replace("{", '{"note":"caf\u00e9",');
      return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
    },
  }),
  odd("gzip", { bytes: gzip, headers: { "content-encoding": "gzip" } }),
  odd("1 byte every 50 ms", {
    text: (text) => text.padEnd(DRIPPING),
    msPerByte: MS_PER_BYTE,
  }, { isSlow: true }),
];
