// Writes to stdout and stderr. Rule: whatever stands at the other end, all of it arrives once; a reader that
// is slow is waited for.

/** A write of so many bytes into a pipe is done whole or not at all (POSIX, PIPE_BUF; Linux). */
const AT_ONCE = 4096;

/**
 * Deno writes to stdout through a buffer of 1,024 bytes. What is shorter and has no line break is in there
 * for certain, even when it could not be passed on.
 */
const BUFFERED = 1000;

/** How long a slow reader is given before the rest is tried again, in milliseconds. */
const READER_PAUSE = 5;

const LINE_BREAK = 0x0a;
const NOTHING = new Uint8Array();

/**
 * Writes all of it. A pipe or a terminal that another program has made non-blocking says so when it is
 * full, and on stdout does not say how much of a long text it has taken; so that goes in pieces for which
 * this is known.
 */
export function writeAll(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  bytes: Uint8Array,
): void {
  const isWhole = stream === Deno.stderr || (bytes.length <= AT_ONCE && !stream.isTerminal());
  for (const piece of isWhole ? [bytes] : pieces(bytes)) {
    writePiece(stream, piece, stream === Deno.stdout);
  }
}

function writePiece(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  piece: Uint8Array,
  isBuffered: boolean,
): void {
  for (let rest = piece, isDone = false; !isDone;) {
    try {
      rest = rest.subarray(stream.writeSync(rest));
      isDone = rest.length === 0;
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      if (isBuffered && !rest.includes(LINE_BREAK)) rest = NOTHING; // it only has to be passed on
      pause(READER_PAUSE);
    }
  }
}

/** Line breaks alone, and what is between them in short pieces. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_BREAK, start);
    const line = found < 0 ? bytes.length : found;
    const end = line === start ? start + 1 : Math.min(line, start + BUFFERED);
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Stops everything for so many milliseconds; writing is synchronous, and so is waiting for it. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
