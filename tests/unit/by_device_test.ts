// Signing in by device: what the user is shown, how the wait ends, and what is kept.
import { formatWords } from "../../src/base/words.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { login, type LoginFlags } from "../../src/commands/login.ts";
import type { Answer } from "../../src/command.ts";
import { CliError } from "../../src/base/errors.ts";
import { loadProfile } from "../../src/settings/profiles.ts";
import { pending, slowDown, userCode } from "../support/device.ts";
import { fakePerson } from "../support/fake_listener.ts";
import type { Arranged, NetworkStep } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, storedLogin, tokenAnswer } from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { ada } from "../support/sign_in_scene.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const FLAGS = { device: true, deviceClientId: "a-device-client" } as const;

function deviceScene(network: readonly NetworkStep[], arranged: Arranged = {}): SessionScene {
  return sessionScene(undefined, { network, ...arranged });
}

function signedIn(scene: SessionScene, flags: LoginFlags = FLAGS): Promise<Answer> {
  return login({ ...scene.flags, ...flags }, scene.context);
}

async function failure(scene: SessionScene, flags?: LoginFlags): Promise<CliError> {
  const error = await assertRejects(() => signedIn(scene, flags), CliError);
  const hasLogin = namesIn(scene.configDir).includes("credentials") &&
    namesIn(`${scene.configDir}/credentials`).includes("default.json");
  assertEquals(hasLogin, false);
  return error;
}

Deno.test("the first line says that single sign-on users cannot sign in this way", async () => {
  using scene = deviceScene([userCode(), tokenAnswer(), ada()]);
  await signedIn(scene);
  assertMatch(scene.context.talk.said[0] ?? "", /^Single sign-on users cannot/);
  assertStringIncludes(scene.context.talk.said[0] ?? "", "anaplan-auth login");
});

Deno.test("page and code are shown even with --quiet, each alone on its line", async () => {
  using scene = deviceScene([userCode(), tokenAnswer(), ada()]);
  await signedIn(scene);
  assertEquals(scene.context.talk.insisted, [
    "Open       https://iam.example.com/activate\nand enter  1GMV-ATBA\n",
  ]);
});

Deno.test("no control character of the server reaches the terminal", async () => {
  const hostile = userCode({
    user_code: "1G\x1b]0;evil\x07MV",
    verification_uri: "https://iam.example.com/\x9b2J\r\nEnter  EVIL",
  });
  using scene = deviceScene([hostile, tokenAnswer(), ada()]);
  await signedIn(scene);
  assertEquals(scene.context.talk.insisted, [
    "Open       https://iam.example.com/2JEnter%20%20EVIL\nand enter  1G]0;evilMV\n",
  ]);
});

Deno.test("a terminal is shown a QR code, a pipe is not", async () => {
  for (const stderr of [true, false]) {
    using scene = deviceScene([userCode(), tokenAnswer(), ada()], { terminal: { stderr } });
    await signedIn(scene);
    assertEquals(scene.context.talk.said.some((text) => text.includes("▀")), stderr);
  }
});

Deno.test("the login that was approved is saved, and the reply says who signed in and how", async () => {
  using scene = deviceScene([
    userCode(),
    pending(),
    slowDown(),
    tokenAnswer({ scope: "s" }),
    ada(),
  ]);
  const { text, data } = await signedIn(scene);
  assertStringIncludes(formatWords(text), "Signed in as Ada Lovelace <ada@example.com>");
  assertEquals((data as { method: string }).method, "device");
  const { refreshToken, clientId, clientSecret, scope } = storedLogin(scene.configDir);
  assertEquals([refreshToken?.reveal(), clientId], ["new-refresh", "a-device-client"]);
  assertEquals([clientSecret, scope], [undefined, "s"]);
});

Deno.test("the device's client is saved in the profile beside the other one", async () => {
  using scene = deviceScene([userCode(), tokenAnswer(), ada()]);
  await signedIn(scene, { ...FLAGS, clientId: "a-client" });
  const { clientId, deviceClientId } = loadProfile(scene.configDir, "default") ?? {};
  assertEquals([clientId, deviceClientId], ["a-client", "a-device-client"]);
});

Deno.test("without --device-client-id the client id is used", async () => {
  using scene = deviceScene([userCode(), tokenAnswer(), ada()]);
  await signedIn(scene, { device: true, clientId: "a-client" });
  const { requests } = scene.context.system;
  assertEquals(requests.slice(0, 2).map((request) => formOf(request).client_id), [
    "a-client",
    "a-client",
  ]);
});

Deno.test("a device client sends no secret, though the environment has one for another client", async () => {
  const env = { ANAPLAN_CLIENT_SECRET: "hush-hush" };
  using scene = deviceScene([userCode(), tokenAnswer(), ada()], { env });
  await signedIn(scene);
  for (const { body } of scene.context.system.requests) assert(!body?.includes("hush-hush"));
});

Deno.test("a login that was declined is denied, and saves nothing", async () => {
  using scene = deviceScene([userCode(), errorAnswer(400, "access_denied")]);
  assertEquals((await failure(scene)).kind, "denied");
});

Deno.test("a code that runs out is a timeout, and nothing polls after it", async () => {
  using scene = deviceScene([userCode({ expires_in: 12 }), pending(), pending()]);
  assertEquals((await failure(scene)).kind, "timeout");
  assertEquals(scene.context.system.requests.length, 3);
});

