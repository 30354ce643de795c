// Which scopes are asked for: what was given by name, else the part of the default that an issuer lists.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login, type LoginFlags } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { loadProfile, type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { ISSUER, metadata } from "../support/issuer_scene.ts";
import { idToken } from "../support/id_token.ts";
import { tokenAnswer } from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { signIn } from "../support/sign_in_scene.ts";

const ADA = (): Response => Response.json({ sub: "ada" });
const DEFAULT = "openid email offline_access";

/** The scope and the prompt of the authorization request; absent ones are `null`. */
async function asked(
  scopes_supported: unknown,
  flags?: Partial<LoginFlags>,
  profile?: Profile,
): Promise<(string | null)[]> {
  let url = "";
  const answer = (): Response => {
    const nonce = new URL(url).searchParams.get("nonce");
    return tokenAnswer(nonce === null ? {} : { id_token: idToken({ nonce }) });
  };
  await using at = signIn([metadata({ scopes_supported }), answer, ADA()], {
    openBrowser(opened) {
      url = opened;
      const { searchParams } = new URL(opened);
      const back = new URLSearchParams({ state: searchParams.get("state") ?? "", code: "a-code" });
      void at.listener.visit(`https://127.0.0.1:8443/callback?${back}`);
      return Promise.resolve(true);
    },
  });
  if (profile !== undefined) saveProfile(at.configDir, "default", profile, () => {});
  await login({ ...at.flags, issuer: ISSUER, ...flags }, at.context);
  assertEquals(loadProfile(at.configDir, "default")?.scope, flags?.scope ?? profile?.scope);
  const { searchParams } = new URL(url);
  return [searchParams.get("scope"), searchParams.get("prompt")];
}

Deno.test("the default scope is asked for where an issuer lists no scopes", async () => {
  assertEquals(await asked(undefined), [DEFAULT, "consent"]);
  assertEquals(await asked([]), [DEFAULT, "consent"]);
});

Deno.test("of the default scope only what an issuer lists is asked for", async () => {
  const all = ["profile", "offline_access", "email", "openid"];
  assertEquals(await asked(all), [DEFAULT, "consent"]);
  assertEquals(await asked(["openid", "email", "profile"]), ["openid email", null]);
  assertEquals(await asked(["openid"]), ["openid", null]);
});

Deno.test("an issuer that lists other scopes alone is asked for none", async () => {
  assertEquals(await asked(["read", "write"]), [null, null]);
});

Deno.test("a scope that is given by name is asked for, whatever an issuer lists", async () => {
  assertEquals(await asked(["openid"], { scope: DEFAULT }), [DEFAULT, "consent"]);
  assertEquals(await asked(["openid"], undefined, { scope: "a b" }), ["a b", null]);
});

Deno.test("by device, only what an issuer lists is asked for", async () => {
  for (const [scopes_supported, scope] of [[["openid"], "openid"], [["read"], undefined]]) {
    const code = { device_code: "d", user_code: "u", verification_uri: ISSUER, expires_in: 9 };
    const steps = [metadata({ scopes_supported }), Response.json(code), tokenAnswer(), ADA()];
    await using at = signIn(steps, { clockStands: false });
    await login({ ...at.flags, issuer: ISSUER, device: true }, at.context);
    assertEquals(formOf(at.context.system.requests[1]).scope, scope);
  }
});

/** What a sign-in says that ends for time. */
async function timeoutNext(flags: Partial<LoginFlags>): Promise<string> {
  const code = { device_code: "d", user_code: "u", verification_uri: ISSUER, expires_in: 900 };
  const pending = (): Response =>
    Response.json({ error: "authorization_pending" }, { status: 400 });
  const steps = [
    ...(flags.issuer === undefined ? [] : [metadata()]),
    ...(flags.device ? [Response.json(code), ...Array.from({ length: 20 }, () => pending)] : []),
  ];
  const openBrowser = (): Promise<boolean> => Promise.resolve(true);
  await using at = signIn(steps, { clockStands: false, openBrowser });
  const timed = { ...at.flags, timeout: 60_000, ...flags };
  const { next = "", more = "" } = await assertRejects(() => login(timed, at.context), CliError);
  return formatWords(next) + more;
}

for (const device of [false, true]) {
  Deno.test(`a sign-in that ends for time${device ? " by device" : ""} names --scope, except at Anaplan`, async () => {
    assertStringIncludes(await timeoutNext({ issuer: ISSUER, device }), "--scope");
    assertEquals((await timeoutNext({ device })).includes("--scope"), false);
  });
}
