// One call: a refused token is refreshed once, a pause is made as asked, and nothing is sent twice that
// must not be.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { api, type ApiFlags } from "../../src/commands/api.ts";
import { CliError } from "../../src/base/errors.ts";
import { API, failureOf, headerOf, runApi } from "../support/api_scene.ts";
import { type Arranged, START, type StreamStep } from "../support/fake_system.ts";
import {
  answerLost,
  errorAnswer,
  LOGIN,
  STALE,
  tokenAnswer,
  unreachable,
  webPage,
  withoutRefreshToken,
} from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const PATH = "/2/0/users/me";

function paused(status: number, retryAfter?: string): Response {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return new Response("", { status, headers });
}

function tokensIn(streamRequests: Parameters<typeof headerOf>[0][]): (string | undefined)[] {
  return streamRequests.map((request) => headerOf(request, "authorization"));
}

Deno.test("a call goes out once, with the stored token in the header that its API takes", async () => {
  const { system, stdout } = await runApi(PATH, {}, { streams: [new Response("{}")] });
  assertEquals(system.streamRequests.map(({ method, url }) => `${method} ${url}`), [
    `GET ${API}${PATH}`,
  ]);
  assertEquals(tokensIn([...system.streamRequests]), ["Bearer old-access"]);
  assertEquals([stdout, system.requests.length], ["{}", 0]);
});

Deno.test("--scheme sends the token in the other way", async () => {
  const flags: ApiFlags = { scheme: "AnaplanAuthToken" };
  const { system } = await runApi(PATH, flags, { streams: [new Response("{}")] });
  assertEquals(tokensIn([...system.streamRequests]), ["AnaplanAuthToken old-access"]);
});

Deno.test("a stale token is refreshed before the call", async () => {
  const arranged = { network: [tokenAnswer()], streams: [new Response("{}")] };
  const { system } = await runApi(PATH, {}, arranged, STALE);
  assertEquals(tokensIn([...system.streamRequests]), ["Bearer new-access"]);
});

Deno.test("a refused token is refreshed once, and the call made again with the same data", async () => {
  const bodies: unknown[] = [];
  const step = (response: Response): StreamStep => (request) => {
    bodies.push(request.body);
    return response;
  };
  const streams = [step(new Response("", { status: 401 })), step(new Response("done"))];
  const flags = { data: '{"a":1}' };
  const { system, stdout, error } = await runApi(PATH, flags, {
    network: [tokenAnswer()],
    streams,
  });
  assertEquals(tokensIn([...system.streamRequests]), ["Bearer old-access", "Bearer new-access"]);
  assertEquals([stdout, error, bodies[0]], ["done", undefined, bodies[1]]);
});

Deno.test("a token that is refused again after the refresh is exit 3, and its body is printed", async () => {
  const no = (): Response => new Response('{"no":1}', { status: 401 });
  const arranged = { network: [tokenAnswer()], streams: [no(), no()] };
  const { error, stdout, system } = await runApi(PATH, {}, arranged);
  assertEquals([error?.kind, stdout], ["login_required", '{"no":1}']);
  assertEquals([system.streamRequests.length, system.requests.length], [2, 1]);
});

Deno.test("a refused token without a refresh token is exit 3 at once", async () => {
  const arranged = { streams: [new Response("", { status: 401 })] };
  const { error } = await runApi(PATH, {}, arranged, withoutRefreshToken(LOGIN));
  assertEquals(error?.kind, "login_required");
});

Deno.test("when the refresh of a refused token fails, that is what is said", async () => {
  const arranged = {
    network: [errorAnswer(400, "invalid_grant")],
    streams: [new Response("", { status: 401 })],
  };
  const { error, stdout } = await runApi(PATH, {}, arranged);
  assertEquals([error?.kind, error?.oauthError, stdout], ["login_required", "invalid_grant", ""]);
});

Deno.test("a long stdin is not sent again: the token is new, and the next run will do", async () => {
  const long = Array.from({ length: 17 }, () => new Uint8Array(1024 * 1024));
  const drained: StreamStep = async ({ body }) => {
    await new Response(body ?? null).bytes();
    return new Response("", { status: 401 });
  };
  const { error, system } = await runApi(PATH, { data: "-" }, {
    input: () => ReadableStream.from(long),
    network: [tokenAnswer()],
    streams: [drained],
  });
  assertEquals([error?.kind, system.streamRequests.length], ["unavailable", 1]);
  assertStringIncludes(error?.message ?? "", "stdin can be read once only");
});

const ASKED: readonly (readonly [string, number, string])[] = [
  ["seconds", 30_000, "30"],
  ["a date", 45_000, new Date(START + 45_000).toUTCString()],
  ["no time at all", 0, "0"],
];

for (const [form, pause, value] of ASKED) {
  Deno.test(`a 429 that asks for ${form} gets it`, async () => {
    const arranged = { streams: [paused(429, value), new Response("{}")] };
    const { system, talk, stdout } = await runApi(PATH, { data: "{}" }, arranged);
    assertEquals([system.sleeps, stdout], [[pause], "{}"]);
    assertStringIncludes(talk.said.join(), "api.anaplan.com asks for a pause (HTTP 429)");
  });
}

