// The command `login`, with a browser that is a function: the story of a sign-in and its endings.
import { formatWords } from "../../src/base/words.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { currentProfile } from "../../src/settings/location.ts";
import { loadProfile, saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { dateTime } from "../../src/base/times.ts";
import { START } from "../support/fake_system.ts";
import {
  boundTo,
  errorAnswer,
  LOGIN,
  putLogin,
  storedLogin,
  tokenAnswer,
  unreachable,
} from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { ada, signIn } from "../support/sign_in_scene.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("login saves the tokens, tells terminal and browser who signed in, and closes the listener", async () => {
  await using at = signIn([tokenAnswer({ scope: "openid" }), ada()]);
  const { text, data } = await login({ ...at.flags, region: "eu2" }, at.context);
  const until = dateTime(START + 12 * 3_600_000).slice(11);
  assertEquals(formatWords(text).split("\n"), [
    "✓ Signed in as Ada Lovelace <ada@example.com>, Anaplan eu2.",
    `  Saved as profile default. You stay signed in until about ${until} (12 h).`,
    "",
    "Next: anaplan-auth whoami",
  ]);
  assertEquals(data, {
    profile: "default",
    region: "eu2",
    scope: "openid",
    expires_at: new Date(START + 35 * 60_000).toISOString(),
    method: "loopback",
  });
  assertEquals(storedLogin(at.configDir).refreshToken?.reveal(), "new-refresh");
  assertStringIncludes(
    await (await at.page).text(),
    "Ada Lovelace, ada@example.com</p>\n<p>eu2, profile default</p>",
  );
  assertEquals(at.listener.open, 0);
});

Deno.test("login saves what it was given in the profile, and no secret", async () => {
  await using at = signIn([tokenAnswer(), ada()], { env: { ANAPLAN_CLIENT_SECRET: "hush-hush" } });
  await login({ ...at.flags, region: "eu2", scope: "openid" }, at.context);
  assertEquals(loadProfile(at.configDir, "default"), {
    region: "eu2",
    clientId: "a-client",
    scope: "openid",
  });
  assertEquals(currentProfile(at.configDir), "default");
  const text = Deno.readTextFileSync(`${at.configDir}/profiles/default.json`);
  assert(!text.includes("hush-hush"));
});

Deno.test("the tokens are on the disk before the browser and the terminal say so", async () => {
  let isSaved = false;
  await using at = signIn([tokenAnswer(), () => {
    isSaved = storedLogin(at.configDir).accessToken.reveal() === "new-access";
    return ada();
  }]);
  await login(at.flags, at.context);
  assert(isSaved);
});

Deno.test("signals wait from the exchange to the disk, and not while a person acts", async () => {
  const held: boolean[] = [];
  await using at = signIn([() => {
    held.push(at.context.system.signalsHeld);
    return tokenAnswer();
  }, ada()], {
    openBrowser(url) {
      held.push(at.context.system.signalsHeld);
      const { searchParams } = new URL(url);
      const address = `${searchParams.get("redirect_uri")}?code=c&state=${
        searchParams.get("state")
      }`;
      void at.listener.visit(address);
      return Promise.resolve(true);
    },
  });
  await login(at.flags, at.context);
  assertEquals([held, at.context.system.signalsHeld], [[false, true], false]);
});

Deno.test("a sign-in works even if no server says who signed in", async () => {
  for (const step of [unreachable(), new Response(null, { status: 401 })]) {
    await using at = signIn([tokenAnswer(), step]);
    const { text } = await login(at.flags, at.context);
    assertStringIncludes(
      formatWords(text),
      "✓ Signed in, Anaplan us1.\n  Saved as",
    );
    assertStringIncludes(await (await at.page).text(), "The login is saved.");
  }
});

Deno.test("the page waits for who signed in for a second at most", async () => {
  const late = Promise.withResolvers<Response>();
  await using at = signIn([tokenAnswer(), () => {
    setTimeout(() => at.context.system.advance(1_000));
    return late.promise;
  }]);
  const reply = login(at.flags, at.context);
  assertStringIncludes(await (await at.page).text(), "The login is saved.");
  late.resolve(ada());
  assertStringIncludes(formatWords((await reply).text), "Signed in as Ada Lovelace"); // the terminal can wait longer
});

Deno.test("a login without a refresh token succeeds with a warning", async () => {
  await using at = signIn([tokenAnswer({ refresh_token: undefined }), ada()]);
  await login(at.flags, at.context);
  assertEquals(at.context.talk.warned.length, 1);
  assertStringIncludes(at.context.talk.warned[0] ?? "", "no refresh token");
});

