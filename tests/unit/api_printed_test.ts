// What is printed of an answer: bytes as they came, what a terminal can show, or one JSON value.
import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { forTerminal, progressLine, withProgress } from "../../src/api/flow.ts";
import { api, type ApiFlags } from "../../src/commands/api.ts";
import { hostileText } from "../hostile/hostile_text.ts";
import { failureOf, runApi } from "../support/api_scene.ts";
import { fakeContext, START } from "../support/fake_system.ts";
import { LOGIN, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { nextOf } from "../support/shown.ts";

const PATH = "/2/0/users/me";
const BYTES = Uint8Array.from({ length: 256 }, (_, value) => value);

async function printed(
  body: string | Uint8Array<ArrayBuffer>,
  flags: ApiFlags = {},
  isTerminal = false,
  init: ResponseInit = {},
) {
  const streams = [new Response(body, init)];
  return await runApi(PATH, flags, { streams, terminal: { stdout: isTerminal } });
}

async function shown(...pieces: Uint8Array[]): Promise<string> {
  const chunks = await Array.fromAsync(forTerminal(ReadableStream.from(pieces)));
  return chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("a pipe gets the bytes as they came", async () => {
  const { stdout } = await printed('{"a": 1}');
  assertEquals(stdout, '{"a": 1}');
});

Deno.test("a terminal gets JSON indented, its numbers digit by digit", async () => {
  const text = '{"id":12345678901234567890,"n":1.10,"s":"x"}';
  const { stdout } = await printed(text, {}, true);
  assertEquals(stdout, '{\n  "id": 12345678901234567890,\n  "n": 1.10,\n  "s": "x"\n}\n');
});

Deno.test("--raw gives a terminal the bytes as they came", async () => {
  assertEquals((await printed('{"a":1}\x1b[2J', { raw: true }, true)).stdout, '{"a":1}\x1b[2J');
});

Deno.test("text for a terminal keeps its lines and tabs, and loses what steers", async () => {
  assertEquals(await shown(bytes("a\tb\r\nc\x1b[2J\x07\x9b1m\u202e\n")), "a\tb\nc[2J1m\n");
});

Deno.test("text for a terminal ends with a line break", async () => {
  assertEquals(await shown(bytes("Not Found")), "Not Found\n");
  assertEquals(await shown(), "");
});

Deno.test("a letter that is cut between two pieces is whole", async () => {
  const [first, ...rest] = bytes("ü\n");
  assertEquals(await shown(new Uint8Array([first ?? 0]), new Uint8Array(rest)), "ü\n");
});

Deno.test("JSON for a terminal has escapes for what steers, and means the same", async () => {
  const value = { name: "a\x9b31m\u202e\x7f\u2028" };
  const text = await shown(bytes(JSON.stringify(value)));
  assertEquals(JSON.parse(text), value);
  assertNotMatch(text, /[\x7f-\x9f\u202e\u2028]/);
});

Deno.test("a long text flows to a terminal, and is as harmless", async () => {
  const pieces = Array.from({ length: 10 }, () => bytes("\x1b[31m".repeat(250_000)));
  const text = await shown(...pieces);
  assertEquals([text.length, text.includes("\x1b")], [10 * 250_000 * 4, false]);
});

Deno.test("bytes that are no text are not shown on a terminal, with advice", async () => {
  const { error, stdout } = await printed(BYTES, {}, true);
  assertEquals([error?.kind, stdout], ["usage", ""]);
  assertStringIncludes(nextOf(error), "--output FILE");
});

Deno.test("whatever comes, nothing of it steers a terminal", async () => {
  await fc.assert(fc.asyncProperty(fc.array(hostileText), async (texts) => {
    const pieces = texts.map((text) => bytes(text.replaceAll("\0", "")));
    const text = await shown(...pieces);
    const steering = /(?![\t\n]|\r\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.exec(text);
    assert(steering === null, JSON.stringify(text));
  }));
});

Deno.test("--include has the status line and the headers before the body", async () => {
  const init = { status: 201, statusText: "Created", headers: { "x-a": "1" } };
  const { stdout } = await printed("body", { include: true }, false, init);
  assertEquals(
    stdout,
    "HTTP 201 Created\r\ncontent-type: text/plain;charset=UTF-8\r\nx-a: 1\r\n\r\nbody",
  );
});

Deno.test("a header cannot steer a terminal", async () => {
  const { stdout } = await printed("x", { include: true }, true, { headers: { "x-a": "\x9b2J" } });
  assertStringIncludes(stdout, "x-a: 2J\n");
});

Deno.test("--json is one value on one line, its numbers digit by digit", async () => {
  const { stdout } = await printed('{\n "a": 12345678901234567890 }', { json: true });
  assertEquals(stdout, '{"a":12345678901234567890}\n');
});

Deno.test("--json with --include has the status and the headers beside the body", async () => {
  const init = { headers: { "x-a": "\x9b", "content-type": "a/b" } };
  const { stdout } = await printed("[1]", { json: true, include: true }, false, init);
  assertEquals(JSON.parse(stdout), {
    status: 200,
    headers: { "x-a": "\x9b", "content-type": "a/b" },
    body: [1],
  });
  assert(!stdout.includes("\x9b"));
});

Deno.test("--json of an answer without a body is null", async () => {
  assertEquals((await printed("", { json: true })).stdout, "null\n");
});

const NO_JSON = ["<!doctype html>", '{"a":', "[".repeat(100_000) + "]".repeat(100_000)];

for (const body of NO_JSON) {
  Deno.test(`--json of ${body.slice(0, 20)} is exit 6, and stdout is empty`, async () => {
    const { error, stdout } = await printed(body, { json: true });
    assertEquals([error?.kind, stdout], ["unavailable", ""]);
  });
}

Deno.test("progress is drawn a few times a second, and the bytes are the same", async () => {
  const { system, talk } = fakeContext();
  const pieces = Array.from({ length: 10 }, () => new Uint8Array(1000));
  let length = 0;
  for await (
    const chunk of withProgress(ReadableStream.from(pieces), { total: 10_000 }, { system, talk })
  ) {
    length += chunk.length;
    system.advance(100);
  }
  assertEquals([length, talk.progressed.length], [10_000, 5]);
  assertEquals(talk.progressed[0], "2 of 10 kB   10 kB/s   1 s left");
  assertEquals(system.now(), START + 1000);
});

Deno.test("progress says what is known", () => {
  assertEquals(progressLine(500, {}, 1000), "500 B   500 B/s");
  assertEquals(progressLine(500, { total: 400 }, 1000), "500 B   500 B/s"); // more than was announced
  assertEquals(progressLine(0, { total: 1000 }, 0), "0 B of 1 kB   0 B/s");
  assertEquals(progressLine(10, { chunk: { at: 1, of: 8 } }, 1000), "chunk 1 of 8   10 B   10 B/s");
  const third = { total: 16_800_000, chunk: { at: 3, of: 8 } };
  assertEquals(
    progressLine(6_100_000, third, 1452),
    "chunk 3 of 8   6.1 of about 16.8 MB   4.2 MB/s   3 s left",
  );
});

const REFUSALS: readonly (readonly [number, string, ApiFlags, string, string | undefined])[] = [
  [400, '{"a": 1}', {}, '{"a": 1}', "api"],
  [404, "Not Found", {}, "Not Found", "api"],
  [403, '{\n"a":1}', { json: true }, '{"a":1}\n', "api"],
  [404, "", { json: true }, "", "api"],
  [404, "<html>", { json: true }, "", "unavailable"],
  [404, "<html>", {}, "<html>", "api"],
  [401, "<html>", { json: true }, "", "login_required"],
  [500, '{"a":1}', {}, "", "unavailable"],
  [302, "<html>", {}, "", "unavailable"],
  [304, "", {}, "", undefined],
  [206, "part", {}, "part", undefined],
];

for (const [status, body, flags, stdout, kind] of REFUSALS) {
  const how = flags.json ? ", with --json," : "";
  Deno.test(`${status} with ${JSON.stringify(body)}${how} is ${kind ?? "done"}`, async () => {
    const streams = [new Response(status === 304 ? null : body, { status })];
    const outcome = await runApi(PATH, flags, { streams }, withoutRefreshToken(LOGIN));
    assertEquals([outcome.stdout, outcome.error?.kind], [stdout, kind]);
    assertEquals(outcome.error?.next === undefined, kind === undefined);
  });
}

Deno.test("a refusal's own words are in the error, without what steers a terminal", async () => {
  const body = JSON.stringify({ status: { code: 403, message: "No \x1b[2Jentry" } });
  const { error } = await printed(body, {}, false, { status: 403 });
  assertStringIncludes(error?.message ?? "", "HTTP 403, “No [2Jentry”");
});

Deno.test("a refusal's body is printed byte for byte", async () => {
  using scene = sessionScene(LOGIN, { streams: [new Response(BYTES, { status: 400 })] });
  const seen: number[] = [];
  const error = await failureOf(async () => {
    const { stream } = await api(scene.flags, scene.context, PATH);
    for await (const chunk of stream ?? []) seen.push(...chunk);
  });
  assertEquals([error?.kind, seen], ["api", [...BYTES]]);
});

const CLASHES: readonly (readonly [ApiFlags, string])[] = [
  [{ paginate: true, chunks: true }, "--paginate with --chunks"],
  [{ paginate: true, include: true }, "--paginate with --include"],
  [{ paginate: true, method: "POST" }, "--paginate with anything but GET"],
  [{ chunks: true, data: "x" }, "--chunks with anything but GET"],
  [{ lines: true }, "--lines without --paginate"],
  [{ lines: true, paginate: true, json: true }, "--lines with --json"],
  [{ chunks: true, json: true }, "--chunks with --json, without --output"],
  [{ chunks: true, json: true, output: "-" }, "--chunks with --json, without --output"],
  [{ raw: true, json: true }, "--raw with --json"],
  [{ include: true, output: "file" }, "--include with --output"],
  [{ method: "get", data: "x" }, "--data with GET"],
  [{ method: "TRACE" }, "this --method"],
  [{ method: "A B" }, "this --method"],
];

for (const [flags, words] of CLASHES) {
  Deno.test(`${words} is a usage error (${JSON.stringify(flags)})`, async () => {
    const { error, system } = await runApi(PATH, flags, {});
    assertEquals([error?.kind, error?.message], ["usage", `Cannot use ${words}`]);
    assertEquals(system.streamRequests, []);
  });
}
