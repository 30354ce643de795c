// The ways on which the browser's answer can come, raced: one wins, and then every way is closed.
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { Attempt } from "../../src/oauth/authorization_code.ts";
import { listenCandidates } from "../../src/oauth/listen_addresses.ts";
import { signedInPage } from "../../src/oauth/page.ts";
import { type AnswerSources, openAnswerSources } from "../../src/oauth/answer_sources.ts";
import { type FakeListener, fakeListener, fakePerson } from "../support/fake_listener.ts";
import { type Arranged, type FakeContext, fakeContext } from "../support/fake_system.ts";
import { REDIRECT_URI, responseQuery, someAttempt } from "../support/oauth.ts";
import { isSettled } from "../support/redirection.ts";
import { nextOf } from "../support/shown.ts";

const MINUTE = 60_000;
const PAGE = signedInPage({
  server: "Anaplan",
  who: "Ada Lovelace, ada@example.com",
  place: "us1, profile default",
});

/** The ways of a new attempt, and what a test needs to walk them. */
interface Scene extends AsyncDisposable {
  readonly attempt: Attempt;
  readonly ways: AnswerSources;
  readonly context: FakeContext;
  readonly listener: FakeListener;
  /** The address that the browser ends on. */
  readonly address: string;
}

async function scene(
  { pasteOnly = false, startPage = false, listener = fakeListener(), ...arranged }:
    & Arranged
    & { pasteOnly?: boolean; startPage?: boolean; listener?: FakeListener } = {},
): Promise<Scene> {
  const attempt = await someAttempt();
  const context = fakeContext({ clockStands: true, serve: listener.serve, ...arranged });
  const candidates = listenCandidates(attempt.redirectUri, []);
  const options = { candidates, certificate: undefined, pasteOnly, startPage };
  const ways = await openAnswerSources(
    () => Promise.resolve(attempt),
    options,
    context.system,
    context.talk,
  );
  const address = `${REDIRECT_URI}?${responseQuery(attempt)}`;
  return {
    attempt,
    ways,
    context,
    listener,
    address,
    [Symbol.asyncDispose]: () => ways[Symbol.asyncDispose](),
  };
}

Deno.test("the browser's answer ends the wait, and the user is no longer asked", async () => {
  const person = fakePerson([]);
  await using at = await scene({ terminal: person.terminal });
  const first = at.ways.first(5 * MINUTE);
  const page = at.listener.visit(at.address);
  const answer = await first;
  assertEquals([answer.method, answer.parameters.get("code")], ["loopback", "a-code"]);
  assertEquals(person.isAsked, false);
  answer.reply(PAGE);
  assertEquals((await page).status, 200);
});

Deno.test("a pasted address ends the wait, and a browser that comes later gets its page", async () => {
  const pasted = Promise.withResolvers<string>();
  await using at = await scene({ terminal: fakePerson([pasted.promise]).terminal });
  pasted.resolve(at.address);
  const answer = await at.ways.first(5 * MINUTE);
  assertEquals([answer.method, answer.parameters.get("code")], ["paste", "a-code"]);
  const page = at.listener.visit(at.address);
  assertEquals(await isSettled(page), false); // the result is not known yet
  const other = at.listener.visit(at.address.replace("a-code", "another"));
  answer.reply(PAGE);
  assertEquals([(await page).status, (await other).status], [200, 400]);
});

Deno.test("what cannot be used is said on a terminal, and the user is asked again", async () => {
  const last = Promise.withResolvers<string>();
  const foreign = `${REDIRECT_URI}?code=c&state=other`;
  const person = fakePerson([foreign, "hello", "notanaddress", "", last.promise]);
  await using at = await scene({ terminal: person.terminal });
  const first = at.ways.first(5 * MINUTE);
  last.resolve(at.address);
  assertEquals((await first).method, "paste");
  assertEquals(person.prompts.length, 5);
  assertEquals(at.context.talk.insisted.length, 3); // an empty line is nothing to talk about
  assertStringIncludes(at.context.talk.insisted[0] ?? "", "another sign-in");
  assertMatch(at.context.talk.insisted[2] ?? "", /paste the whole address\.$/);
});

const ERROR_PAGE =
  "After you sign in, the browser will say that it cannot reach 127.0.0.1. That is expected: " +
  "copy the whole address from its address bar and paste it here";

Deno.test("the user sees how much time is left, and whether a browser can be waited for", async () => {
  const person = fakePerson(["", ""]);
  await using at = await scene({ terminal: person.terminal });
  const error = assertRejects(() => at.ways.first(5 * MINUTE), CliError);
  assertEquals(
    person.prompts[0],
    `Waiting for your browser …${
      " ".repeat(44)
    }5:00 left\nOr paste the address that the browser ends on:\n> `,
  );
  at.context.system.advance(5 * MINUTE);
  await error;
  const paster = fakePerson([]);
  await using alone = await scene({ terminal: paster.terminal, pasteOnly: true });
  const alonesError = assertRejects(() => alone.ways.first(MINUTE), CliError);
  assertStringIncludes(
    paster.prompts[0]?.replaceAll("\n", " ") ?? "",
    ERROR_PAGE + " (1:00 left):",
  );
  alone.context.system.advance(MINUTE);
  await alonesError;
});

