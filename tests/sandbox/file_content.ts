// What a file of the sandbox holds: bytes that look random and are the same each time.
// Rule: made piece by piece and never kept, so a file may be larger than memory.
import { createHash } from "node:crypto";
import type { SandboxOptions } from "./contract.ts";

const PIECE = 64 * 1024;

/** How a sandbox's files are cut. */
export interface FileSize {
  readonly chunkCount: number;
  readonly chunkBytes: number;
}

/** The size that the options ask for. */
export function fileSize({ chunkCount = 3, chunkBytes = 1024 * 1024 }: SandboxOptions): FileSize {
  return { chunkCount, chunkBytes };
}

/** The bytes of one chunk; no two chunks are alike. */
export function* chunkPieces(
  chunk: number,
  { chunkBytes }: FileSize,
): Generator<Uint8Array<ArrayBuffer>> {
  let state = Math.imul(chunk + 1, 0x9e3779b1); // odd, so it is 0 for no chunk
  for (let left = chunkBytes; left > 0; left -= PIECE) {
    const words = new Uint32Array(PIECE / 4);
    for (let index = 0; index < words.length; index++) {
      state ^= state << 13; // Marsaglia's xorshift: a few steps a word, and no pattern to be seen
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
    yield new Uint8Array(words.buffer, 0, Math.min(left, PIECE));
  }
}

/** The SHA-256 of a whole file, all its chunks in order, in hexadecimal. */
export function fileSha256(size: FileSize): string {
  const hash = createHash("sha256");
  for (let chunk = 0; chunk < size.chunkCount; chunk++) {
    for (const piece of chunkPieces(chunk, size)) hash.update(piece);
  }
  return hash.digest("hex");
}