/** A login that another client was signed in with. */
const OF_ANOTHER_CLIENT = { ...LOGIN, clientId: "another-client" };

Deno.test("a new login ends the session of another client, and spoils nothing when that fails", async () => {
  for (const ending of [new Response(null, { status: 204 }), unreachable()]) {
    await using at = signIn([tokenAnswer(), ada(), ending, ada()], { previous: OF_ANOTHER_CLIENT });
    await login(at.flags, at.context);
    const { requests } = at.context.system;
    assertEquals(new URL(requests[2]?.url ?? "").pathname, "/token/logout");
    assertEquals(requests[2]?.headers?.authorization, "AnaplanAuthToken old-access");
    assertEquals(at.context.talk.warned, []);
  }
});

Deno.test("a login of the same client is not ended: servers end its whole grant, the new tokens with it", async () => {
  await using at = signIn([tokenAnswer(), ada()], { previous: LOGIN });
  await login(at.flags, at.context);
  assertEquals(at.context.system.requests.length, 2);
});

Deno.test("a new login that ended together with the one before it is login_required", async () => {
  const network = [
    tokenAnswer(),
    ada(),
    new Response(null, { status: 204 }),
    errorAnswer(401, "x"),
  ];
  await using at = signIn(network, { previous: OF_ANOTHER_CLIENT });
  const error = await assertRejects(() => login(at.flags, at.context), CliError);
  assertEquals([error.kind, nextOf(error)], ["login_required", "anaplan-auth login"]);
  assertStringIncludes(error.message, "the server ended it together with the previous one");
});

Deno.test("with --paste the pasted address signs in, without a browser and without a listener", async () => {
  await using at = signIn([tokenAnswer(), ada()], {
    env: { ANAPLAN_CLIENT_SECRET: "client-secret" },
    serve: () => Promise.reject(new Error("a listener was opened")),
    openBrowser: () => Promise.reject(new Error("the browser was opened")),
    terminal: {
      stdin: true,
      stderr: true,
      readLine() {
        const { searchParams } = new URL(at.context.talk.insisted[1] ?? "");
        const back = `?code=a-code&state=${searchParams.get("state")}`;
        return Promise.resolve(searchParams.get("redirect_uri") + back);
      },
    },
  });
  const { data } = await login({ ...at.flags, paste: true }, at.context);
  assertEquals((data as { method: string }).method, "paste");
});

Deno.test("the previous session is ended where it was, not at the new login's server", async () => {
  await using at = signIn([tokenAnswer(), ada(), new Response(null, { status: 204 }), ada()]);
  saveProfile(at.configDir, "default", { region: "eu3", clientId: "another-client" }, () => {});
  const settings = loadSettings({ configDir: at.configDir }, at.context.system);
  putLogin(at.configDir, boundTo(OF_ANOTHER_CLIENT, settings));
  await login({ ...at.flags, region: "us1" }, at.context);
  assertEquals(at.context.system.requests[2]?.url, "https://eu3.auth.anaplan.com/token/logout");
});

Deno.test("what another command saved while a login waited is kept, and what it was given is added", async () => {
  await using at = signIn([() => {
    const saved = { region: "us1", clientId: "a-client", refreshTokenLifetime: 3_600_000 };
    saveProfile(at.configDir, "default", saved, () => {});
    return tokenAnswer();
  }, ada()]);
  saveProfile(at.configDir, "default", { region: "us1", clientId: "a-client" }, () => {});
  await login({ ...at.flags, scope: "openid" }, at.context);
  assertEquals(loadProfile(at.configDir, "default"), {
    region: "us1",
    clientId: "a-client",
    refreshTokenLifetime: 3_600_000,
    scope: "openid",
  });
});

Deno.test("login --client-secret-file is for one sign-in: the profile does not keep the file", async () => {
  await using at = signIn([tokenAnswer(), ada()]);
  const clientSecretFile = `${at.configDir}/../secret.txt`;
  Deno.writeTextFileSync(clientSecretFile, "from-file");
  await login({ ...at.flags, clientSecretFile }, at.context);
  assertEquals(loadProfile(at.configDir, "default")?.clientSecretFile, undefined);
  Deno.removeSync(clientSecretFile);
});

Deno.test("login --no-pkce leaves PKCE out once, and the profile keeps it only if it had it before", async () => {
  for (const before of [undefined, false] as const) {
    await using at = signIn([tokenAnswer(), ada()]);
    if (before !== undefined) saveProfile(at.configDir, "default", { pkce: before }, () => {});
    await login({ ...at.flags, noPkce: true }, at.context);
    assertEquals(formOf(at.context.system.requests[0]).code_verifier, undefined);
    assertEquals(loadProfile(at.configDir, "default")?.pkce, before);
  }
});
