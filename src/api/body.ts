// What a call sends. Rule: a body of any length in little memory, and told whether it can be sent again.

import { CliError } from "../base/errors.ts";
import { openNamedFile } from "../files/named_file.ts";
import type { StreamRequest, System } from "../system/contract.ts";

export interface Body {
  /** The body from its beginning. @throws {CliError} `unavailable` when it was read and cannot be again. */
  open(): NonNullable<StreamRequest["body"]>;
  readonly isRepeatable: boolean;
}

/**
 * Up to here a body is read whole: it is then sent with its length, which some servers want, and can be
 * sent again. Longer ones flow.
 */
const WHOLE = 16 * 1024 * 1024;

/** The body that `--data` names: a text, `@FILE`, or `-` for stdin. */
export async function bodyOf(data: string, system: Pick<System, "input">): Promise<Body> {
  if (data === "-" || data === "@-") return await bodyOfInput(system.input(), unreadableInput);
  if (!data.startsWith("@")) return wholeBody(new TextEncoder().encode(data));
  const { size = 0, open, failure } = openNamedFile(data.slice(1), "--data @FILE");
  return size > WHOLE ? { open, isRepeatable: true } : await bodyOfInput(open(), failure);
}

function wholeBody(bytes: Uint8Array<ArrayBuffer>): Body {
  return { open: () => bytes, isRepeatable: true };
}

async function bodyOfInput(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  failure: (cause: unknown) => CliError,
): Promise<Body> {
  const reader = input.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let length = 0; length <= WHOLE;) {
    const { value, done } = await reader.read().catch((cause) => Promise.reject(failure(cause)));
    if (done) return wholeBody(await new Blob(chunks).bytes());
    length += value.length;
    chunks.push(value);
  }
  reader.releaseLock();
  return streamedBody(chunks, input);
}

/** As of what `nohup` puts in the place of a terminal. */
function unreadableInput(): CliError {
  return new CliError("usage", "Cannot read the data: stdin cannot be read", {
    next: "put the data into a file, for --data @FILE",
  });
}

function streamedBody(
  begun: readonly Uint8Array<ArrayBuffer>[],
  rest: ReadableStream<Uint8Array<ArrayBuffer>>,
): Body {
  let isUsed = false;
  return {
    isRepeatable: false,
    open() {
      if (isUsed) {
        throw new CliError(
          "unavailable",
          "Cannot send the data again with a new access token: stdin can be read once only",
          { next: "the same command again; or put the data into a file, for --data @FILE" },
        );
      }
      isUsed = true;
      return ReadableStream.from(concatenate(begun, rest));
    },
  };
}

async function* concatenate<T>(begun: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* begun;
  yield* rest;
}
