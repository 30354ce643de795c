// What a page of another origin, or a program that is no browser, gets from the listener of a login of the
// real program: nothing to read, nothing that tells one moment from another, and no effect.
// Rule: requests are made by hand, with the headers that a browser would send.
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { browse } from "../support/scripted_browser.ts";
import { pendingLogin } from "./pending_login.ts";

/** What came back. */
interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(
  url: string,
  { method = "GET", headers = {}, body = "" }: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, rejectUnauthorized: false, agent: false as const };
    const sent = request(url, options, (incoming) => {
      let text = "";
      incoming.on("data", (chunk) => text += chunk);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: text,
        }));
    });
    const impatience = setTimeout(() => {
      reject(new Error(`the listener does not answer ${method} ${url}`));
      sent.destroy();
    }, 5_000);
    sent.on("close", () => clearTimeout(impatience));
    sent.on("error", reject);
    sent.end(body);
  });
}

const CROSS_SITE = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
const FORM = { ...CROSS_SITE, "content-type": "application/x-www-form-urlencoded" };
const PREFLIGHT = { ...CROSS_SITE, "access-control-request-method": "GET" };

/** What is sent with the right state, which no stranger has, and is still rejected. */
const REFUSED: readonly (readonly [string, number, Parameters<typeof ask>[1]])[] = [
  ["another name for this computer", 421, { headers: { host: "evil.example:8443" } }],
  ["a form that is posted across sites", 405, { method: "POST", headers: FORM, body: "code=x" }],
  ["a HEAD", 405, { method: "HEAD" }],
  ["a preflight", 405, { method: "OPTIONS", headers: PREFLIGHT }],
  ["a preflight for private networks", 405, {
    method: "OPTIONS",
    headers: { ...PREFLIGHT, "access-control-request-private-network": "true" },
  }],
  ["a prefetch", 204, { headers: { "sec-purpose": "prefetch" } }],
  ["a prerender", 204, { headers: { "sec-purpose": "prefetch;prerender" } }],
];

Deno.test("nothing that is not a visit has an effect, even with the right state", async () => {
  await using login = await pendingLogin();
  const { listener, state, address, program } = login;
  const statuses: Record<string, number> = {};
  for (const [what, , init] of REFUSED) {
    const answer = await ask(`${listener.redirectUri}?code=x&state=${state}`, init);
    statuses[what] = answer.status;
    assertEquals(answer.body, "");
    assertBare(answer);
  }
  assertEquals(statuses, Object.fromEntries(REFUSED.map(([what, status]) => [what, status])));
  assertEquals((await browse(address)).status, 200);
  assertEquals((await program.outcome).code, 0);
});

Deno.test("a page of another origin can read nothing, and sees the same before and after", async () => {
  await using login = await pendingLogin();
  const { listener, address, home, sandbox, program, state } = login;
  const seen: Answer[] = [];
  const look = async (): Promise<void> => {
    for (const query of ["", "?code=x&state=guess", "?error=access_denied"]) {
      seen.push(await ask(listener.redirectUri + query, { headers: CROSS_SITE }));
    }
  };
  await look();
  sandbox.fault("/oauth/token", { delayMs: 400 }); // the answer is in, and not yet exchanged
  const page = browse(address);
  const isAsked = (): boolean => sandbox.requests.some(({ path }) => path === "/oauth/token");
  for (let tries = 0; !isAsked(); tries++) {
    assert(tries < 1_000, "the code is not exchanged");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await look();
  assertEquals((await page).status, 200);
  await program.outcome;
  for (const answer of seen) {
    assertEquals([answer.status, answer.body], [400, seen[0]?.body]);
    assertBare(answer);
    for (const value of [state, home.path, sandbox.clients.rotating.clientId, "Anaplan"]) {
      assert(!answer.body.includes(value), "the page tells something of the sign-in");
    }
  }
  assertEquals(new Set(seen.map(({ headers }) => Object.keys(headers).sort().join())).size, 1);
});

/** No header lets another origin read or keep the answer, or frame it. */
function assertBare({ status, headers }: Answer): void {
  const names = Object.keys(headers).join(" ");
  assertNotMatch(names, /access-control|timing-allow|set-cookie|etag|last-modified|server/);
  assertEquals(headers["cache-control"], "no-store");
  assertEquals(headers["x-content-type-options"], "nosniff");
  if (status === 400) {
    assert(headers["content-security-policy"]?.includes("frame-ancestors 'none'"));
  }
}
