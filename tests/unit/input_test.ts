// What comes on a connection: in order, together when it is there, and never later than it could be.
import { assert, assertEquals } from "@std/assert";
import { type Input, inputOf } from "../../src/system/input.ts";
import { peerOn, writeWhole } from "../../src/system/peers.ts";

const RECORD = 16_384;
/** Its memory is as large as it gets after so many bytes. */
const LONG = 8 * RECORD;
const PATIENCE = 60_000;

/** A connection over loopback that has carried a long message: what is written at one end comes at the other. */
async function connected() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [sender, receiver] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  const peer = peerOn(receiver, () => receiver.close());
  const input = inputOf(peer);
  const send = (bytes: Uint8Array): Promise<void> => writeWhole(sender, bytes);
  for (let left = LONG; left > 0;) {
    if (left === LONG) await send(new Uint8Array(LONG));
    left -= (await input.take(left, PATIENCE))?.length ?? left;
  }
  return {
    ...{ peer, input, send },
    end: () => sender.closeWrite(),
    [Symbol.dispose]() {
      for (const end of [sender, receiver]) {
        try {
          end.close();
        } catch {
          // it was cut
        }
      }
    },
  };
}

/** So many bytes, none of them like its neighbors. */
function bytesOf(length: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (from + index) % 251);
}

async function taken(input: Input, most = Infinity): Promise<Uint8Array | undefined> {
  return (await input.take(most, PATIENCE))?.slice();
}

Deno.test("four records that are there come as one piece", async () => {
  using connection = await connected();
  const bytes = bytesOf(4 * RECORD);
  await connection.send(bytes);
  assertEquals(await taken(connection.input), bytes);
});

Deno.test("a record that is there is not kept back for the one that follows", async () => {
  using connection = await connected();
  for (const from of [0, 1, 2, 3, 4, 5]) { // past the end of the memory as well
    const bytes = bytesOf(RECORD, from);
    const coming = taken(connection.input);
    await connection.send(bytes); // the next one is sent when this one has come
    assertEquals(await coming, bytes, `record ${from}`);
  }
});

Deno.test("no byte behind the message is taken from the connection", async () => {
  using connection = await connected();
  await connection.send(bytesOf(3 * RECORD));
  assertEquals(await taken(connection.input, 2 * RECORD), bytesOf(2 * RECORD));
  assert(connection.input.isEmpty());
  const rest = new Uint8Array(2 * RECORD);
  assertEquals(await connection.peer.read(rest), RECORD);
});

Deno.test("what is behind the message in the same record comes with the next one", async () => {
  using connection = await connected();
  await connection.send(bytesOf(2 * RECORD));
  assertEquals(await taken(connection.input, RECORD + 9), bytesOf(RECORD + 9));
  assert(!connection.input.isEmpty());
  assertEquals(await taken(connection.input), bytesOf(RECORD - 9, RECORD + 9));
});

Deno.test("an end comes after all that was sent before it", async () => {
  using connection = await connected();
  await connection.send(bytesOf(2 * RECORD));
  await connection.end();
  assertEquals(await taken(connection.input), bytesOf(2 * RECORD));
  assertEquals(await taken(connection.input), undefined);
  assertEquals(connection.input.error(), undefined);
});

Deno.test("a connection that breaks off while the next record is awaited says so", async () => {
  using connection = await connected();
  await connection.send(bytesOf(RECORD));
  assertEquals(await taken(connection.input), bytesOf(RECORD));
  const coming = taken(connection.input);
  connection.peer.cut();
  assertEquals(await coming, undefined);
  assert(connection.input.error() instanceof Error);
});

Deno.test("a record that is awaited stirs the connection, and comes whole", async () => {
  using connection = await connected();
  await connection.send(bytesOf(RECORD));
  assertEquals(await taken(connection.input), bytesOf(RECORD));
  const stirs = connection.input.stirs();
  await connection.send(bytesOf(100, 7));
  assert(await stirs);
  assertEquals(await taken(connection.input), bytesOf(100, 7));
});

Deno.test("pieces of any length come in order, however they are sent and taken", async () => {
  using connection = await connected();
  const lengths = [1, RECORD - 1, RECORD, RECORD + 1, 70_000, 3, 5 * RECORD, 200_000, 2];
  const bytes = bytesOf(lengths.reduce((sum, length) => sum + length));
  const sending = (async () => {
    let at = 0;
    for (const length of lengths) {
      await connection.send(bytes.subarray(at, at += length));
      if (length % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await connection.end();
  })();
  const came = new Uint8Array(bytes.length);
  let at = 0;
  for (let most = 1; at < bytes.length; most = most * 7 % 90_001 + 1) {
    const piece = await connection.input.take(most, PATIENCE);
    assert(piece !== undefined && piece.length <= most, `${piece?.length} of ${most}`);
    came.set(piece, at);
    at += piece.length;
  }
  await sending;
  assertEquals(came, bytes);
});

Deno.test("a text has one character a byte, and it has the byte's number", async () => {
  using connection = await connected();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (const chosen of [bytes, bytes.subarray(0, 0x80), bytes.subarray(0x80, 0xa0)]) {
    await connection.send(chosen);
    await connection.send(new TextEncoder().encode("\r\n\r\n"));
    const text = await connection.input.textUntil("\r\n\r\n", 1_000);
    assertEquals(Array.from(text ?? "", (character) => character.charCodeAt(0)), [...chosen]);
  }
});

Deno.test("to read the lines of a text takes no longer for what is behind each of them", async () => {
  using connection = await connected();
  const lines = 80_000;
  const line = Uint8Array.of(0x31, 0xe9, 0x0d, 0x0a); // no ASCII, which is the slow way
  const bytes = Uint8Array.from({ length: lines * 4 }, (_, index) => line[index % 4] ?? 0);
  const sending = connection.send(bytes);
  const began = performance.now();
  for (let count = 0; count < lines; count++) {
    assertEquals(await connection.input.textUntil("\r\n", 100), "1\xe9");
  }
  const took = performance.now() - began;
  await sending;
  assert(took < 2_000, `${took} ms`);
});
