// A login whose redirect URI is elsewhere: the state shows a relay the way, and keeps its strength.
import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { bookmarklet } from "../../src/oauth/relay.ts";
import type { Listening, ListenOptions } from "../../src/system/contract.ts";
import { tokenAnswer } from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { scriptOfBookmarklet, visitRelay } from "../support/relay_visit.ts";
import { ada, type SignIn, signIn } from "../support/sign_in_scene.ts";

const ELSEWHERE = "https://www.anaplan.com/";

/** A person who clicks the bookmarklet on the page that their sign-in ended on. */
interface Relayed extends SignIn {
  /** The states that the authorization endpoint was sent, and the redirect URIs. */
  readonly asked: { state: string; redirectUri: string }[];
}

function relayedSignIn(serve?: (options: ListenOptions) => Promise<Listening>): Relayed {
  const asked: { state: string; redirectUri: string }[] = [];
  const at = signIn([tokenAnswer(), ada()], {
    ...(serve === undefined ? {} : { serve }),
    openBrowser(url) {
      const { searchParams } = new URL(url);
      const state = searchParams.get("state") ?? "";
      asked.push({ state, redirectUri: searchParams.get("redirect_uri") ?? "" });
      const search = `?${new URLSearchParams({ code: "a-code", state })}`;
      const script = scriptOfBookmarklet(bookmarklet("127.0.0.1"));
      for (const target of visitRelay(script, search).targets) void at.listener.visit(target);
      return Promise.resolve(true);
    },
  });
  return { ...at, asked };
}

Deno.test("a bookmarklet brings the answer of a redirect URI elsewhere to the listener", async () => {
  await using at = relayedSignIn();
  const { data } = await login({ ...at.flags, redirectUri: ELSEWHERE }, at.context);
  assertEquals((data as { method: string }).method, "relay");
});

Deno.test("the state of a relay is the listener's port, a dot, and 43 random characters", async () => {
  const randoms = new Set<string>();
  for (let count = 0; count < 2; count++) {
    await using at = relayedSignIn();
    await login({ ...at.flags, redirectUri: ELSEWHERE }, at.context);
    assertMatch(at.asked[0]?.state ?? "", /^8443\.[\w-]{43}$/);
    randoms.add(at.asked[0]?.state ?? "");
  }
  assertEquals(randoms.size, 2);
});

Deno.test("the state names the port that the listener got, not the one it wanted", async () => {
  const taken = (options: ListenOptions): Promise<Listening> =>
    options.port === 8443 ? Promise.resolve({ kind: "taken" }) : at.listener.serve(options);
  await using at = relayedSignIn(taken);
  await login({ ...at.flags, redirectUri: ELSEWHERE }, at.context);
  assertMatch(at.asked[0]?.state ?? "", /^8444\./);
});

Deno.test("a redirect URI on this computer gets a state without a port", async () => {
  let state = "";
  await using at = signIn([tokenAnswer(), ada()], {
    openBrowser(url) {
      state = new URL(url).searchParams.get("state") ?? "";
      void at.listener.visit(`https://127.0.0.1:8443/callback?code=a-code&state=${state}`);
      return Promise.resolve(true);
    },
  });
  await login(at.flags, at.context);
  assertMatch(state, /^[\w-]{43}$/);
});

for (
  const redirectUri of [ELSEWHERE, "https://www.anaplan.com", "https://App.Example.com/Cb?x=%7e"]
) {
  Deno.test(`the redirect URI ${redirectUri} goes byte for byte into both requests`, async () => {
    await using at = relayedSignIn();
    await login({ ...at.flags, redirectUri }, at.context);
    assertEquals(at.asked[0]?.redirectUri, redirectUri);
    assertEquals(formOf(at.context.system.requests[0]).redirect_uri, redirectUri);
  });
}

Deno.test("an answer that comes to the listener with another state is refused, and the wait goes on", async () => {
  let foreign: Promise<Response> | undefined;
  await using at = signIn([tokenAnswer(), ada()], {
    openBrowser(url) {
      const state = new URL(url).searchParams.get("state") ?? "";
      const target = "https://127.0.0.1:8443/callback";
      foreign = at.listener.visit(`${target}?code=evil&state=8443.${"x".repeat(43)}`);
      void at.listener.visit(`${target}?code=a-code&state=${state}`);
      return Promise.resolve(true);
    },
  });
  await login({ ...at.flags, redirectUri: ELSEWHERE }, at.context);
  assertEquals((await foreign)?.status, 400);
  assertEquals(formOf(at.context.system.requests[0]).code, "a-code");
});

Deno.test("a redirect URI elsewhere is explained in three lines of at most 80 columns", async () => {
  await using at = relayedSignIn();
  await login({ ...at.flags, redirectUri: ELSEWHERE }, at.context);
  const told = at.context.talk.insisted.find((text) => text.includes(ELSEWHERE + ","));
  const lines = (told ?? "").trimEnd().split("\n");
  assertEquals(lines.length, 3);
  assertEquals(lines.filter((line) => line.length > 80), []);
  assertStringIncludes(told ?? "", "a button on https://127.0.0.1:");
  assertStringIncludes(told ?? "", "paste it here");
  assertNotEquals(told, undefined);
});
