// Unpacks what a server packed though it was asked not to. Rule: what can be had of a damaged answer is given.

/** The content codings of RFC 9110, section 8.4.1, as the decompressor names them; some servers send `deflate` bare. */
const FORMATS: Readonly<Record<string, readonly CompressionFormat[]>> = {
  gzip: ["gzip"],
  "x-gzip": ["gzip"],
  deflate: ["deflate", "deflate-raw"],
  br: ["brotli"],
};

/** How often an answer is unpacked at most of which no header says that it is packed. */
const UNNAMED = 2;

/** In how many pieces bytes are unpacked at most; shorter ones one by one. */
const MOST_PIECES = 65_536;

/** The bytes unpacked, up to the limit or to where they are damaged; as they are when nothing can be unpacked. */
export async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  codings: string | null,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const coding of codings?.toLowerCase().split(",").reverse() ?? []) {
    bytes = await firstInside(bytes, FORMATS[coding.trim()] ?? [], limit);
  }
  for (let times = 0; times < UNNAMED; times++) {
    bytes = await firstInside(bytes, formatsOf(bytes), limit);
  }
  return bytes;
}

/** What the first bytes say: RFC 1952, section 2.3.1; RFC 1950, section 2.2. No JSON begins so. */
function formatsOf([first = 0, second = 0]: Uint8Array): readonly CompressionFormat[] {
  if (first === 0x1f && second === 0x8b) return ["gzip"];
  return first === 0x78 && (first * 256 + second) % 31 === 0 ? ["deflate"] : [];
}

async function firstInside(
  bytes: Uint8Array<ArrayBuffer>,
  formats: readonly CompressionFormat[],
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const format of formats) {
    const { inside, isWhole } = await allInside(bytes, format, limit);
    // a bare one has no mark of its own, and text may begin like one
    if (inside.length > 0 && (isWhole || format !== "deflate-raw")) return inside;
  }
  return bytes;
}

/** What is in all that was packed and put one behind the other (RFC 1952, section 2.2), until nothing comes. */
async function allInside(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat, limit: number) {
  const pieces: Uint8Array[] = [];
  let left = limit;
  let isWhole = false;
  for (let rest = bytes; rest.length > 0 && left >= 0;) {
    const part = await partInside(rest, format, left);
    if (part.inside.length === 0) break;
    pieces.push(part.inside);
    left -= part.inside.length;
    isWhole = part.isWhole;
    rest = rest.subarray(part.taken);
  }
  return { inside: joined(pieces), isWhole };
}

/** The part that begins with these bytes, up to the limit, and how many of them are in it. */
async function partInside(
  bytes: Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
  limit: number,
) {
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
    // it is damaged from here on, or another part begins
  }
  return { inside: joined(pieces), ...await writing };
}

/** Writes in small pieces, since one in which something is wrong gives nothing. */
async function write(
  bytes: Uint8Array<ArrayBuffer>,
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
) {
  const step = Math.ceil(bytes.length / MOST_PIECES);
  let at = 0;
  try {
    for (; at < bytes.length; at += step) await writer.write(bytes.subarray(at, at + step));
    await writer.close();
    return { taken: bytes.length, isWhole: true };
  } catch {
    return { taken: Math.max(at, 1), isWhole: false }; // the reader hears of it
  }
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
