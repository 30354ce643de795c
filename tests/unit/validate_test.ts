// The command `validate`: what Anaplan says about the token, and what it says when it says nothing.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { Answer } from "../../src/command.ts";
import { validate } from "../../src/commands/validate.ts";
import { CliError } from "../../src/base/errors.ts";
import { clockTime } from "../../src/base/times.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { type FakeContext, type NetworkStep, START } from "../support/fake_system.ts";
import { ISSUER_PROFILE, issuerScene } from "../support/issuer_scene.ts";
import { LOGIN, STALE, tokenAnswer, unreachable, webPage } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { ada } from "../support/sign_in_scene.ts";

const END = START + 17 * 60_000;
const VALID = (): Response =>
  Response.json({ status: "SUCCESS", tokenInfo: { expiresAt: END, tokenId: "t" } });
const failed = (status: number, code: string): Response =>
  Response.json({ status: code, statusMessage: "No" }, { status });

interface Validated extends FakeContext {
  readonly reply: Answer;
}

async function validated(
  network: readonly NetworkStep[],
  login: TokenSet = LOGIN,
): Promise<Validated> {
  using scene = sessionScene(login, { network });
  const reply = await validate(scene.flags, scene.context);
  assertEquals(scene.context.system.network.length, 0);
  return { ...scene.context, reply };
}

Deno.test("a token that Anaplan knows is valid until when Anaplan says", async () => {
  const { reply, system } = await validated([VALID()]);
  assertEquals(reply.data, {
    valid: true,
    expires_at: new Date(END).toISOString(),
    checked_with: "token/validate",
  });
  assertMatch(
    formatWords(reply.text),
    new RegExp(`^The access token is valid until ${clockTime(END, START)} \\(17 min\\)`),
  );
  assertEquals(reply.outcome, undefined);
  assertEquals(system.requests[0]?.url, "https://auth.anaplan.com/token/validate");
  assertEquals(system.requests[0]?.headers?.authorization, "AnaplanAuthToken old-access");
});

Deno.test("without Anaplan's own time the token's is said", async () => {
  const { reply } = await validated([Response.json({ status: "SUCCESS" })]);
  assertEquals(
    (reply.data as { expires_at: string }).expires_at,
    new Date(LOGIN.expiresAt).toISOString(),
  );
});

for (
  const [what, step] of [
    ["FAILURE_BAD_CREDENTIAL", () => failed(401, "FAILURE_BAD_CREDENTIAL")],
    ["FAILURE_BAD_CREDENTIAL with 200", () => failed(200, "FAILURE_BAD_CREDENTIAL")],
    ["FAILURE_BAD_HEADER", () => failed(400, "FAILURE_BAD_HEADER")],
    ["an empty 401", () => new Response(null, { status: 401 })],
    ["a web page with 403", () => webPage(403)],
    ["a 404", () => new Response(null, { status: 404 })],
  ] as const
) {
  Deno.test(`${what} does not decide about an OAuth token: that is said, and users/me does`, async () => {
    const { reply, talk, system } = await validated([step(), ada()]);
    assertEquals(reply.data, {
      valid: true,
      expires_at: new Date(LOGIN.expiresAt).toISOString(),
      checked_with: "users/me",
    });
    assertStringIncludes(talk.said.join("\n"), "auth.anaplan.com rejects the token (");
    assertMatch(system.requests[1]?.url ?? "", /\/2\/0\/users\/me$/);
    assertEquals(system.requests[1]?.headers?.authorization, "Bearer old-access");
  });
}

Deno.test("users/me that rejects the token makes it invalid, exit 3, and there is still a reply", async () => {
  for (const code of ["FAILURE_BAD_HEADER", "FAILURE_BAD_CREDENTIAL"]) {
    const { reply } = await validated([failed(401, code), new Response(null, { status: 401 })]);
    assertEquals(reply.outcome, "login_required");
    assertEquals(reply.data, { valid: false, expires_at: null, checked_with: "users/me" });
    assertMatch(
      formatWords(reply.text),
      /^The access token is no longer valid.*\nNext: anaplan-auth refresh/s,
    );
  }
});

Deno.test("an outage says nothing about the token: it is unavailable", async () => {
  const outages = [
    () => [new Response(null, { status: 503 })],
    () => [new Response(null, { status: 429 })],
    () => [webPage(200)],
    () => [unreachable()],
    () => [new Response(null, { status: 401 }), webPage(502)],
  ];
  for (const network of outages) {
    const error = await assertRejects(() => validated(network()), CliError);
    assertEquals(error.kind, "unavailable");
  }
});

Deno.test("a stale token is refreshed before Anaplan is asked", async () => {
  const { reply, system } = await validated([tokenAnswer(), VALID()], STALE);
  assertEquals((reply.data as { valid: boolean }).valid, true);
  assertEquals(system.requests[1]?.headers?.authorization, "AnaplanAuthToken new-access");
});

Deno.test("validate without a login is login_required, and sends nothing", async () => {
  using scene = sessionScene(undefined);
  const error = await assertRejects(() => validate(scene.flags, scene.context), CliError);
  assertEquals([error.kind, scene.context.system.requests.length], ["login_required", 0]);
});

Deno.test("an authentication service that is named is asked even with an issuer", async () => {
  const profile = { ...ISSUER_PROFILE, authUrl: "https://auth.example.com" };
  using scene = issuerScene(LOGIN, [VALID()], { profile });
  await validate(scene.flags, scene.context);
  const urls = scene.context.system.requests.map(({ url }) => url);
  assertEquals(urls, ["https://auth.example.com/token/validate"]);
});

Deno.test("Anaplan's status is a code, or quoted, and brings no control character", async () => {
  const statuses = { "FAILURE_OTHER": "(FAILURE_OTHER)", "BAD\x1b[31m one": "(“BAD[31m one”)" };
  for (const [status, shown] of Object.entries(statuses)) {
    const { talk } = await validated([failed(400, status), ada()]);
    assertStringIncludes(talk.said.join("\n"), `rejects the token ${shown}`);
  }
});

Deno.test("at an issuer userinfo decides where the named service does not, and Anaplan is not named", async () => {
  const profile = { ...ISSUER_PROFILE, authUrl: "https://auth.example.com" };
  const network = [new Response(null, { status: 404 }), Response.json({ sub: "1" })];
  using scene = issuerScene(LOGIN, network, { profile });
  const { text, data } = await validate(scene.flags, scene.context);
  assertEquals((data as { checked_with: string }).checked_with, "userinfo");
  assertMatch(formatWords(text), /^The access token is valid until .*, checked with userinfo\.$/);
  assertMatch(scene.context.talk.said.join("\n"), /Asking userinfo instead\.$/);
});
