// A sign-in that fails: nothing is lost, and the browser shows the real result.
import { assertEquals, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { loadProfile } from "../../src/settings/profiles.ts";
import { parseTokenSet } from "../../src/oauth/token_set.ts";
import { errorAnswer, LOGIN, loginFile, storedLogin, tokenAnswer } from "../support/logins.ts";
import { ada, type SignIn, signIn } from "../support/sign_in_scene.ts";
import { modeOf, tempDir } from "../support/temp_dir.ts";

async function failure(at: SignIn): Promise<CliError> {
  const error = await assertRejects(() => login(at.flags, at.context), CliError);
  assertEquals(at.listener.open, 0);
  return error;
}

Deno.test("a declined sign-in saves nothing, and its page is a 403", async () => {
  await using at = signIn([], { answer: { error: "access_denied" } });
  assertEquals((await failure(at)).kind, "denied");
  const page = await at.page;
  assertEquals(page.status, 403);
  assertStringIncludes(await page.text(), "You declined the sign-in");
  assertEquals(loadProfile(at.configDir, "default"), undefined);
});

Deno.test("a refused code saves nothing, and its page is a 502 with the terminal's words", async () => {
  await using at = signIn([errorAnswer(400, "invalid_grant")], { previous: LOGIN });
  const error = await failure(at);
  assertEquals(error.kind, "denied");
  const page = await at.page;
  assertEquals(page.status, 502);
  assertStringIncludes(await page.text(), error.message);
  assertEquals(storedLogin(at.configDir).accessToken.reveal(), "old-access"); // the old login stays
});

Deno.test("a failure's page carries the terminal's Next line, with the profile and as it is typed", async () => {
  const env = { ANAPLAN_AUTH_COMMAND: "deno task" };
  await using at = signIn([], { answer: { error: "access_denied" }, env });
  await assertRejects(() => login({ ...at.flags, profile: "eu" }, at.context), CliError);
  assertStringIncludes(
    await (await at.page).text(),
    "<code>deno task login --profile eu</code>",
  );
});

Deno.test("a secret that is asked again sends the browser's user to the terminal", async () => {
  const answers = ["right-secret"];
  await using at = signIn([errorAnswer(401, "invalid_client"), tokenAnswer(), ada()], {
    env: { ANAPLAN_CLIENT_SECRET: "wrong-secret" },
    terminal: {
      stdin: true,
      stderr: true,
      readLine: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ask: () => Promise.resolve(answers.shift()),
    },
  });
  const signedIn = login(at.flags, at.context);
  const page = await (await at.page).text();
  assertStringIncludes(page, "Continue in the terminal.");
  assertNotMatch(page, /Next|--client-id/);
  await signedIn;
});

Deno.test("tokens that cannot be saved are a storage error, also on the page", async () => {
  using elsewhere = tempDir();
  await using at = signIn([() => {
    Deno.removeSync(`${at.configDir}/credentials`, { recursive: true });
    return tokenAnswer();
  }], { previous: LOGIN, env: { HOME: elsewhere.path } });
  assertEquals((await failure(at)).kind, "storage");
  assertEquals((await at.page).status, 502);
});

Deno.test("a sign-in that is not completed in time is a timeout, and the listener is closed", async () => {
  await using at = signIn([], { clockStands: false, openBrowser: () => Promise.resolve(true) });
  assertEquals((await failure(at)).kind, "timeout");
});

Deno.test("tokens that cannot be saved are put where they can be rescued from", async () => {
  using elsewhere = tempDir();
  await using at = signIn([() => {
    Deno.removeSync(`${at.configDir}/credentials`, { recursive: true });
    return tokenAnswer();
  }], { previous: LOGIN, env: { HOME: elsewhere.path } });
  const { message } = await failure(at);
  const [, from = ""] = /they are in (\S+)$/.exec(message) ?? [];
  assertEquals(modeOf(from), "600");
  assertEquals(parseTokenSet(Deno.readTextFileSync(from)).refreshToken?.reveal(), "new-refresh");
});

Deno.test("where no login can be saved, no browser is opened", async () => {
  await using at = signIn([], { previous: LOGIN });
  Deno.chmodSync(loginFile(at.configDir), 0o644);
  assertEquals((await failure(at)).kind, "storage");
  assertEquals(at.context.talk.insisted, []);
});

Deno.test("the code is not sent when the place for its tokens is gone by then", async () => {
  await using at = signIn([], {
    previous: LOGIN,
    openBrowser: (url) => {
      Deno.removeSync(`${at.configDir}/credentials`, { recursive: true });
      Deno.writeTextFileSync(`${at.configDir}/credentials`, "");
      const { searchParams } = new URL(url);
      const answer = new URLSearchParams({
        code: "a-code",
        state: searchParams.get("state") ?? "",
      });
      void at.listener.visit(`${searchParams.get("redirect_uri")}?${answer}`);
      return Promise.resolve(true);
    },
  });
  assertEquals((await failure(at)).kind, "storage");
  assertEquals(at.context.system.requests, []);
});