Deno.test("without a terminal there is no question, and one line says how long the wait is", async () => {
  await using at = await scene();
  const first = at.ways.first(5 * MINUTE);
  const page = at.listener.visit(at.address);
  const answer = await first;
  assertEquals(at.context.talk.said, ["Waiting up to 5 min for your browser."]);
  answer.reply(PAGE);
  await page;
});

Deno.test("a sign-in that is not completed in time is a timeout, not a millisecond earlier", async () => {
  const person = fakePerson([]);
  await using at = await scene({ terminal: person.terminal });
  const first = at.ways.first(5 * MINUTE);
  at.context.system.advance(5 * MINUTE - 1);
  assertEquals(await isSettled(first), false);
  at.context.system.advance(1);
  const error = await assertRejects(() => first, CliError);
  assertEquals([error.kind, person.isAsked], ["timeout", false]);
  assertEquals(error.message, "You did not complete the sign-in within 5 min");
  assertEquals(nextOf(error), "anaplan-auth login");
  assertStringIncludes(error.more ?? "", "--timeout 15m");
});

Deno.test("an interruption ends the wait and leaves no question on the terminal", async () => {
  const controller = new AbortController();
  const person = fakePerson([]);
  const interruption = (): AbortSignal => controller.signal;
  await using at = await scene({ terminal: person.terminal, interruption });
  const first = at.ways.first(5 * MINUTE);
  controller.abort(new CliError("interrupted", "Interrupted"));
  assertEquals((await assertRejects(() => first, CliError)).kind, "interrupted");
  assertEquals(person.isAsked, false);
});

Deno.test("leaving the ways closes the listener, whatever happened", async () => {
  const { ways, listener } = await scene();
  assertEquals(listener.open, 2);
  await ways[Symbol.asyncDispose]();
  assertEquals(listener.open, 0);
});

Deno.test("a second visitor of the start page ends the wait, and an answer that comes later is not used", async () => {
  const person = fakePerson([]);
  await using at = await scene({ startPage: true, terminal: person.terminal });
  const denied = assertRejects(() => at.ways.first(5 * MINUTE), CliError);
  await at.listener.visit(at.ways.startUrl ?? "");
  assertEquals((await at.listener.visit(at.ways.startUrl ?? "")).status, 400);
  assertEquals([(await denied).kind, person.isAsked], ["denied", false]);
  const page = at.listener.visit(at.address);
  assertEquals([await isSettled(page), at.context.system.requests.length], [false, 0]);
});

Deno.test("the start page is closed when the answer is in, and whenever the ways are left", async () => {
  for (const isAnswered of [true, false]) {
    const at = await scene({ startPage: true });
    assertEquals(at.listener.open, 3);
    if (isAnswered) {
      const first = at.ways.first(MINUTE);
      void at.listener.visit(at.address);
      (await first).reply(PAGE);
      assertEquals(at.listener.open, 2);
    }
    await at.ways[Symbol.asyncDispose]();
    assertEquals(at.listener.open, 0);
  }
});

Deno.test("with --paste no listener is opened", async () => {
  await using at = await scene({ pasteOnly: true });
  assertEquals([at.ways.loopback, at.listener.open], [undefined, 0]);
});

Deno.test("a port that is taken is reported, and a paste still ends the wait", async () => {
  const pasted = Promise.withResolvers<string>();
  const { terminal } = fakePerson([pasted.promise]);
  await using at = await scene({ terminal, listener: fakeListener("taken") });
  assertEquals(at.ways.loopback?.kind, "taken");
  pasted.resolve(at.address);
  assertEquals((await at.ways.first(MINUTE)).method, "paste");
});

/** Waits with `--paste` for what is on a pipe. */
async function piped(line: (address: string) => string | undefined): Promise<string> {
  const text = Promise.withResolvers<string | undefined>();
  await using at = await scene({ pasteOnly: true, terminal: { readPipe: () => text.promise } });
  text.resolve(line(at.address));
  return (await at.ways.first(MINUTE)).parameters.get("code") ?? "";
}

Deno.test("with --paste an address on a pipe is the answer", async () => {
  assertEquals(await piped((address) => address), "a-code");
});

Deno.test("a wrong state on a pipe is denied", async () => {
  const wrong = `${REDIRECT_URI}?code=c&state=other`;
  const error = await assertRejects(() => piped(() => wrong), CliError);
  assertEquals(error.kind, "denied");
});

Deno.test("a pipe that holds no answer is a usage error that says what to send", async () => {
  for (const text of [undefined, "", "hello"]) {
    const error = await assertRejects(() => piped(() => text), CliError);
    assertEquals(error.kind, "usage");
    assertStringIncludes(nextOf(error), "whole address");
  }
});
