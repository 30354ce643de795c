// What is Anaplan's own: hosts by region, who the token belongs to, the end of a session.
import { anaplanServer, regionOf } from "../../src/provider/authorization_server.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { currentUser, endSession, type User } from "../../src/provider/anaplan.ts";
import { CliError } from "../../src/base/errors.ts";
import { type ConnectionFlags, loadSettings, type Settings } from "../../src/settings/settings.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { boundTo, LOGIN, unreachable, webPage } from "../support/logins.ts";
import { withNearNames } from "../../src/base/near_names.ts";
import { nextOf } from "../support/shown.ts";

const USER = {
  id: "4F1C",
  active: true,
  email: "ada@example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  customerId: "8A81",
  lastLoginDate: "2017-09-07T08:05:37.000+0000",
};

function settings(flags: ConnectionFlags = {}): Settings {
  return loadSettings({ configDir: "/nowhere", ...flags }, fakeSystem());
}

function asked(...network: NetworkStep[]): Promise<User> {
  return currentUser(boundTo(LOGIN, settings()), settings(), fakeSystem({ network }));
}

const HOSTS: Readonly<Record<string, readonly [string, string, string]>> = {
  us1: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  us2: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  us5: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  us7: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  eu1: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  eu2: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  eu4: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  ap1: ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"],
  us9: ["us9.app.anaplan.com", "us9.api.anaplan.com", "us9.auth.anaplan.com"],
  eu3: ["eu3.app.anaplan.com", "eu3.api.anaplan.com", "eu3.auth.anaplan.com"],
  eu5: ["eu5.app.anaplan.com", "eu5.api.anaplan.com", "eu5.auth.anaplan.com"],
  gb1: ["gb1.app.anaplan.com", "gb1.api.anaplan.com", "gb1.auth.anaplan.com"],
  sg1: ["sg1.app.anaplan.com", "sg1.api.anaplan.com", "sg1.auth.anaplan.com"],
  ae1: ["ae1.app.anaplan.com", "ae1.api.anaplan.com", "ae1.auth.anaplan.com"],
  in1: ["in1.app.anaplan.com", "in1.api.anaplan.com", "in1.auth.anaplan.com"],
  id1: ["id1.app.anaplan.com", "id1.api.anaplan.com", "id1.auth.anaplan.com"],
  me1: ["me1.app.anaplan.com", "me1.api.anaplan.com", "me1.auth.anaplan.com"],
  ca1: ["ca1a.app.anaplan.com", "ca1a.api.anaplan.com", "ca1a.auth.anaplan.com"],
  au1: ["au1a.app2.anaplan.com", "api.au1a.app2.anaplan.com", "au1a.app2.anaplan.com"],
};
for (const [region, [oauth, api, auth]] of Object.entries(HOSTS)) {
  Deno.test(`region ${region} has its three hosts`, async () => {
    const at = settings({ region });
    const server = anaplanServer(at);
    assertEquals(server.authorizationEndpoint, `https://${oauth}/auth/prelogin`);
    assertEquals(server.tokenEndpoint, `https://${oauth}/oauth/token`);
    assertEquals(server.deviceEndpoint, `https://${oauth}/oauth/device/code`);
    const network = [Response.json({ user: USER }), new Response(null, { status: 204 })];
    const system = fakeSystem({ network });
    await currentUser(boundTo(LOGIN, at), at, system);
    await endSession(boundTo(LOGIN, at), at, system);
    assertEquals(system.requests.map(({ url }) => url), [
      `https://${api}/2/0/users/me`,
      `https://${auth}/token/logout`,
    ]);
  });
}

Deno.test("each host can be overridden, with or without a slash at the end", async () => {
  const at = settings({
    authorizationEndpoint: "https://a.example/authorize",
    tokenEndpoint: "https://b.example/token",
    deviceEndpoint: "https://c.example/device",
    apiUrl: "https://d.example/",
    authUrl: "https://e.example/",
  });
  const server = anaplanServer(at);
  assertEquals(server.authorizationEndpoint, "https://a.example/authorize");
  assertEquals(server.tokenEndpoint, "https://b.example/token");
  assertEquals(server.deviceEndpoint, "https://c.example/device");
  assertEquals(server.issuer, undefined); // Anaplan's is unknown
  const system = fakeSystem({ network: [Response.json({ user: USER }), new Response()] });
  await currentUser(boundTo(LOGIN, at), at, system);
  await endSession(boundTo(LOGIN, at), at, system);
  assertEquals(system.requests.map(({ url }) => url), [
    "https://d.example/2/0/users/me",
    "https://e.example/token/logout",
  ]);
});

