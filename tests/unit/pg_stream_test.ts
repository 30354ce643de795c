// The stream that pg speaks through. Rule: the server is a real socket that does what no PostgreSQL would, and hears each
// byte; a test that leaves something open fails.
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { openConnection } from "../../src/store/engines/pg_client.ts";
import { type PgStream, pgStream } from "../../src/store/engines/pg_stream.ts";
import { openWire } from "../../src/store/engines/pg_wire.ts";
import { parseAddress } from "../../src/store/store_choice.ts";
import { fakeSystem } from "../support/fake_system.ts";

const AUTHENTICATED = [82, 0, 0, 0, 8, 0, 0, 0, 0];
const READY = [90, 0, 0, 0, 5, 73];
const SSL_REQUEST = [0, 0, 0, 8, 4, 210, 22, 47];

const addressAt = (port: number, search = "") =>
  parseAddress(`postgresql://anaplan:pw@localhost:${port}/db${search}`, "a test");

/** A server of one connection, and who visits it; ends when both have. */
async function served(
  talk: (server: Deno.TcpConn) => Promise<void>,
  visit: (port: number) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "localhost", port: 0 });
  const serving = (async () => {
    using server = await listener.accept();
    await talk(server);
  })();
  await visit(listener.addr.port);
  await serving;
}

const bytesOf = (...bytes: readonly number[]) => new Uint8Array(bytes);

