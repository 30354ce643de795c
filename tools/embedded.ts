// Reads back what `deno compile` has put into an executable: the files, the permissions, where it starts.
// Rule: nothing is run; so it works for every system's file on any system.

import { Buffer } from "node:buffer";

/** What is inside. */
export interface Embedded {
  readonly entrypoint: string;
  readonly permissions: Readonly<Record<string, unknown>>;
  /** The embedded files by their path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What is embedded begins and ends with it (Deno's `cli/lib/standalone/binary.rs`). */
const MAGIC = "d3n0l4nd";

type Entry =
  | { readonly File: { readonly n: string; readonly o: readonly [number, number] } }
  | { readonly Dir: { readonly name: string; readonly entries: readonly Entry[] } };

/** @throws {Error} when nothing is embedded, or it is not laid out as this Deno does it. */
export function readEmbedded(executable: Uint8Array): Embedded {
  const { buffer, byteOffset, byteLength } = executable;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  let at = startOf(bytes);
  const take = (length: number): Buffer => bytes.subarray(at, at += length);
  const takeBlock = (): Buffer => take(Number(take(8).readBigUInt64LE()));
  const { entrypoint_key, permissions } = JSON.parse(takeBlock().toString());
  takeBlock(); // the snapshot of npm packages: none, they are in the bundle
  take(12); // the table of remote modules, empty as well
  const entries: readonly Entry[] = JSON.parse(takeBlock().toString());
  const files = new Map(filesIn(entries, "", takeBlock()));
  return { entrypoint: String(entrypoint_key), permissions, files };
}

function filesIn(entries: readonly Entry[], prefix: string, data: Buffer): [string, Uint8Array][] {
  return entries.flatMap((entry): [string, Uint8Array][] => {
    if ("Dir" in entry) return filesIn(entry.Dir.entries, `${prefix}${entry.Dir.name}/`, data);
    const { n: name, o: [offset, length] } = entry.File;
    return [[prefix + name, data.subarray(offset, offset + length)]];
  });
}

/** Where the metadata begins: its length in eight bytes, and then a JSON object that begins with `argv`. */
function startOf(bytes: Buffer): number {
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    const length = at + MAGIC.length;
    if (bytes.toString("latin1", length + 8, length + 16) === '{"argv":') return length;
  }
  throw new Error("There is no program of `deno compile` inside");
}
