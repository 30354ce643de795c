// The page at which the browser is opened: whom it leads on, and when it ends the attempt.
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { openStartPage, type StartPage } from "../../src/oauth/start_page.ts";
import { type BrowserFlags, browserOpening } from "../../src/sign_in/by_browser.ts";
import { type FakeListener, fakeListener } from "../support/fake_listener.ts";
import { isSettled } from "../support/redirection.ts";

const TARGET = "https://as.example.com/authorize?state=a-state";

interface Scene {
  readonly listener: FakeListener;
  readonly page: StartPage;
  /** Asks for the page, or for another path, as a browser does. */
  visit(headers?: Record<string, string>, path?: string, method?: string): Promise<Response>;
  isEnded(): Promise<boolean>;
}

async function scene(): Promise<Scene> {
  const listener = fakeListener();
  let handle: (request: Request) => Promise<Response> = () => Promise.reject(new Error("closed"));
  const page = await openStartPage(TARGET, {
    serve(options) {
      handle = options.handle;
      return listener.serve(options);
    },
  });
  if (page === undefined) throw new Error("The page was not opened");
  const { host } = new URL(page.url);
  return {
    listener,
    page,
    visit: (headers, path, method = "GET") =>
      handle(new Request(new URL(path ?? "", page.url), { method, headers: { host, ...headers } })),
    isEnded: () => isSettled(page.secondVisit),
  };
}

function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split("; ")[0] ?? "";
}

Deno.test("the first visitor is led to the sign-in page, which learns of no other address", async () => {
  const { page, visit } = await scene();
  const response = await visit();
  assertEquals([response.status, response.headers.get("location")], [302, TARGET]);
  assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  assertEquals(response.headers.get("cache-control"), "no-store");
  const { pathname } = new URL(page.url);
  assertMatch(response.headers.get("set-cookie") ?? "", /^visitor=[\w-]{43}; /);
  const [, ...attributes] = (response.headers.get("set-cookie") ?? "").split("; ");
  assertEquals(attributes, [`Path=${pathname}`, "HttpOnly", "SameSite=Lax"]);
});

Deno.test("the page's address is 256 random bits on loopback, and says nothing of the attempt", async () => {
  const [one, two] = [await scene(), await scene()];
  assertMatch(one.page.url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
  assertNotEquals(one.page.url, two.page.url);
  const cookie = cookieOf(await one.visit());
  assert(!one.page.url.includes(cookie.replace("visitor=", "")));
});

Deno.test("the same browser may load the page again", async () => {
  const { visit, isEnded } = await scene();
  const cookie = cookieOf(await visit());
  for (const sent of [cookie, `other=1; ${cookie}`]) {
    assertEquals((await visit({ cookie: sent })).headers.get("location"), TARGET);
  }
  assertEquals(await isEnded(), false);
});

const VISITORS = { "no cookie": {}, "a wrong cookie": { cookie: `visitor=${"x".repeat(43)}` } };
for (const [what, headers] of Object.entries(VISITORS)) {
  Deno.test(`a second visitor with ${what} is not led on, and ends the attempt`, async () => {
    const { page, visit } = await scene();
    await visit();
    const response = await visit(headers);
    assertEquals([response.status, response.headers.get("location")], [400, null]);
    assert(!(await response.text()).includes("a-state"));
    const error = await assertRejects(() => page.secondVisit, CliError);
    assertEquals(error.kind, "denied");
  });
}

const UNCOUNTED: readonly (readonly [string, Record<string, string>, string, string, number])[] = [
  ["a HEAD", {}, "", "HEAD", 405],
  ["a POST", {}, "", "POST", 405],
  ["the favicon", {}, "/favicon.ico", "GET", 404],
  ["another path", {}, "/another", "GET", 404],
  ["another host", { host: "evil.example" }, "", "GET", 421],
  ["a prefetch", { "sec-purpose": "prefetch;prerender" }, "", "GET", 204],
  ["a link preview", { purpose: "preview" }, "", "GET", 204],
];
for (const [what, headers, path, method, status] of UNCOUNTED) {
  Deno.test(`${what} is answered ${status}, and counts as no visit`, async () => {
    const { visit, isEnded } = await scene();
    const ask = (): Promise<Response> => visit(headers, path, method);
    assertEquals([(await ask()).status, (await visit()).status], [status, 302]);
    assertEquals([(await ask()).status, await isEnded()], [status, false]);
  });
}

Deno.test("closing twice is closing once, and without a port there is no page", async () => {
  const { page, listener } = await scene();
  await Promise.all([page.close(), page.close()]);
  assertEquals(listener.open, 0);
  assertEquals(await openStartPage(TARGET, fakeListener("refused")), undefined);
});

type World = Parameters<typeof browserOpening>[1];

/** At what the browser is opened, with these flags, in this world. */
function opening(
  env: Readonly<Record<string, string>>,
  flags: BrowserFlags = {},
  world: Partial<World> = {},
): ReturnType<typeof browserOpening> {
  const usual: World = {
    platform: "linux",
    isContainer: () => Promise.resolve(false),
    env: (name) => env[name],
  };
  return browserOpening(flags, { ...usual, ...world });
}

Deno.test("on Linux and macOS the browser is opened at a start page", async () => {
  for (const platform of ["linux", "darwin"] as const) {
    assertEquals(await opening({}, {}, { platform }), "start-page");
  }
});

Deno.test("on Windows, in WSL and in containers the browser is opened at the sign-in page itself", async () => {
  assertEquals(await opening({}, {}, { platform: "windows" }), "address");
  assertEquals(await opening({}, {}, { isContainer: () => Promise.resolve(true) }), "address");
  assertEquals(await opening({ WSL_DISTRO_NAME: "Debian" }), "address");
});

Deno.test("with --no-browser and --paste no browser is opened", async () => {
  assertEquals([await opening({}, { noBrowser: true }), await opening({}, { paste: true })], [
    undefined,
    undefined,
  ]);
});

Deno.test("over SSH no browser is opened, unless one was named or a display is forwarded", async () => {
  const ssh = { SSH_CONNECTION: "203.0.113.7 50022 192.0.2.4 22" };
  assertEquals(await opening(ssh), undefined);
  for (const env of [{ BROWSER: "w3m" }, { DISPLAY: ":10" }, { WAYLAND_DISPLAY: "w" }]) {
    assertEquals(await opening({ ...ssh, ...env }), "start-page");
  }
});
