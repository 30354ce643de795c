// The login that a new one replaces, and tokens that cannot be saved.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/errors.ts";
import { lockFile } from "../../src/lock_file.ts";
import { saveProfile } from "../../src/profiles.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { granted, LOGIN, putLogin } from "../support/logins.ts";
import { ada, signIn } from "../support/sign_in_scene.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("a flag that mends a bad URL of the profile signs in", async () => {
  await using at = signIn([granted(), ada()]);
  saveProfile(at.configDir, "default", { authUrl: "nonsense" }, () => {});
  const flags = { ...at.flags, authUrl: "https://auth.example.com" };
  assertStringIncludes((await login(flags, at.context)).text, "Signed in");
});

Deno.test("the previous session is ended with the authorities of SSL_CERT_FILE, too", async () => {
  using dir = tempDir();
  const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  Deno.writeTextFileSync(`${dir.path}/all.pem`, pem);
  await using at = signIn([granted(), ada(), new Response(null, { status: 204 }), ada()], {
    previous: { ...LOGIN, clientId: "another-client" },
    env: { SSL_CERT_FILE: `${dir.path}/all.pem` },
  });
  await login(at.flags, at.context);
  assertEquals(at.context.system.requests[2]?.caCertificates, [pem]);
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
