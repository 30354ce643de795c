// Anaplan's files: chunks to download, and chunks that are uploaded.
// Rule: a chunk goes through and is never held, whichever way it goes.
import { createHash } from "node:crypto";
import { sendBytes, sendEmpty, sendJson, sendRefusal } from "./answers.ts";
import type { SandboxOptions, Upload } from "./contract.ts";
import { CHUNK_PATH, type Exchange } from "./exchange.ts";
import { chunkPieces, type FileSize, fileSize } from "./file_content.ts";
import { files } from "./lists.ts";

interface DescribedFile {
  readonly id: string;
  readonly name: string;
  readonly chunkCount: number;
}

const FILES = [
  { id: "113000000000", name: "sales.csv", encoding: "UTF-8", format: "txt", separator: "," },
  { id: "113000000001", name: "staff.csv", encoding: "UTF-8", format: "txt", separator: "," },
];
const FILE_PATH = /^\/2\/0\/workspaces\/[^/]+\/models\/[^/]+\/files(?:\/([^/]+)(\/.*)?)?$/;
const OK = { code: 200, message: "Success" };

/** Answers a request for files, and says whether it was one; takes any workspace and model. */
export type FilesRoute = (exchange: Exchange) => Promise<boolean>;

/** Makes the files of one sandbox; what is uploaded is noted in `uploads`. */
export function createFiles(options: SandboxOptions, uploads: Map<string, Upload>): FilesRoute {
  const size = fileSize(options);
  const known = FILES.map((file): DescribedFile => ({ ...file, chunkCount: size.chunkCount }));

  return async (exchange) => {
    const { pathname } = exchange.url;
    const [whole, id, rest = ""] = FILE_PATH.exec(pathname) ?? [];
    if (whole === undefined) return false;
    const call = `${exchange.method} ${rest.replace(/\d+$/, "N")}`;
    const file = known.find((one) => one.id === id);
    if (id === undefined && call === "GET ") files(exchange, known);
    else if (file === undefined) return false;
    else if (call === "GET /chunks") chunkList(exchange, size);
    else if (call === "GET /chunks/N") return await download(exchange, size);
    else if (call === "PUT /chunks/N") await upload(exchange, uploads);
    else if (call === "POST ") announce(exchange, file);
    else if (call === "POST /complete") changed(exchange, file);
    else return false;
    return true;
  };
}

function chunkList(exchange: Exchange, { chunkCount }: FileSize): void {
  sendJson(exchange, 200, {
    meta: { schema: `${exchange.url.origin}/2/0/objects/chunk` },
    status: OK,
    chunks: Array.from({ length: chunkCount }, (_, n) => ({ id: `${n}`, name: `Chunk ${n}` })),
  });
}

/** False when there is no such chunk. */
async function download(exchange: Exchange, size: FileSize): Promise<boolean> {
  const chunk = chunkNumber(exchange);
  if (chunk >= size.chunkCount) return false;
  await sendBytes(exchange, size.chunkBytes, chunkPieces(chunk, size));
  return true;
}

/** Notes an upload only when it came to its end. */
async function upload(exchange: Exchange, uploads: Map<string, Upload>): Promise<void> {
  const { incoming, headers, url } = exchange;
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of incoming) {
    hash.update(piece);
    bytes += piece.length;
  }
  uploads.set(url.pathname, {
    bytes,
    sha256: hash.digest("hex"),
    contentType: headers["content-type"],
    contentLength: headers["content-length"],
  });
  sendEmpty(exchange, 204);
}

/** The client says how many chunks it will upload; -1 is "not known yet". */
function announce(exchange: Exchange, file: DescribedFile): void {
  const chunkCount = announcedCount(exchange.body);
  if (chunkCount !== undefined) return changed(exchange, { ...file, chunkCount });
  sendRefusal(exchange, 400, "chunkCount is missing");
}

function announcedCount(body: string): number | undefined {
  try {
    const { chunkCount } = JSON.parse(body) as { chunkCount?: unknown };
    return typeof chunkCount === "number" ? chunkCount : undefined;
  } catch {
    return undefined;
  }
}

function changed(exchange: Exchange, file: DescribedFile): void {
  const meta = { schema: `${exchange.url.origin}/2/0/objects/file` };
  sendJson(exchange, 200, { meta, status: OK, file });
}

function chunkNumber({ url }: Exchange): number {
  return Number(CHUNK_PATH.exec(url.pathname)?.[1]);
}
