// Answers of a token endpoint whose HTTP framing is damaged, from a real server: what came counts.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { pollForTokens } from "../../src/oauth/device.ts";
import type { System } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { DEVICE, keepGrant } from "../support/device.ts";
import { LOGIN } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";
import { testEachWay, type Way } from "../support/ways.ts";

const FIELDS = { access_token: "new-access", refresh_token: "new-refresh", scope: "openid" };
const TOKENS = JSON.stringify(FIELDS);
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/** With a length that is not the body's. */
function longer(body: string, by = 1): string {
  return `${HEAD}content-length: ${body.length + by}\r\n\r\n${body}`;
}

interface RawServer extends AsyncDisposable {
  readonly url: string;
  count: number;
  /** The last request. */
  heard: string;
}

/** A server that sends these bytes as every answer and hangs up. */
function rawServer(answer: string, more: Uint8Array = new Uint8Array()): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const raw = {
    url: `http://127.0.0.1:${listener.addr.port}/oauth/token`,
    count: 0,
    heard: "",
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
  const serving = (async () => {
    for await (using connection of listener) {
      const request = new Uint8Array(65_536);
      const length = await connection.read(request);
      if (length !== null) raw.count++;
      raw.heard = new TextDecoder().decode(request.subarray(0, length ?? 0));
      const bytes = new Uint8Array([...new TextEncoder().encode(answer), ...more]);
      for (let sent = 0; sent < bytes.length;) {
        try {
          sent += await connection.write(bytes.subarray(sent));
        } catch {
          break; // the client has read enough
        }
      }
    }
  })();
  return raw;
}

function systemWith(way: Way): System {
  return { ...denoSystem(), fetch: (request) => way.fetch(request) };
}

/** The tokens are used, all of them, and were asked for once. */
async function assertRefreshed(raw: RawServer, way: Way): Promise<void> {
  const server = { ...SERVER, tokenEndpoint: raw.url };
  const { tokenSet } = await refresh(LOGIN, server, CLIENT, systemWith(way));
  const { accessToken, refreshToken, scope } = tokenSet;
  assertEquals([accessToken.reveal(), refreshToken?.reveal(), scope], Object.values(FIELDS));
  assertEquals(raw.count, 1);
}

const WHOLE: Readonly<Record<string, string>> = {
  "is a byte shorter than it says": longer(TOKENS),
  "follows another one that is not the last": `HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n${
    longer(TOKENS, 0)
  }`,
  "has no length": `${HEAD}\r\n${TOKENS}`,
  "has no last chunk": `${HEAD}transfer-encoding: chunked\r\n\r\n${
    TOKENS.length.toString(16)
  }\r\n${TOKENS}\r\n`,
};
for (const [what, answer] of Object.entries(WHOLE)) {
  testEachWay(`an answer that ${what} is used whole, and is not asked for again`, async (way) => {
    await using raw = rawServer(answer);
    await assertRefreshed(raw, way);
  });
}

/** What fetch does not read. */
const STRANGE: Readonly<Record<string, string>> = {
  "has more than a hundred header lines": HEAD + "x: 1\r\n".repeat(120),
  "has a control character in a header": `${HEAD}x: a\x01b\r\n`,
  "has a blank in a header's name": `${HEAD}x y: a\r\n`,
  "has a head of a megabyte": `${HEAD}x: ${"a".repeat(1_000_000)}\r\n`,
  "has two lengths": `${HEAD}content-length: 1\r\n`,
};
const LONG_HEAD = 65_536;
for (const [what, head] of Object.entries(STRANGE)) {
  testEachWay(
    `an answer that ${what} comes once, and a connection of its own reads it`,
    async (way) => {
      await using raw = rawServer(`${head}content-length: ${TOKENS.length}\r\n\r\n${TOKENS}`);
      if (way.isGuarded && head.length < LONG_HEAD) return await assertRefreshed(raw, way);
      const server = { ...SERVER, tokenEndpoint: raw.url };
      const error = await assertRejects(
        () => refresh(LOGIN, server, CLIENT, systemWith(way)),
        CliError,
        "is not HTTP that this program can read",
      );
      assertEquals([error.kind, error.answerLost, raw.count], ["unavailable", true, 1]);
    },
  );
}