Deno.test("--timeout ends the wait before the code does, and nothing polls after it", async () => {
  using scene = deviceScene([userCode(), pending(), pending()], { clockStands: true });
  const { system } = scene.context;
  const ended = failure(scene, { ...FLAGS, timeout: 12_000 });
  for (let second = 0; second < 12; second++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setTimeout(resume));
    system.advance(1_000);
  }
  const error = await ended;
  assertEquals(error.kind, "timeout");
  assertStringIncludes(error.message, "within 12 s");
  assertStringIncludes(nextOf(error), "anaplan-auth login --device");
  system.advance(3_600_000);
  await new Promise((resume) => setTimeout(resume));
  assertEquals(system.requests.length, 3);
});

/** The error of a login whose `--timeout` passes while the last poll is under way. */
async function failureOfLastPoll(
  answer: (scene: SessionScene) => Response,
  env: Readonly<Record<string, string>> = {},
): Promise<CliError> {
  const poll = async (): Promise<Response> => {
    scene.context.system.advance(10_000);
    await new Promise((resume) => setTimeout(resume));
    return answer(scene);
  };
  using scene = deviceScene([userCode(), poll], { clockStands: true, env });
  const ended = failure(scene, { ...FLAGS, timeout: 12_000 });
  while (scene.context.system.sleeps.length < 2) await new Promise((resume) => setTimeout(resume));
  scene.context.system.advance(5_000);
  return await ended;
}

Deno.test("a login that is declined as --timeout passes is denied", async () => {
  const error = await failureOfLastPoll(() => errorAnswer(400, "access_denied"));
  assertEquals(error.kind, "denied");
});

Deno.test("tokens that come as --timeout passes and cannot be saved are named with their file", async () => {
  using elsewhere = tempDir();
  const env = { HOME: elsewhere.path, TMPDIR: elsewhere.path };
  const error = await failureOfLastPoll(({ configDir }) => {
    Deno.removeSync(`${configDir}/credentials`, { recursive: true });
    return tokenAnswer();
  }, env);
  assertEquals([error.kind, error.code], ["storage", "not_saved"]);
  assertStringIncludes(error.message, "they are in /");
});

Deno.test("a poll that brings nothing as --timeout passes is a timeout", async () => {
  assertEquals((await failureOfLastPoll(() => pending())).kind, "timeout");
});

Deno.test("a clock that is set meanwhile does not change how long the wait is", async () => {
  const set = (): Response => {
    scene.context.system.setClock(600_000);
    return userCode();
  };
  using scene = deviceScene([set, tokenAnswer(), ada()]);
  await signedIn(scene);
  assertEquals(scene.context.talk.said.at(-1), "Waiting up to 15 min.");
});

Deno.test("a terminal shows the time that is left, and is given back afterwards", async () => {
  const person = fakePerson([""]); // Enter is no answer
  using scene = deviceScene([userCode(), pending(), tokenAnswer(), ada()], {
    terminal: person.terminal,
  });
  await signedIn(scene);
  assertEquals(person.prompts[0], "Waiting for your approval, 15:00 left. Ctrl-C stops.\n");
  assertEquals(person.isAsked, false);
});

Deno.test("without a terminal one line says how long the wait is", async () => {
  using scene = deviceScene([userCode(), tokenAnswer(), ada()]);
  await signedIn(scene);
  assertEquals(scene.context.talk.said.at(-1), "Waiting up to 15 min.");
});

Deno.test("an interruption ends the wait, and nothing polls after it", async () => {
  const interruption = new AbortController();
  const interrupt = (): Response => {
    interruption.abort(new CliError("interrupted", "Interrupted"));
    return pending();
  };
  using scene = deviceScene([userCode(), pending(), interrupt], {
    interruption: () => interruption.signal,
  });
  assertEquals((await failure(scene)).kind, "interrupted");
  assertEquals(scene.context.system.requests.length, 3);
});

Deno.test("without any client id the error names the flag, and nothing is asked", async () => {
  using scene = deviceScene([]);
  const error = await failure(scene, { device: true });
  assertEquals(error.kind, "usage");
  assertStringIncludes(nextOf(error), "--device-client-id");
});

Deno.test("signals wait while the tokens are saved", async () => {
  let held = false;
  const approved = (): Response => {
    held = scene.context.system.signalsHeld;
    return tokenAnswer();
  };
  using scene = deviceScene([userCode(), approved, ada()]);
  await signedIn(scene);
  assertEquals([held, scene.context.system.signalsHeld], [true, false]);
});

Deno.test("a login by device ends the one before at the server", async () => {
  const network = [userCode(), tokenAnswer(), ada(), new Response(null, { status: 204 }), ada()];
  using scene = sessionScene(LOGIN, { network });
  await signedIn(scene);
  const last = scene.context.system.requests.at(-2); // then the new token is tried
  assertMatch(last?.url ?? "", /\/token\/logout$/);
  assertEquals(last?.headers?.authorization, "AnaplanAuthToken old-access");
});

for (const where of ["at a terminal", "without a terminal"]) {
  Deno.test(`tokens that a poll brings are kept ${where}, though --timeout ran out while it was under way`, async () => {
    const ends: (() => void)[] = [];
    const slow = async (): Promise<Response> => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return tokenAnswer();
    };
    const arranged = where === "at a terminal" ? { terminal: fakePerson([]).terminal } : {};
    using scene = deviceScene([userCode(), slow, ada()], { clockStands: true, ...arranged });
    const { system } = scene.context;
    const ended = signedIn(scene, { ...FLAGS, timeout: 6_000 });
    for (let second = 0; second < 8; second++) {
      for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setTimeout(resume));
      system.advance(1_000);
    }
    assertEquals(ends.length, 1);
    ends[0]?.();
    await ended;
    assertEquals(storedLogin(scene.configDir).accessToken.reveal(), "new-access");
  });
}
