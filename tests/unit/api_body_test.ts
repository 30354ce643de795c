// What a call sends: byte for byte, and again where that can be.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Body, bodyOf } from "../../src/api/body.ts";
import { CliError } from "../../src/base/errors.ts";
import { tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const MIB = 1024 * 1024;

/** All 256 values, so that nothing takes them for text. */
const BYTES = Uint8Array.from({ length: 256 }, (_, value) => value);

function inputOf(...chunks: Uint8Array<ArrayBuffer>[]) {
  return { input: () => ReadableStream.from(chunks) };
}

const NO_INPUT = inputOf();

async function sent(body: Body): Promise<Uint8Array> {
  return await new Response(body.open()).bytes();
}

Deno.test("a text is sent as UTF-8, as often as needed", async () => {
  const body = await bodyOf('{"name":"Zürich"}', NO_INPUT);
  assert(body.isRepeatable);
  for (const _ of [1, 2]) {
    assertEquals(new TextDecoder().decode(await sent(body)), '{"name":"Zürich"}');
  }
});

Deno.test("a file is sent byte for byte, as often as needed", async () => {
  using dir = tempDir();
  const path = `${dir.path}/bytes`;
  Deno.writeFileSync(path, BYTES);
  const body = await bodyOf(`@${path}`, NO_INPUT);
  assert(body.isRepeatable && body.open() instanceof Uint8Array, "with its length");
  assertEquals([await sent(body), await sent(body)], [BYTES, BYTES]);
});

Deno.test("a long file flows, and is read anew for each sending", async () => {
  using dir = tempDir();
  const path = `${dir.path}/long`;
  Deno.writeFileSync(path, new Uint8Array(17 * MIB).fill(7));
  const body = await bodyOf(`@${path}`, NO_INPUT);
  const first = body.open();
  assert(body.isRepeatable && first instanceof ReadableStream);
  await first.cancel();
  assertEquals((await sent(body)).length, 17 * MIB);
});

for (const name of ["-", "@-"]) {
  Deno.test(`${name} is stdin, and a short one can be sent again`, async () => {
    const body = await bodyOf(name, inputOf(BYTES.subarray(0, 9), BYTES.subarray(9)));
    assert(body.isRepeatable);
    assertEquals([await sent(body), await sent(body)], [BYTES, BYTES]);
  });
}

Deno.test("a long stdin flows, and can be sent once", async () => {
  const chunks = Array.from({ length: 20 }, (_, n) => new Uint8Array(MIB).fill(n));
  const body = await bodyOf("-", inputOf(...chunks));
  assert(!body.isRepeatable);
  const bytes = await sent(body);
  assertEquals(
    Array.from({ length: 20 }, (_, n) => bytes[n * MIB]),
    chunks.map(([first]) => first),
  );
  assertEquals(bytes.length, 20 * MIB);
  assertEquals(assertThrows(() => body.open(), CliError, "once").kind, "unavailable");
});

Deno.test("an empty text and an empty stdin are empty bodies", async () => {
  assertEquals((await sent(await bodyOf("", NO_INPUT))).length, 0);
  assertEquals((await sent(await bodyOf("-", NO_INPUT))).length, 0);
});

Deno.test("a file that cannot be read is a usage error that names the flag", async () => {
  using dir = tempDir();
  for (const path of [`${dir.path}/nothing`, dir.path]) {
    const error = await assertRejects(() => bodyOf(`@${path}`, NO_INPUT), CliError, path);
    assertEquals([error.kind, nextOf(error).includes("--data @FILE")], ["usage", true]);
  }
});

Deno.test({
  name: "a file that cannot be read to its end is named, and is no bug",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const path = "/proc/self/mem"; // its first page is not there
    const error = await assertRejects(() => bodyOf(`@${path}`, NO_INPUT), CliError);
    assertEquals(error.kind, "usage");
    assertStringIncludes(error.message, `Cannot read ${path}: `);
  },
});
