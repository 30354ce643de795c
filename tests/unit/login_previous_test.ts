// The login that a new one replaces, and tokens that cannot be saved.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { LOGIN, loginFile, putLogin, tokenAnswer } from "../support/logins.ts";
import { ada, signIn } from "../support/sign_in_scene.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("a flag that corrects a bad URL of the profile signs in", async () => {
  await using at = signIn([tokenAnswer(), ada()]);
  saveProfile(at.configDir, "default", { authUrl: "nonsense" }, () => {});
  const flags = { ...at.flags, authUrl: "https://auth.example.com" };
  assertStringIncludes(formatWords((await login(flags, at.context)).text), "Signed in");
});

Deno.test("the previous session is also ended with the authorities of SSL_CERT_FILE", async () => {
  using dir = tempDir();
  const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  Deno.writeTextFileSync(`${dir.path}/all.pem`, pem);
  await using at = signIn([tokenAnswer(), ada(), new Response(null, { status: 204 }), ada()], {
    previous: { ...LOGIN, clientId: "another-client" },
    env: { SSL_CERT_FILE: `${dir.path}/all.pem` },
  });
  await login(at.flags, at.context);
  assertEquals(at.context.system.requests[2]?.caCertificates, [pem]);
});

/** How many requests a login sends: two, and two more when it ends the previous one. */
async function requestsWith(
  previous: TokenSet,
  { ofAnother, tokenEndpoint }: { ofAnother?: TokenSet; tokenEndpoint?: string } = {},
): Promise<number> {
  const ended = [new Response(null, { status: 204 }), ada()];
  await using at = signIn([tokenAnswer(), ada(), ...ended], { previous });
  if (ofAnother !== undefined) putLogin(at.configDir, ofAnother, "eu");
  await login({ ...at.flags, ...(tokenEndpoint && { tokenEndpoint }) }, at.context);
  return at.context.system.requests.length;
}

const OF_ANOTHER_CLIENT = { ...LOGIN, clientId: "another-client" };

Deno.test("a previous login whose client another profile uses at the same server is not ended", async () => {
  assertEquals(await requestsWith(OF_ANOTHER_CLIENT, { ofAnother: OF_ANOTHER_CLIENT }), 2);
  const elsewhere = { ...OF_ANOTHER_CLIENT, tokenEndpoint: "https://eu1a.app.anaplan.com/t" };
  assertEquals(await requestsWith(OF_ANOTHER_CLIENT, { ofAnother: elsewhere }), 4);
  assertEquals(await requestsWith(OF_ANOTHER_CLIENT, { ofAnother: LOGIN }), 4);
});

Deno.test("the names of this computer are one server to the end of a previous login", async () => {
  const tokenEndpoint = "http://127.0.0.1:1234/oauth/token";
  for (const host of ["localhost", "[::1]", "127.0.0.2"]) {
    const previous = { ...LOGIN, tokenEndpoint: `http://${host}:1234/token` };
    assertEquals(await requestsWith(previous, { tokenEndpoint }), 2, host);
  }
  const previous = { ...LOGIN, tokenEndpoint: "http://localhost:4321/oauth/token" };
  assertEquals(await requestsWith(previous, { tokenEndpoint }), 4, "another port");
});

Deno.test("with another profile's login unreadable, a previous login is not ended", async () => {
  await using at = signIn([tokenAnswer(), ada()], { previous: OF_ANOTHER_CLIENT });
  putLogin(at.configDir, LOGIN, "eu");
  Deno.writeTextFileSync(loginFile(at.configDir, "eu"), "{");
  await login(at.flags, at.context);
  assertEquals(at.context.system.requests.length, 2);
});

Deno.test("where the lock is not had in time, no code is asked for", async () => {
  let now = START;
  await using at = signIn([], {
    monotonic: () => now,
    sleep: (milliseconds, signal) =>
      // what waits for the lock is in a hurry, what waits for a person not
      signal === undefined
        ? Promise.resolve(void (now += milliseconds))
        : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  putLogin(at.configDir, LOGIN);
  using _lock = await lockFile(`${at.configDir}/credentials/default.lock`, 0, fakeSystem());
  const error = await assertRejects(() => login(at.flags, at.context), CliError);
  assertEquals(error.kind, "storage");
  assertEquals([at.context.system.requests, at.context.talk.insisted], [[], []]);
});
