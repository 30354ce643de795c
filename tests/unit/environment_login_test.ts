// A login that comes from ANAPLAN_REFRESH_TOKEN: used, never written, and reported when it is no longer valid.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { logout } from "../../src/commands/logout.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { token } from "../../src/commands/token.ts";
import { CliError } from "../../src/base/errors.ts";
import { type FakeContext, fakeContext, type NetworkStep } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, putLogin, storedLogin, tokenAnswer } from "../support/logins.ts";
import { ada } from "../support/sign_in_scene.ts";
import { tempDir } from "../support/temp_dir.ts";

const CLIENT = { ANAPLAN_CLIENT_ID: "ci-client", ANAPLAN_CLIENT_SECRET: "ci-secret" };
const KEPT = { refresh_token: undefined };

interface Scene extends Disposable {
  readonly context: FakeContext;
  readonly configDir: string;
  readonly flags: { readonly configDir: string };
}

function scene(network: readonly NetworkStep[], env: Record<string, string> = {}): Scene {
  const dir = tempDir();
  const configDir = `${dir.path}/config`;
  const own = { ...CLIENT, ANAPLAN_REFRESH_TOKEN: "from-the-vault", ...env };
  return {
    context: fakeContext({ env: own, network }),
    configDir,
    flags: { configDir },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

async function failure(work: () => Promise<unknown>): Promise<CliError> {
  return await assertRejects(work, CliError);
}

Deno.test("token gets an access token with ANAPLAN_REFRESH_TOKEN, and writes nothing", async () => {
  using world = scene([tokenAnswer(KEPT)]);
  const { context, flags, configDir } = world;
  assertEquals((await token(flags, context)).text, "new-access");
  const form = new URLSearchParams(context.system.requests[0]?.body);
  assertEquals(form.get("refresh_token"), "from-the-vault");
  assertEquals(form.get("client_id"), "ci-client");
  assertEquals(form.get("client_secret"), "ci-secret");
  await assertRejects(() => Deno.lstat(configDir), Deno.errors.NotFound);
  assertEquals(context.talk.warned, []);
});

Deno.test("the variable goes before a stored login, which is left alone", async () => {
  using world = scene([tokenAnswer(KEPT)]);
  const { context, flags, configDir } = world;
  putLogin(configDir, LOGIN);
  assertEquals((await token(flags, context)).text, "new-access");
  assertEquals(storedLogin(configDir), LOGIN);
});

Deno.test("within one process the token is got once", async () => {
  using world = scene([tokenAnswer(KEPT)]);
  const { context, flags } = world;
  await token(flags, context);
  await token(flags, context);
  assertEquals(context.system.requests.length, 1);
});

Deno.test("ANAPLAN_REFRESH_TOKEN_FILE names a file that holds it", async () => {
  using dir = tempDir();
  await Deno.writeTextFile(`${dir.path}/secret`, "from-a-file\n");
  const env = {
    ANAPLAN_REFRESH_TOKEN: "",
    ANAPLAN_REFRESH_TOKEN_FILE: `${dir.path}/secret`,
  };
  using world = scene([tokenAnswer(KEPT)], env);
  const { context, flags } = world;
  await token(flags, context);
  const form = new URLSearchParams(context.system.requests[0]?.body);
  assertEquals(form.get("refresh_token"), "from-a-file");
});

Deno.test("a file that is not there or empty is a usage error, and nothing is sent", async () => {
  using dir = tempDir();
  await Deno.writeTextFile(`${dir.path}/empty`, "\n");
  for (const name of ["missing", "empty"]) {
    const env = {
      ANAPLAN_REFRESH_TOKEN: "",
      ANAPLAN_REFRESH_TOKEN_FILE: `${dir.path}/${name}`,
    };
    using world = scene([], env);
    const { context, flags } = world;
    const { kind, next } = await failure(() => token(flags, context));
    assertEquals(kind, "usage");
    assertStringIncludes(formatWords(next ?? ""), "ANAPLAN_REFRESH_TOKEN_FILE");
  }
});

Deno.test("what is more than a refresh token is a usage error, and nothing is sent", async () => {
  using dir = tempDir();
  const texts = [JSON.stringify({ refreshToken: "from-a-file" }, undefined, 2), "one\ntwo"];
  for (const text of texts) {
    await Deno.writeTextFile(`${dir.path}/secret`, text);
    const inFile = { ANAPLAN_REFRESH_TOKEN: "", ANAPLAN_REFRESH_TOKEN_FILE: `${dir.path}/secret` };
    for (const env of [inFile, { ANAPLAN_REFRESH_TOKEN: text }]) {
      using world = scene([], env);
      const { context, flags } = world;
      const { kind, message } = await failure(() => token(flags, context));
      assertEquals(kind, "usage");
      assertStringIncludes(message, "more in it than a refresh token");
    }
  }
});

Deno.test("a server that still rotates: the rejected token is reported, and what to do", async () => {
  using world = scene([tokenAnswer()]);
  const { context, flags } = world;
  assertEquals((await token(flags, context)).text, "new-access");
  const [warning = ""] = context.talk.warned;
  assertStringIncludes(warning, "ANAPLAN_REFRESH_TOKEN no longer works");
  assertStringIncludes(warning, "non-rotatable");
});

Deno.test("a new refresh token alone is not said to be saved, and asks for one in its place", async () => {
  using world = scene([tokenAnswer({ access_token: "" })]);
  const { context, flags } = world;
  const { kind, message, next = "" } = await failure(() => token(flags, context));
  assertEquals(
    [kind, message],
    ["unavailable", "Cannot use the server's answer: it has no access token"],
  );
  assertStringIncludes(formatWords(next), "ANAPLAN_REFRESH_TOKEN comes from");
  assertStringIncludes(context.talk.warned.join(), "nothing is stored here");
});

Deno.test("the same refresh token without an access token is worth another try", async () => {
  using world = scene([tokenAnswer({ access_token: "", refresh_token: "from-the-vault" })]);
  const { next } = await failure(() => token(world.flags, world.context));
  assertEquals(next, "try the same command again in a minute");
});

Deno.test("a refresh token that is refused is exit 3, and asks for a new one, not for login", async () => {
  using world = scene([errorAnswer(400, "invalid_grant")]);
  const { context, flags } = world;
  const { kind, next = "" } = await failure(() => token(flags, context));
  assertEquals(kind, "login_required");
  assertStringIncludes(formatWords(next), "ANAPLAN_REFRESH_TOKEN");
});

Deno.test("where the refresh token came from a file, the advice names the file's variable", async () => {
  using dir = tempDir();
  await Deno.writeTextFile(`${dir.path}/secret`, "from-a-file");
  const env = { ANAPLAN_REFRESH_TOKEN: "", ANAPLAN_REFRESH_TOKEN_FILE: `${dir.path}/secret` };
  using world = scene([errorAnswer(400, "invalid_grant")], env);
  const { context, flags } = world;
  const { next = "" } = await failure(() => token(flags, context));
  assertStringIncludes(formatWords(next), "into the file that ANAPLAN_REFRESH_TOKEN_FILE names");
});

Deno.test("a client that is refused is exit 4, and asks for the client, not for a token", async () => {
  using world = scene([errorAnswer(401, "invalid_client")]);
  const { context, flags } = world;
  const { kind, next = "" } = await failure(() => token(flags, context));
  assertEquals(kind, "denied");
  assertStringIncludes(formatWords(next), "check ANAPLAN_CLIENT_ID and ANAPLAN_CLIENT_SECRET");
});

Deno.test("without a client id it is a usage error that names the variable", async () => {
  using world = scene([], { ANAPLAN_CLIENT_ID: "" });
  const { context, flags } = world;
  const { kind, next = "" } = await failure(() => token(flags, context));
  assertEquals(kind, "usage");
  assertStringIncludes(formatWords(next), "ANAPLAN_CLIENT_ID");
});

Deno.test("status says where the login comes from and that it was not checked, and sends nothing", async () => {
  using world = scene([], { HOME: "/home/nobody" });
  const { context, flags } = world;
  const { text, data, outcome } = await status(flags, context);
  assertEquals(outcome, undefined);
  const first = "The login for Anaplan us1 (profile default) comes from ANAPLAN_REFRESH_TOKEN " +
    "and was not checked";
  assertEquals(formatWords(text).split("\n")[0], first);
  assertStringIncludes(formatWords(await statusInShort(context)), `${first}.\n`);
  const { logged_in, expires_at } = data as Record<string, unknown>;
  assertEquals([logged_in, expires_at], [true, null]);
});

Deno.test("status names the file's variable when the login comes from a file", async () => {
  using world = scene([], { ANAPLAN_REFRESH_TOKEN: "" });
  using file = tempDir();
  Deno.writeTextFileSync(`${file.path}/token`, "from-a-file\n", { mode: 0o600 });
  const env = { ...CLIENT, ANAPLAN_REFRESH_TOKEN_FILE: `${file.path}/token` };
  const { text } = await status(world.flags, fakeContext({ env }));
  assertStringIncludes(formatWords(text), " comes from ANAPLAN_REFRESH_TOKEN_FILE and was not");
});

Deno.test("status --check says that you are signed in once the server has said so", async () => {
  using world = scene([tokenAnswer(KEPT), ada()]);
  const { text } = await status({ ...world.flags, check: true }, world.context);
  assertMatch(formatWords(text), /^Signed in to Anaplan us1 \(profile default\)\n/);
});

Deno.test("login and logout say that nothing is stored, and change nothing", async () => {
  for (const command of [login, logout]) {
    using world = scene([]);
    const { context, flags, configDir } = world;
    const { kind, next = "" } = await failure(() => command(flags, context));
    assertEquals(kind, "usage");
    assertStringIncludes(formatWords(next), "unset ANAPLAN_REFRESH_TOKEN");
    await assertRejects(() => Deno.lstat(configDir), Deno.errors.NotFound);
  }
});

Deno.test("two processes do not share a login of the environment", async () => {
  using first = scene([tokenAnswer(KEPT)]);
  using second = scene([tokenAnswer({ ...KEPT, access_token: "another" })]);
  await token(first.flags, first.context);
  assertEquals((await token(second.flags, second.context)).text, "another");
});
