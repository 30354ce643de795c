// Answers of the proxy on their way to a program. Rule: the connection is a slow one, of which each write is seen.
import { assert, assertEquals } from "@std/assert";
import { writeAnswer } from "../../src/proxy/answer.ts";
import type { Peer } from "../../src/system/contract.ts";

const STATUS = { status: 200, statusText: "OK", headers: [] };

function bodyOf(...pieces: string[]): () => Promise<Uint8Array<ArrayBuffer> | undefined> {
  return () => {
    const piece = pieces.shift();
    return Promise.resolve(piece === undefined ? undefined : new TextEncoder().encode(piece));
  };
}

function slowPeer(): Peer & { readonly patience: readonly number[] } {
  const patience: number[] = [];
  function write(this: Peer): Promise<void> {
    patience.push(this.deadline - performance.now());
    return Promise.resolve();
  }
  return {
    deadline: Infinity,
    patience,
    read: () => Promise.resolve(null),
    write,
    writeText: write,
    cut: () => {},
  };
}

for (const [what, length] of [["with its length", 4], ["in chunks", undefined]] as const) {
  Deno.test(`a program that reads nothing of an answer ${what} is cut within 120 seconds`, async () => {
    const peer = slowPeer();
    assertEquals(
      await writeAnswer({ ...STATUS, length, body: bodyOf("ab", "cd") }, "GET", false, peer),
      4,
    );
    assert(peer.patience.length >= 2);
    for (const time of peer.patience) assert(time > 60_000 && time <= 119_000, `${time} ms`);
    assertEquals(peer.deadline, Infinity); // while the API is slow, the program is not to blame
  });
}