testEachWay("tokens behind more than a megabyte are used", async (way) => {
  const padding = " ".repeat(1_200_000);
  await using raw = rawServer(longer(`${padding}{"msg":"a\nb","data":${TOKENS}}`, 0));
  await assertRefreshed(raw, way);
});

testEachWay(
  "of an answer that is far too long the tokens are used that came at first",
  async (way) => {
    const body = `${TOKENS.slice(0, -1)},"id_token":"${"x".repeat(9_000_000)}"}`;
    await using raw = rawServer(longer(body, 0));
    await assertRefreshed(raw, way);
  },
);

/** Tokens as a server packs them that does not heed what it was asked for, with this much cut off, or damaged. */
async function packed(
  format: "gzip" | "deflate" | "brotli",
  damage: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => bytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const packing = new Blob([TOKENS]).stream().pipeThrough(new CompressionStream(format));
  return damage(await new Response(packing).bytes());
}

const PACKED: Readonly<Record<string, [string, Promise<Uint8Array<ArrayBuffer>>]>> = {
  "by gzip": ["gzip", packed("gzip")],
  "by brotli": ["br", packed("brotli")],
  "as deflate": ["deflate", packed("deflate")],
  "and breaks off before gzip's sum": ["gzip", packed("gzip", (bytes) => bytes.slice(0, -8))],
  "with a wrong sum": [
    "x-gzip",
    packed("gzip", (bytes) => bytes.map((byte, at) => byte ^ Number(at === bytes.length - 6))),
  ],
  "with more behind it": ["gzip", packed("gzip", (bytes) => new Uint8Array([...bytes, 1, 2]))],
  "in name only": ["gzip", Promise.resolve(new TextEncoder().encode(TOKENS))],
};
for (const [how, [coding, bytes]] of Object.entries(PACKED)) {
  testEachWay(
    `an answer is used that is packed ${how}, though no packing was asked for`,
    async (way) => {
      await using raw = rawServer(`${HEAD}content-encoding: ${coding}\r\n\r\n`, await bytes);
      await assertRefreshed(raw, way);
      assertStringIncludes(raw.heard, "accept-encoding: identity\r\n");
    },
  );
}

for (const came of ["", '{"access_token":"new-access","refresh_token":"new-re']) {
  const what = came === "" ? "its first" : "its last";
  testEachWay(
    `a 2xx that breaks off before ${what} byte is asked for once: the refresh token was used`,
    async (way) => {
      await using raw = rawServer(longer(came, 50));
      const server = { ...SERVER, tokenEndpoint: raw.url };
      const error = await assertRejects(
        () => refresh(LOGIN, server, CLIENT, systemWith(way)),
        CliError,
        "it broke off in the middle",
      );
      assertEquals([error.kind, error.answerLost, raw.count], ["unavailable", false, 1]);
    },
  );
}

Deno.test("a 2xx to a poll that breaks off ends the polling: the device code was used", async () => {
  await using raw = rawServer(longer('{"access_token":"new-acc', 50));
  const system = { ...denoSystem(), sleep: () => Promise.resolve() };
  const device = { ...DEVICE, expiresAt: performance.now() + 60_000 };
  const { signal } = new AbortController();
  const server = { ...SERVER, tokenEndpoint: raw.url };
  const polling = pollForTokens(
    device,
    server,
    { clientId: "a-device" },
    system,
    signal,
    keepGrant,
  );
  await assertRejects(() => polling, CliError, "it broke off in the middle");
  assertEquals(raw.count, 1);
});
