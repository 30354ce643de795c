// Reads back what `deno compile` has put into an executable: the files, the permissions, where it starts.
// Rule: nothing is run; so it works for every system's file on any system.

/** What is inside. */
export interface Embedded {
  readonly entrypoint: string;
  readonly permissions: Readonly<Record<string, unknown>>;
  /** The embedded files by their path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Stands before and behind what is embedded (Deno's `cli/lib/standalone/binary.rs`). */
const MAGIC = new TextEncoder().encode("d3n0l4nd");

type Entry =
  | { readonly File: { readonly n: string; readonly o: readonly [number, number] } }
  | { readonly Dir: { readonly name: string; readonly entries: readonly Entry[] } };

/** @throws {Error} when nothing is embedded, or it is not laid out as this Deno does it. */
export function readEmbedded(executable: Uint8Array): Embedded {
  const start = startOf(executable);
  const view = new DataView(executable.buffer, executable.byteOffset);
  let at = start;
  const take = (length: number): Uint8Array => executable.subarray(at, at += length);
  const takeLength = (): number => Number(view.getBigUint64((at += 8) - 8, true));
  const takeJson = (): unknown => JSON.parse(new TextDecoder().decode(take(takeLength())));
  const metadata = takeJson() as Readonly<Record<string, unknown>>;
  take(takeLength()); // the snapshot of npm packages: none, they are in the bundle
  take(12); // the table of remote modules, empty as well
  const entries = takeJson() as readonly Entry[];
  const length = takeLength();
  const data = take(length);
  const files = new Map<string, Uint8Array>();
  collect(entries, "", data, files);
  return {
    entrypoint: String(metadata.entrypoint_key),
    permissions: metadata.permissions as Readonly<Record<string, unknown>>,
    files,
  };
}

function collect(
  entries: readonly Entry[],
  prefix: string,
  data: Uint8Array,
  files: Map<string, Uint8Array>,
): void {
  for (const entry of entries) {
    if ("File" in entry) {
      const { n: name, o: [offset, length] } = entry.File;
      files.set(prefix + name, data.subarray(offset, offset + length));
    } else collect(entry.Dir.entries, `${prefix}${entry.Dir.name}/`, data, files);
  }
}

/** Where the length of the metadata stands, which is a JSON object that begins with `argv`. */
function startOf(executable: Uint8Array): number {
  const opening = new TextEncoder().encode('{"argv":');
  for (let at = find(executable, MAGIC, 0); at >= 0; at = find(executable, MAGIC, at + 1)) {
    const behind = at + MAGIC.length + 8;
    if (opening.every((byte, index) => executable[behind + index] === byte)) {
      return at + MAGIC.length;
    }
  }
  throw new Error("There is no program of `deno compile` inside");
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
