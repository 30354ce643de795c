// The command `whoami`: who the login belongs to.
import { assertEquals, assertRejects } from "@std/assert";
import type { Answer } from "../../src/command.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { CliError } from "../../src/base/errors.ts";
import { refreshedTokenSet } from "../../src/session/session.ts";
import { dateTime } from "../../src/base/times.ts";
import { type NetworkStep } from "../support/fake_system.ts";
import {
  LOGIN,
  loginFile,
  STALE,
  storedLogin,
  tokenAnswer,
  withoutRefreshToken,
} from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const LAST_LOGIN = Date.UTC(2026, 10, 24, 8, 12);

function user(fields: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    user: {
      id: "4F1C0E0A6B8F4A0C9D2E1B7A5C3DE29B",
      active: true,
      email: "ada@example.com",
      firstName: "Ada",
      lastName: "Lovelace",
      customerId: "8A81B08E5D1F40C7A2B36E9F0D415D40",
      lastLoginDate: "2026-11-24T08:12:00.000+0000",
      ...fields,
    },
  });
}

const UNAUTHORIZED = new Response(null, { status: 401 });

/** The reply, and the requests by method and path. */
async function replied(
  login: typeof LOGIN,
  ...network: NetworkStep[]
): Promise<[Answer<string>, string[]]> {
  using scene = sessionScene(login, { network });
  const reply = await whoami(scene.flags, scene.context);
  const sent = scene.context.system.requests.map(({ method, url }) =>
    `${method} ${new URL(url).pathname}`
  );
  return [reply, sent];
}

Deno.test("whoami prints name and address, then what identifies the user", async () => {
  const [{ text }] = await replied(LOGIN, user());
  assertEquals(text.split("\n"), [
    "Ada Lovelace <ada@example.com>",
    "",
    "User ID     4F1C0E0A6B8F4A0C9D2E1B7A5C3DE29B",
    "Tenant      8A81B08E5D1F40C7A2B36E9F0D415D40",
    `Last login  ${dateTime(LAST_LOGIN)}`,
    "Profile     default, us1",
  ]);
});

Deno.test("whoami --json has the keys of the contract", async () => {
  const [{ data }] = await replied(LOGIN, user());
  assertEquals(data, {
    id: "4F1C0E0A6B8F4A0C9D2E1B7A5C3DE29B",
    email: "ada@example.com",
    first_name: "Ada",
    last_name: "Lovelace",
    customer_id: "8A81B08E5D1F40C7A2B36E9F0D415D40",
    active: true,
    last_login_at: "2026-11-24T08:12:00.000Z",
  });
});

Deno.test("whoami leaves out a last login that is not known", async () => {
  const [{ text, data }] = await replied(LOGIN, user({ lastLoginDate: null, active: undefined }));
  assertEquals(text.includes("Last login"), false);
  const { last_login_at, active } = data as { last_login_at: null; active: null };
  assertEquals([last_login_at, active], [null, null]);
});

Deno.test("whoami refreshes a stale token first", async () => {
  const [, sent] = await replied(STALE, tokenAnswer(), user());
  assertEquals(sent, ["POST /oauth/token", "GET /2/0/users/me"]);
});

Deno.test("whoami refreshes once when the API refuses a token that looks fresh", async () => {
  const [reply, sent] = await replied(LOGIN, UNAUTHORIZED, tokenAnswer(), user());
  assertEquals(sent, ["GET /2/0/users/me", "POST /oauth/token", "GET /2/0/users/me"]);
  assertEquals((reply.data as { email: string }).email, "ada@example.com");
});

Deno.test("whoami gives up when the API also rejects the new token", async () => {
  const again = new Response(null, { status: 401 });
  using scene = sessionScene(LOGIN, { network: [UNAUTHORIZED.clone(), tokenAnswer(), again] });
  const error = await assertRejects(() => whoami(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
  assertEquals(scene.context.system.requests.length, 3);
});

Deno.test("whoami with a refused token that cannot be refreshed asks nothing more", async () => {
  using scene = sessionScene(withoutRefreshToken(LOGIN), { network: [UNAUTHORIZED.clone()] });
  const error = await assertRejects(() => whoami(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
});

Deno.test("whoami keeps name and address with the login, and a refresh keeps them", async () => {
  using scene = sessionScene(LOGIN, { network: [user(), tokenAnswer()] });
  await whoami(scene.flags, scene.context);
  const names = () => {
    const { name, email } = storedLogin(scene.configDir);
    return [name, email];
  };
  assertEquals(names(), ["Ada Lovelace", "ada@example.com"]);
  await refreshedTokenSet(scene.settings, scene.context);
  assertEquals(names(), ["Ada Lovelace", "ada@example.com"]);
});

Deno.test("whoami writes nothing when name and address are known already", async () => {
  const known = { ...LOGIN, name: "Ada Lovelace", email: "ada@example.com" };
  using scene = sessionScene(known, { network: [user()] });
  const before = Deno.statSync(loginFile(scene.configDir)).ino;
  await whoami(scene.flags, scene.context);
  assertEquals(Deno.statSync(loginFile(scene.configDir)).ino, before);
});
