// The connections of `proxy` to an API. Rule: real connections; the clock on the wall is the test's.
import { assertEquals } from "@std/assert";
import { hangUpOn } from "../../src/proxy/hang_up.ts";
import { upstream } from "../../src/proxy/upstream.ts";
import { failureOf } from "../../src/system/proxying.ts";
import { openPool } from "../../src/system/http_pool.ts";
import { inputOf } from "../../src/system/input.ts";
import { peerOn } from "../../src/system/peers.ts";

/** A server that answers each request with the number of its connection. */
function numberingServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let opened = 0;
  const serve = async (connection: Deno.Conn, number: number): Promise<void> => {
    using _connection = connection;
    const answer = new TextEncoder().encode(
      `HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${number}`,
    );
    while (await connection.read(new Uint8Array(10_000)).catch(() => null) !== null) {
      await connection.write(answer);
    }
  };
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const connection of listener) served.push(serve(connection, opened++));
    await Promise.all(served);
  })();
  return {
    origin: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("a connection from before the computer slept is not used again", async () => {
  await using server = numberingServer();
  using connections = upstream([], { openPool, failureOf }, {
    fetchStream: () => Promise.reject(new Error("not by fetch")),
  });
  const { promise: never } = Promise.withResolvers<number>();
  const program = peerOn({ read: () => never, write: () => never }, () => {});
  const ask = async (): Promise<string> => {
    await using answer = await connections.send({
      ...{ method: "GET", origin: server.origin, target: "/", authorization: "x", headers: [] },
      ...{ body: undefined, hangUp: hangUpOn(inputOf(program)) },
    }, true);
    const text = new TextDecoder().decode(await answer.body());
    await answer.body();
    return text;
  };
  assertEquals([await ask(), await ask()], ["0", "0"]);
  const { now } = Date;
  Date.now = () => now() + 3_600_000; // performance.now() does not go on meanwhile
  try {
    assertEquals([await ask(), await ask()], ["1", "1"]);
  } finally {
    Date.now = now;
  }
});
