// When a refresh is sent again: once after a cut connection, once after a short Retry-After, else never.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { type FakeSystem, fakeSystem, START } from "../support/fake_system.ts";
import { answerLost, LOGIN, tokenAnswer, unreachable } from "../support/logins.ts";
import { CLIENT, formOf, SERVER } from "../support/oauth.ts";

/** The error of a refresh for which everything arranged was asked for. */
async function failure(system: FakeSystem): Promise<CliError> {
  const error = await assertRejects(() => refresh(LOGIN, SERVER, CLIENT, system), CliError);
  assertEquals(system.network.length, 0);
  return error;
}

function tooMany(retryAfter?: string): Response {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return new Response(null, { status: 429, headers });
}

Deno.test("a lost answer is asked for once more, with the same refresh token", async () => {
  const system = fakeSystem({ network: [answerLost(), tokenAnswer()] });
  assertEquals(
    (await refresh(LOGIN, SERVER, CLIENT, system)).tokenSet.accessToken.reveal(),
    "new-access",
  );
  const [first, second] = system.requests.map(formOf);
  assertEquals(first, second);
});

Deno.test("an answer that is lost twice is unavailable", async () => {
  const error = await failure(fakeSystem({ network: [answerLost(), answerLost()] }));
  assertEquals(error.kind, "unavailable");
});

Deno.test("a request that timed out is not sent again: its answer may be late", async () => {
  const timedOut = new CliError("unavailable", "No answer in time", {
    answerLost: true,
    timedOut: true,
  });
  assertEquals((await failure(fakeSystem({ network: [timedOut] }))).kind, "unavailable");
});

Deno.test("a request that never left is not sent again", async () => {
  const error = await failure(fakeSystem({ network: [unreachable()] }));
  assertEquals(error.kind, "unavailable");
});

for (
  const [form, retryAfter] of [
    ["seconds", "10"],
    ["a date", new Date(START + 10_000).toUTCString()],
  ]
) {
  Deno.test(`a 429 is waited out once when Retry-After is 10 s, given as ${form}`, async () => {
    const system = fakeSystem({ network: [tooMany(retryAfter), tokenAnswer()] });
    assertEquals(
      (await refresh(LOGIN, SERVER, CLIENT, system)).tokenSet.accessToken.reveal(),
      "new-access",
    );
    assertEquals(system.sleeps, [10_000]);
  });
}

Deno.test("a 429 that wants more than 10 s, or does not say, is not waited for", async () => {
  const late = new Date(START + 11_000).toUTCString();
  for (const retryAfter of ["11", late, "soon", undefined]) {
    const system = fakeSystem({ network: [tooMany(retryAfter)] });
    assertEquals((await failure(system)).kind, "unavailable");
    assertEquals(system.sleeps, []);
  }
});

Deno.test("a second 429 is unavailable", async () => {
  const system = fakeSystem({ network: [tooMany("1"), tooMany("1")] });
  assertEquals((await failure(system)).kind, "unavailable");
  assertEquals(system.sleeps, [1000]);
});

Deno.test("the time that passed while waiting is not added to the token's life", async () => {
  const system = fakeSystem({ network: [tooMany("10"), tokenAnswer()] });
  const { tokenSet } = await refresh(LOGIN, SERVER, CLIENT, system);
  assert(tokenSet.expiresAt <= system.now() + 2100_000);
});

for (const order of ["before", "after"]) {
  Deno.test(`an answer that is lost ${order} a short Retry-After is asked for once more`, async () => {
    const steps = order === "before" ? [answerLost(), tooMany("1")] : [tooMany("1"), answerLost()];
    const system = fakeSystem({ network: [...steps, tokenAnswer()] });
    assertEquals(
      (await refresh(LOGIN, SERVER, CLIENT, system)).tokenSet.accessToken.reveal(),
      "new-access",
    );
    assertEquals(system.sleeps, [1000]);
  });
}

Deno.test("nothing is sent more than three times", async () => {
  const steps = [answerLost(), tooMany("1"), answerLost()];
  assertEquals((await failure(fakeSystem({ network: steps }))).kind, "unavailable");
});