Deno.test("an unknown region is a usage error that suggests near ones, or says where all are listed", () => {
  const near = withNearNames(
    assertThrows(() => regionOf(settings({ region: "eu11" })), CliError),
  );
  assertEquals(near.kind, "usage");
  assertStringIncludes(nextOf(near), "did you mean eu1");
  const far = withNearNames(
    assertThrows(() => regionOf(settings({ region: "atlantis" })), CliError),
  );
  assertStringIncludes(nextOf(far), "anaplan-auth help login");
  assertThrows(() => regionOf(settings({ region: "toString" })), CliError);
});

Deno.test("the current user is asked for with the token in a Bearer header, nowhere else", async () => {
  const system = fakeSystem({ network: [Response.json({ user: USER })] });
  await currentUser(boundTo(LOGIN, settings()), settings(), system);
  const [request] = system.requests;
  assertEquals([request?.method, request?.body], ["GET", undefined]);
  assertEquals(request?.headers, { authorization: "Bearer old-access" });
  assert(!request?.url.includes("old-access"));
});

Deno.test("a user's fields are read, Anaplan's way to write a time included", async () => {
  const user = await asked(Response.json({ user: USER }));
  const { lastLoginDate: _, ...rest } = USER;
  assertEquals(user, { ...rest, lastLoginAt: Date.UTC(2017, 8, 7, 8, 5, 37) });
});

Deno.test("a user of whom little is known is a user, and control characters are dropped", async () => {
  const user = await asked(
    Response.json({ user: { firstName: "A\x1b[31mda\u202e", active: "yes" } }),
  );
  assertEquals([user.firstName, user.email, user.active, user.lastLoginAt], [
    "A[31mda",
    "",
    undefined,
    undefined,
  ]);
});

async function kindOf(step: NetworkStep): Promise<string> {
  return (await assertRejects(() => asked(step), CliError)).kind;
}

Deno.test("users/me that does not accept the token is login_required, with or without a body", async () => {
  assertEquals(await kindOf(new Response(null, { status: 401 })), "login_required");
  assertEquals(
    await kindOf(Response.json({ status: { code: 401 } }, { status: 401 })),
    "login_required",
  );
});

Deno.test("another 4xx with Anaplan's envelope is an api error in Anaplan's words", async () => {
  const body = { status: { code: 403, message: "No\x07 access" }, path: "/2/0/users/me" };
  const error = await assertRejects(() => asked(Response.json(body, { status: 403 })), CliError);
  assertEquals(error.kind, "api");
  assertStringIncludes(error.message, "HTTP 403): “No access”");
});

Deno.test("429, 5xx, web pages and the network are unavailable", async () => {
  for (const status of [429, 500, 503]) {
    assertEquals(await kindOf(Response.json({}, { status })), "unavailable");
  }
  for (const status of [200, 403, 502]) assertEquals(await kindOf(webPage(status)), "unavailable");
  assertEquals(await kindOf(Response.json({ users: [] })), "unavailable");
  assertEquals(await kindOf(unreachable()), "unavailable");
});

Deno.test("the end of a session is asked for with AnaplanAuthToken, and honestly reported", async () => {
  const network = [new Response(null, { status: 204 }), new Response(null, { status: 401 })];
  const system = fakeSystem({ network });
  assertEquals(await endSession(boundTo(LOGIN, settings()), settings(), system), true);
  assertEquals(await endSession(boundTo(LOGIN, settings()), settings(), system), false);
  const [request] = system.requests;
  assertEquals(request?.method, "POST");
  assertEquals(request?.headers, { authorization: "AnaplanAuthToken old-access" });
});