/** Everything that still comes, until the other side has ended. */
async function rest(server: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const bytes = new Uint8Array(65_536);
  for (let count; (count = await server.read(bytes).catch(() => null)) !== null;) {
    pieces.push(bytes.slice(0, count));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** What happens to a stream, until it is closed. */
function events(stream: PgStream): { readonly names: string[]; readonly closed: Promise<void> } {
  const names: string[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  stream.on("connect", () => names.push("connect"));
  stream.on("error", () => names.push("error"));
  stream.on("close", () => {
    names.push("close");
    resolve();
  });
  return { names, closed };
}

for (const [said, message] of [[78, "it offers no TLS"], [69, "the connection was cut"]] as const) {
  Deno.test(`a server that answers ${said} to the request for TLS hears nothing more`, () =>
    served(async (server) => {
      await server.read(new Uint8Array(8));
      await server.write(bytesOf(said));
      assertEquals(await rest(server), bytesOf());
    }, async (port) => {
      const address = addressAt(port, "?sslmode=verify-full");
      const failure = await assertRejects(
        () => openConnection(address, fakeSystem()),
        CliError,
      );
      assertStringIncludes(failure.message, message);
    }));
}

Deno.test("what comes in plain text behind the answer for TLS is not taken for the server's", () =>
  served(async (server) => {
    const request = new Uint8Array(64);
    const count = await server.read(request) ?? 0;
    assertEquals(request.subarray(0, count), bytesOf(...SSL_REQUEST));
    await server.write(bytesOf(83, ...AUTHENTICATED, ...READY));
    const heard = new TextDecoder().decode(await rest(server));
    assert(!heard.includes("anaplan\0"), "the start of a session was sent in plain text");
  }, async (port) => {
    const address = addressAt(port, "?sslmode=verify-full");
    await assertRejects(() => openConnection(address, fakeSystem()), CliError);
  }));

/** How far a server goes before it answers nothing more. */
const FROZEN: Readonly<Record<string, readonly number[]>> = {
  "before it answers the request for TLS": [],
  "in the middle of the TLS handshake": [83],
};

for (const [when, answer] of Object.entries(FROZEN)) {
  Deno.test(`a stream to a server that freezes ${when} can be destroyed`, async () => {
    const [heard, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await served(async (server) => {
      await server.read(new Uint8Array(8));
      await server.write(bytesOf(...answer));
      if (answer.length > 0) await server.read(new Uint8Array(65_536)); // the handshake's first message
      heard.resolve();
      await gone.promise; // Deno keeps the descriptor of a handshake until the server ends it
    }, async (port) => {
      const stream = pgStream(openWire(addressAt(port, "?sslmode=verify-full"), []));
      const { names, closed } = events(stream);
      stream.connect();
      await heard.promise;
      stream.destroy(new Error("too late"));
      stream.destroy(new Error("again"));
      assertEquals(stream.writable, false);
      await closed;
      assertEquals(names, ["error", "close"]);
      gone.resolve();
    });
  });
}

Deno.test("a stream that is destroyed while it connects never does", async () => {
  await served(async (server) => void await rest(server), async (port) => {
    const stream = pgStream(openWire(addressAt(port), []));
    const { names, closed } = events(stream);
    stream.connect();
    stream.destroy();
    await closed;
    (await Deno.connect({ hostname: "localhost", port })).close(); // the server waits for a connection
    assertEquals(names, ["close"]);
  });
});

Deno.test("a server that ends its side ends the stream, and the query that waits", () =>
  served(async (server) => {
    const bytes = new Uint8Array(8192);
    await server.read(bytes);
    await server.write(bytesOf(...AUTHENTICATED, ...READY));
    await server.read(bytes);
    await server.closeWrite();
    await rest(server); // ends, since the stream has closed its side
  }, async (port) => {
    await using connection = await openConnection(addressAt(port), fakeSystem());
    const failure = await assertRejects(() => connection.query("SELECT 1"), CliError);
    assertStringIncludes(failure.message, "the connection was cut");
    assertEquals(connection.isBroken(), true);
  }));

Deno.test("a server that speaks another protocol is a failure of the connection and no crash", () =>
  served(async (server) => {
    await server.read(new Uint8Array(8192));
    await server.write(new TextEncoder().encode("R\0\0\0\0\0\0\0"));
    await rest(server);
  }, async (port) => {
    await assertRejects(
      () => openConnection(addressAt(port), fakeSystem()),
      CliError,
    );
  }));

Deno.test("what is written to a server that does not read waits, and arrives in its order", async () => {
  const long = new Uint8Array(8 << 20).map((_, index) => index % 251);
  const reads = Promise.withResolvers<void>();
  await served(async (server) => {
    await reads.promise;
    const heard = await rest(server);
    const sent = await new Blob([bytesOf(1, 2), long, bytesOf(3)]).arrayBuffer();
    assert(
      Buffer.compare(heard, new Uint8Array(sent)) === 0,
      "something is missing, or not in its place",
    );
  }, async (port) => {
    const stream = pgStream(openWire(addressAt(port), []));
    const { names, closed } = events(stream);
    const connected = new Promise<void>((resolve) => stream.on("connect", resolve));
    stream.connect();
    await connected;
    const done: number[] = [];
    const ended = Promise.withResolvers<void>();
    stream.write(bytesOf(1));
    stream.write(bytesOf(2), () => done.push(2));
    stream.write(long, () => done.push(8));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(done, []);
    stream.write(bytesOf(3), () => ended.resolve());
    stream.end();
    assertEquals(stream.write(bytesOf(4)), false);
    reads.resolve();
    await ended.promise;
    await closed; // the server has also ended its side
    assertEquals([names, done], [["connect", "close"], [2, 8]]);
  });
});

Deno.test("what is written in one go is one piece on the wire", async () => {
  const pieces: Uint8Array[] = [];
  const stream = pgStream(openWire(addressAt(1), [], () =>
    Promise.resolve({
      read: () => new Promise(() => {}),
      write: (bytes) => {
        pieces.push(bytes);
        return Promise.resolve(1); // and the rest of it comes again
      },
      endWrites: () => Promise.resolve(),
      encrypt: () => Promise.resolve(),
      cut() {},
    })));
  const connected = new Promise<void>((resolve) => stream.on("connect", resolve));
  stream.connect();
  await connected;
  await new Promise<void>((resolve) => {
    stream.write(bytesOf(1));
    stream.write(bytesOf(2));
    stream.write(bytesOf(3), resolve);
  });
  assertEquals(pieces.map((piece) => [...piece]), [[1, 2, 3], [2, 3], [3]]);
});
