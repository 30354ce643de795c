// Writes to stdout and stderr. Rule: all of it arrives once, whatever reads it; a reader that
// is slow is waited for.

/** A write of so many bytes into a pipe is done whole or not at all (POSIX, PIPE_BUF; Linux). */
const AT_ONCE = 4096;

/**
 * Deno writes to stdout through a line buffer of 1,024 bytes. What is shorter and has no line break is in
 * there for certain, even when it could not be passed on; what is longer and has none goes past it.
 */
const BUFFERED = 1023;

/** How long a slow reader is given before the rest is tried again, in milliseconds. */
const READER_PAUSE = 5;

const LINE_BREAK = 0x0a;
const NOTHING = new Uint8Array();

/**
 * Writes all of it. A pipe or a terminal that another program has made non-blocking says so when it is
 * full, and on stdout does not say how much of a long text it has taken; so that goes in pieces for which
 * this is known.
 */
export function writeAll(stream: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array): void {
  if (stream === Deno.stderr) return writePiece(stream, bytes, false); // has no buffer
  const inPieces = stream.isTerminal() ? shortPieces(bytes) : pieces(bytes);
  for (const piece of inPieces) writePiece(stream, piece, true);
}

function writePiece(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  piece: Uint8Array,
  hasBuffer: boolean,
): void {
  for (let rest = piece, isDone = false; !isDone;) {
    try {
      rest = rest.subarray(stream.writeSync(rest));
      isDone = rest.length === 0;
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      const isTaken = hasBuffer && rest.length <= BUFFERED && !rest.includes(LINE_BREAK);
      if (isTaken) rest = NOTHING; // it only has to be passed on
      pause(READER_PAUSE);
    }
  }
}

/**
 * For a pipe: whole lines, as many as it takes at once. A last line of 1,024 bytes and more goes past the buffer, so
 * only the end of a window is searched: to look at each byte takes longer than to write it.
 */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const window = bytes.subarray(start, start + AT_ONCE);
    const searched = Math.max(window.length - BUFFERED, 0);
    const lines = window.subarray(searched).lastIndexOf(LINE_BREAK) + 1;
    const length = lines === 0 ? window.length : searched + lines;
    yield window.subarray(0, length);
    start += length;
  }
}

/** For a terminal, which may take any part: line breaks alone, and what is between them. */
function* shortPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const window = bytes.subarray(start, start + BUFFERED);
    const line = window.indexOf(LINE_BREAK);
    const piece = window.subarray(0, line < 0 ? window.length : Math.max(line, 1));
    yield piece;
    start += piece.length;
  }
}

/** Stops everything for so many milliseconds; writing is synchronous, and so is waiting for it. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
