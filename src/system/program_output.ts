// Asks a program something and reads what it prints. Rule: it may neither hang nor flood this program, and its
// environment has no secret.

import { ifPossible } from "../base/errors.ts";
import type { ProgramOutput } from "./contract.ts";
import { startProgram } from "./program.ts";

/** How long a program may take, in milliseconds: a person may have to unlock the keychain. */
const PATIENCE = 30_000;
/** How much a program may print on each stream, in bytes. */
const MOST = 64 * 1024;

/** See {@link System.ask}; `patience` in milliseconds. */
export async function ask(
  [program = "", ...args]: readonly string[],
  input: string,
  meanwhile = (): void => {},
  patience = PATIENCE,
): Promise<ProgramOutput> {
  let child: Deno.ChildProcess;
  try {
    child = startProgram(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" });
  } catch (error) {
    const isForbidden = error instanceof Deno.errors.NotCapable;
    const isMissing = error instanceof Deno.errors.NotFound;
    const reason = isForbidden ? error.message : isMissing ? "not found" : "it cannot be executed";
    return { kind: "not started", isForbidden, reason };
  }
  const cut = new AbortController();
  const late = `it took longer than ${patience / 1000} s`;
  cut.signal.addEventListener("abort", () => ifPossible(() => child.kill("SIGKILL")));
  const reading = [child.stdout, child.stderr].map((stream) => readWhole(stream, cut));
  await writeInput(child.stdin, input);
  const limit = AbortSignal.timeout(patience); // the first setTimeout takes 6 ms
  const endLate = (): void => cut.abort(late);
  limit.addEventListener("abort", endLate);
  try {
    meanwhile();
    const [stdout = NOTHING, stderr = NOTHING] = await Promise.all(reading);
    const { code } = await child.status;
    if (cut.signal.aborted) return { kind: "cut", reason: cut.signal.reason };
    return { kind: "ended", code, stdout, stderr };
  } finally {
    limit.removeEventListener("abort", endLate);
  }
}

const NOTHING = new Uint8Array();

async function writeInput(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    // it did not want to read all of it
  }
}

/** All that a stream brings, until `cut`: what the program itself started may hold it open for longer. */
async function readWhole(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  cut: AbortController,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  cut.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  const all = new Uint8Array(MOST);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || cut.signal.aborted) break;
    if (length + value.length > MOST) cut.abort(`it printed more than ${MOST / 1024} KiB`);
    else all.set(value, length);
    length += value.length;
  }
  return all.subarray(0, length);
}
