// A server with one answer, however long it is, and a login that calls it.
// Rule: the answer is made once and sent as it is, so that a server costs a test little.
import { makeCertificate } from "../sandbox/certificate.ts";
import { type StaleLogin, staleLogin } from "../hostile/stale_login.ts";
import { plainServer } from "./plain_server.ts";

const HOUR = 3_600_000;

/** The login's home; the server ends with it. */
export type LongAnswer = Pick<StaleLogin, "path">;

/** Starts a server that gives every request this body, and puts a login for it on the disk. */
export async function longAnswer(
  body: Uint8Array<ArrayBuffer>,
  init: ResponseInit = {},
): Promise<LongAnswer & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const server = undo.use(plainServer(() => new Response(body, init)));
  const { url } = server;
  const directory = await Deno.makeTempDir(); // where no other user can put a CA file
  undo.defer(() => Deno.remove(directory, { recursive: true }));
  const caFile = `${directory}/ca.pem`;
  await Deno.writeTextFile(caFile, (await makeCertificate()).caPem);
  const endpoints = {
    authorization: `${url}/auth/prelogin`,
    token: `${url}/oauth/token`,
    apiUrl: url,
    authUrl: url,
  };
  const home = undo.use(
    await staleLogin({ endpoints, caFile }, { expiresAt: Date.now() + HOUR }),
  );
  const all = undo.move();
  return { path: home.path, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** So many times the same text, packed: a little that becomes a lot. */
export async function compressRepeated(
  text: string,
  times: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const piece = new TextEncoder().encode(text);
  const pieces = ReadableStream.from(Array.from({ length: times }, () => piece));
  return await new Response(pieces.pipeThrough(new CompressionStream("gzip"))).bytes();
}
