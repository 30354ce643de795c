// Unpacks what a server packed though it was asked not to. Rule: what can be had of a damaged answer is given.

/** The content codings of RFC 9110, section 8.4.1, as the decompressor names them. */
const FORMATS: Readonly<Record<string, CompressionFormat>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "brotli",
};

/** The longest check sum behind what is packed, in bytes. */
const TRAILER = 8;

/** The bytes unpacked, up to the limit or to where they are damaged; as they are when nothing can be unpacked. */
export async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  codings: string | null,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const coding of codings?.toLowerCase().split(",").reverse() ?? []) {
    const format = FORMATS[coding.trim()];
    if (format === undefined) continue;
    const inside = joined(await piecesIn(bytes, format, limit));
    if (inside.length > 0) bytes = inside;
  }
  return bytes;
}

async function piecesIn(
  bytes: Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
  limit: number,
): Promise<Uint8Array[]> {
  const { readable, writable } = new DecompressionStream(format);
  const reader = readable.getReader();
  const writing = write(bytes, writable.getWriter());
  const pieces: Uint8Array[] = [];
  try {
    for (let length = 0; length <= limit;) {
      const { value } = await reader.read();
      if (value === undefined) break;
      length += value.length;
      pieces.push(value);
    }
    await reader.cancel();
  } catch {
    // it is damaged from here on
  }
  await writing;
  return pieces;
}

/** Writes the last bytes one by one: a piece in which a check sum is wrong gives nothing. */
async function write(
  bytes: Uint8Array<ArrayBuffer>,
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const most = Math.max(0, bytes.length - TRAILER);
  try {
    await writer.write(bytes.subarray(0, most));
    for (let at = most; at < bytes.length; at++) await writer.write(bytes.subarray(at, at + 1));
    await writer.close();
  } catch {
    // the reader hears of it
  }
}

/** One piece of many. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
