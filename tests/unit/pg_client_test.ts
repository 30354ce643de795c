// One connection to a server that is not what it should be. Rule: the server is a socket that speaks as much of
// PostgreSQL's protocol as a test needs, and hears each byte that is sent.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { parseAddress } from "../../src/store/store_choice.ts";
import { openConnection, type PgConnection } from "../../src/store/engines/pg_client.ts";
import type { System } from "../../src/system/contract.ts";
import { fakeSystem } from "../support/fake_system.ts";

const PASSWORD = "correct-horse-battery-staple";

/** A server that says something once it heard the start of a connection; all that it heard. */
async function heardBy(
  talk: (connection: Deno.Conn) => Promise<void>,
  visit: (port: number) => Promise<void>,
): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let heard = "";
  const served = (async () => {
    using connection = await listener.accept();
    const bytes = new Uint8Array(8192);
    await connection.read(bytes);
    heard += new TextDecoder().decode(bytes);
    await talk(connection).catch(() => {}); // it was cut off
    for (let count; (count = await connection.read(bytes).catch(() => null)) !== null;) {
      heard += new TextDecoder().decode(bytes.subarray(0, count));
    }
  })();
  await visit(listener.addr.port);
  await served;
  return heard;
}

function connect(
  port: number,
  system: Partial<Pick<System, "waiting">> = {},
): Promise<PgConnection> {
  const address = parseAddress(`postgresql://anaplan:${PASSWORD}@127.0.0.1:${port}/db`, "a test");
  return openConnection(address, { ...fakeSystem(), ...system });
}

/** A message of the protocol: its type, its length and what is in it. */
function message(type: string, ...body: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([type.charCodeAt(0), 0, 0, 0, body.length + 4, ...body]);
}

const AUTHENTICATED = message("R", 0, 0, 0, 0);

Deno.test("notices without end are cut off", async () => {
  let sent = 0;
  await heardBy(
    async (server) => {
      await server.write(AUTHENTICATED);
      const notice = message("N", 77, ...new Array(200).fill(120), 0, 0);
      const notices = new Uint8Array(1000 * notice.length);
      for (let at = 0; at < notices.length; at += notice.length) notices.set(notice, at);
      for (;; sent += notices.length) await server.write(notices);
    },
    async (port) => {
      const error = await assertRejects(() => connect(port), CliError);
      assertStringIncludes(error.message, "it sent more than 8 MiB at once");
    },
  );
  assert(sent < 32 << 20, `${sent} bytes were sent`);
});

Deno.test("a row without end is cut off, and the connection is not used again", async () => {
  await heardBy(
    async (server) => {
      await server.write(AUTHENTICATED);
      await server.write(message("Z", 73));
      await server.write(new Uint8Array([68, 127, 255, 255, 255])); // a row of 2 GiB
      for (const bytes = new Uint8Array(1 << 20);;) await server.write(bytes);
    },
    async (port) => {
      await using connection = await connect(port);
      const error = await assertRejects(() => connection.query("SELECT 1"), CliError);
      assertStringIncludes(error.message, "it sent more than 8 MiB at once");
      assertEquals(connection.isBroken(), true);
    },
  );
});

const SCRAM = Array.from(new TextEncoder().encode("SCRAM-SHA-256\0\0"));
const WAYS: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>[], string]>> = {
  "GSSAPI": [[message("R", 0, 0, 0, 7)], "a way of signing in that this program does not know"],
  "an unknown SASL mechanism": [
    [message("R", 0, 0, 0, 10, 88, 0, 0)],
    "a way of signing in that this program does not know",
  ],
  "SCRAM without its nonce": [
    [message("R", 0, 0, 0, 10, ...SCRAM), message("R", 0, 0, 0, 11, 120)],
    "it did not prove that it knows the password",
  ],
};
for (const [way, [answers, reason]] of Object.entries(WAYS)) {
  Deno.test(`a server that answers with ${way} is not said to want a password or to be cut`, async () => {
    await heardBy(
      async (server) => {
        for (const answer of answers) {
          await server.write(answer);
          await server.read(new Uint8Array(8192)); // what it is answered with, or the end
        }
      },
      async (port) => {
        const error = await assertRejects(() => connect(port), CliError);
        assertEquals(error.kind, "storage");
        assertStringIncludes(error.message, reason);
      },
    );
  });
}

Deno.test("no variable of PostgreSQL's changes how a connection begins", async () => {
  const variables = {
    PGOPTIONS: "-c role=other",
    PGREPLICATION: "database",
    PGAPPNAME: "other",
    PGSSLNEGOTIATION: "direct",
  };
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    const heard = await heardBy(
      async (server) => void await server.write(message("R", 0, 0, 0, 3)),
      async (port) => void await assertRejects(() => connect(port), CliError),
    );
    assertStringIncludes(
      heard.slice(4), // its length
      "\0\x03\0\0user\0anaplan\0database\0db\0application_name\0anaplan-auth\0client_encoding\0UTF8\0\0",
    );
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
});

Deno.test("a terminal shows what is waited for, until the answer came or the wait failed", async () => {
  const waits: string[] = [];
  const waiting = (what: string): Promise<Disposable> => {
    waits.push(`begins: ${what}`);
    return Promise.resolve({ [Symbol.dispose]: () => void waits.push("ends") });
  };
  let name = "";
  await heardBy(
    async (server) => {
      assertEquals(waits, [`begins: ${name}`]);
      await server.write(AUTHENTICATED);
      await server.write(message("Z", 73));
      await server.read(new Uint8Array(8192)); // the query; the connection ends without an answer
      server.close();
    },
    async (port) => {
      name = `127.0.0.1:${port}`;
      await using connection = await connect(port, { waiting });
      assertEquals(waits, [`begins: ${name}`, "ends"]);
      await assertRejects(() => connection.query("SELECT 1"), CliError);
    },
  ).catch(() => {}); // the server was closed by hand
  assertEquals(waits, [`begins: ${name}`, "ends", `begins: ${name}`, "ends"]);
});

for (const [how, request] of Object.entries({ "in clear text": [3], "as MD5": [5, 1, 2, 3, 4] })) {
  Deno.test(`a server without TLS gets no password ${how}`, async () => {
    const heard = await heardBy(
      async (server) => void await server.write(message("R", 0, 0, 0, ...request)),
      async (port) => {
        const error = await assertRejects(() => connect(port), CliError);
        assertStringIncludes(error.message, "it wants the password itself");
        assertEquals(error.kind, "storage");
      },
    );
    assertStringIncludes(heard, "user\0anaplan");
    assertEquals(heard.split("\0p")[1], undefined, "no message with a password");
  });
}