Deno.test("a 429 that says no time gets longer and longer pauses, and an end of them", async () => {
  const streams = Array.from({ length: 20 }, () => paused(429));
  const { system, error, stdout } = await runApi(PATH, {}, { streams });
  assertEquals([error?.kind, stdout, system.streamRequests.length], ["unavailable", "", 8]);
  for (const [index, pause] of system.sleeps.entries()) {
    assert(Math.abs(pause - 1000 * 2 ** index) <= 250 * 2 ** index, `${pause} ms`);
  }
});

for (const value of ["151", "99999999999999999999", "Tue, 24 Nov 2099 09:00:00 GMT"]) {
  Deno.test(`a pause of ${value} is too long to wait for`, async () => {
    const { system, error } = await runApi(PATH, {}, { streams: [paused(429, value)] });
    assertEquals([error?.kind, system.sleeps], ["unavailable", []]);
  });
}

Deno.test("all pauses together are bounded", async () => {
  const streams = Array.from({ length: 20 }, () => paused(503, "60"));
  const { system, error } = await runApi(PATH, {}, { streams });
  assertEquals([error?.kind, system.sleeps], ["unavailable", [60_000, 60_000]]);
});

Deno.test("a token that expires during a pause is refreshed before the next try", async () => {
  const login = { ...LOGIN, expiresAt: START + 80_000 };
  const arranged = { network: [tokenAnswer()], streams: [paused(429, "60"), new Response("{}")] };
  const { system } = await runApi(PATH, {}, arranged, login);
  assertEquals(tokensIn([...system.streamRequests]), ["Bearer old-access", "Bearer new-access"]);
});

const AFTER_503: readonly (readonly [string, string | undefined, number])[] = [
  ["GET", undefined, 2],
  ["PUT", undefined, 2],
  ["DELETE", undefined, 2],
  ["POST", undefined, 1],
  ["PATCH", undefined, 1],
  ["POST", "1", 2],
];

for (const [method, value, times] of AFTER_503) {
  const asks = value === undefined ? "" : " that asks for a pause";
  Deno.test(`after a 503${asks}, ${method} is sent ${times === 1 ? "once" : "again"}`, async () => {
    const arranged = { streams: [paused(503, value), new Response("{}")] };
    const { system } = await runApi(PATH, { method }, arranged);
    assertEquals(system.streamRequests.length, times);
  });
}

for (const [method, times] of [["GET", 2], ["POST", 1], ["PUT", 1], ["PATCH", 1]] as const) {
  Deno.test(`after a lost answer, ${method} is sent ${times === 1 ? "once" : "again"}`, async () => {
    const arranged = { streams: [answerLost(), new Response("{}")] };
    const { system, error } = await runApi(PATH, { method }, arranged);
    assertEquals(system.streamRequests.length, times);
    assertEquals(error?.kind, times === 1 ? "unavailable" : undefined);
  });
}

Deno.test("an answer that is lost twice is not asked for a third time", async () => {
  const { system, error } = await runApi(PATH, {}, { streams: [answerLost(), answerLost()] });
  assertEquals([system.streamRequests.length, error?.kind], [2, "unavailable"]);
});

Deno.test("where no server listens, nothing is repeated", async () => {
  const { system, error } = await runApi(PATH, {}, { streams: [unreachable()] });
  assertEquals([system.streamRequests.length, error?.kind], [1, "unavailable"]);
});

Deno.test("a signal during a pause ends the call, and gives its own reason", async () => {
  const interruption = new AbortController();
  const arranged: Arranged = {
    interruption: () => interruption.signal,
    clockStands: true,
    streams: [() => {
      setTimeout(() => interruption.abort(new CliError("interrupted", "Interrupted")), 5);
      return paused(429, "60");
    }],
  };
  assertEquals((await runApi(PATH, {}, arranged)).error?.kind, "interrupted");
});

Deno.test("a redirect is no answer, and is not followed", async () => {
  const moved = new Response("", { status: 302, headers: { location: "https://evil.example/" } });
  const { system, error, stdout } = await runApi(PATH, {}, { streams: [moved] });
  assertEquals([error?.kind, stdout, system.streamRequests.length], ["unavailable", "", 1]);
});

Deno.test("without a login the exit code is 3, and nothing is sent", async () => {
  using scene = sessionScene(undefined);
  const error = await failureOf(() => api(scene.flags, scene.context, PATH));
  assertEquals([error?.kind, scene.context.system.streamRequests], ["login_required", []]);
});

Deno.test("a page of a proxy with 502 is exit 6, and stdout is empty", async () => {
  const { error, stdout } = await runApi(PATH, {}, { streams: [webPage(502)] });
  assertEquals([error?.kind, stdout], ["unavailable", ""]);
  assert(error?.message.includes("HTTP 502"));
});

Deno.test("words of a refusal never quote the token that was sent", async () => {
  const status = { code: 403, message: "no: old-access may not" };
  const answer = Response.json({ status }, { status: 403 });
  const { error } = await runApi(PATH, {}, { streams: [answer] });
  assertStringIncludes(error?.message ?? "", "no: [secret] may not");
});
