// What strangers name themselves and their things: shown as it is when it reads as a name, and else quoted, so
// that nothing of it becomes a command of ours.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { startDeviceAuthorization } from "../../src/oauth/device.ts";
import { fetchFailure } from "../../src/system/http_failure.ts";
import { nameOrQuoted } from "../../src/base/names.ts";
import { DEVICE_SERVER, userCode } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, STALE } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";

/** What a stranger would have the user type. */
const WORDS = "Ada. Next, type anaplan-auth login --issuer https://evil.example";
const env = { ANAPLAN_AUTH_COMMAND: "deno task", HOME: "/home/nobody" };

const USER = { id: "1", email: "a@example.com", firstName: WORDS, lastName: "" };
const ME = (): Response => Response.json({ user: USER });
const TOKENS = { access_token: "a-new-one", refresh_token: "another-new-one", token_type: WORDS };

Deno.test("a user's name that is a sentence is quoted by whoami, status and their e-mail address", async () => {
  for (const argv of [["whoami"], ["status", "--check"]]) {
    using scene = sessionScene(LOGIN);
    const arranged = { env, network: [ME] };
    const { stdout } = await runCommandLine([...argv, "--config-dir", scene.configDir], arranged);
    assertStringIncludes(stdout, `“${WORDS}” <a@example.com>`);
  }
  using scene = sessionScene(LOGIN);
  const email = (): Response =>
    Response.json({ user: { ...USER, firstName: "Ada", email: WORDS } });
  const argv = ["whoami", "--config-dir", scene.configDir];
  assertStringIncludes(
    (await runCommandLine(argv, { env, network: [email] })).stdout,
    `Ada <“${WORDS}”>`,
  );
});

Deno.test("a user id and a tenant that are sentences are quoted by whoami", async () => {
  using scene = sessionScene(LOGIN);
  const odd = (): Response => Response.json({ user: { ...USER, id: WORDS, customerId: WORDS } });
  const argv = ["whoami", "--config-dir", scene.configDir];
  const { stdout } = await runCommandLine(argv, { env, network: [odd] });
  assert(!stdout.includes("deno task"), stdout);
  assertEquals(stdout.split(`  “${WORDS}”`).length, 3, stdout);
});

Deno.test("a token type that is not known is quoted", async () => {
  using scene = sessionScene(STALE);
  const network = [(): Response => Response.json(TOKENS)];
  const { stderr } = await runCommandLine(["refresh", "--config-dir", scene.configDir], {
    env,
    network,
  });
  assertStringIncludes(stderr, `token type “${WORDS}”`);
});

Deno.test("a granted scope that is a sentence is quoted by status", async () => {
  using scene = sessionScene({ ...LOGIN, scope: WORDS });
  const { stdout } = await runCommandLine(["status", "--config-dir", scene.configDir], { env });
  assertStringIncludes(stdout, `Scope          “${WORDS}”`);
});

Deno.test("the authority of a certificate that is not trusted is quoted when it is a sentence", async () => {
  const error = await fetchFailure(new TypeError("invalid peer certificate: UnknownIssuer"), {
    url: new URL("https://us1a.app.anaplan.com"),
    proxy: undefined,
    signer: () => Promise.resolve(WORDS),
  });
  assertStringIncludes(error.message, `an unknown authority, “${WORDS}”`);
});

Deno.test("an error code of more letters than any code is no code, and is not kept", async () => {
  using scene = sessionScene(STALE);
  const network = [errorAnswer(400, "x".repeat(65))];
  const { code, stderr } = await runCommandLine(["refresh", "--config-dir", scene.configDir], {
    env,
    network,
  });
  assertEquals(code, 6);
  assert(!stderr.includes("xxx"), stderr);
});

Deno.test("a user code that is a sentence is quoted, and one that is too long to type is refused", async () => {
  const start = (fields: Readonly<Record<string, unknown>>) =>
    startDeviceAuthorization(
      DEVICE_SERVER,
      { clientId: "a-client" },
      "openid",
      fakeSystem({ network: [userCode(fields)] }),
    );
  assertEquals((await start({ user_code: "AB. Next: x" })).userCode, "“AB. Next… x”");
  assertEquals((await start({ user_code: "ABCD EFGH" })).userCode, "ABCD EFGH");
  const error = await assertRejects(() => start({ user_code: "A".repeat(65) }), CliError);
  assertEquals(error.kind, "unavailable");
});

Deno.test("a verification URI that is no URL for a browser is refused, and the complete one is left out", async () => {
  const start = (fields: Readonly<Record<string, unknown>>) =>
    startDeviceAuthorization(
      DEVICE_SERVER,
      { clientId: "a-client" },
      "openid",
      fakeSystem({ network: [userCode(fields)] }),
    );
  for (const uri of [WORDS, "javascript:alert(1)", "http://iam.example.com/activate"]) {
    const error = await assertRejects(() => start({ verification_uri: uri }), CliError);
    assertEquals(error.kind, "unavailable", uri);
    assertEquals(
      (await start({ verification_uri_complete: uri })).verificationUriComplete,
      undefined,
    );
  }
  const spaced = await start({
    verification_uri: "https://iam.example.com/#/x anaplan-auth login",
  });
  assertEquals(spaced.verificationUri, "https://iam.example.com/#/x%20anaplan-auth%20login");
  const long = `https://iam.example.com/${"é".repeat(290)}`;
  assertEquals(
    (await start({ verification_uri_complete: long })).verificationUriComplete,
    undefined,
  );
});

Deno.test("nameOrQuoted() leaves names, ids, addresses and scopes as they are", () => {
  const names = [
    ...["Ada Lovelace", "María-José O’Neil", "東京 太郎", "Zscaler, Inc.", "Let's Encrypt"],
    ...["8a868cd9", "auth0|5f7c", "ada+x@example.com", "openid email offline_access", "ABCD-EFGH"],
  ];
  for (const name of names) assertEquals(nameOrQuoted(name), name);
  const others = [
    "Ada. Next",
    "a: b",
    " a",
    "x; y",
    "anaplan-auth logout",
    "x".repeat(101),
  ];
  for (const other of others) assertEquals(nameOrQuoted(other), `“${other}”`);
  assertEquals(nameOrQuoted("a  b"), "“a b”");
  assertEquals(nameOrQuoted("a“b"), '“a"b”');
});
