// The redirection endpoint under whatever may come: it never throws, believes nothing without the right
// state, and the true answer still wins.
// Rule: properties over arbitrary requests; what one request does is in tests/unit/loopback_test.ts.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { signedInPage } from "../../src/oauth/page.ts";
import { type Visit, visit } from "../support/redirection.ts";
import { forgery, hostileText, query } from "./hostile_text.ts";

const RUNS = { numRuns: 250 };
const HOST = "127.0.0.1:8443";
const PAGE = signedInPage({
  server: "Anaplan",
  who: "Ada Lovelace, ada@example.com",
  place: "us1, profile default",
});
const REFUSALS: readonly number[] = [204, 400, 404, 405, 421];

/** A request as a program or a page may send it. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly header: readonly [string, string];
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"];
const PATHS = ["/callback", "/callback/", "//callback", "/%63allback", "/CALLBACK", "/", "/a/../b"];
const HOSTS = [HOST, "localhost:8443", "LOCALHOST:8443", "127.0.0.1", "evil.example:8443", ""];
const HEADERS = ["sec-purpose", "purpose", "x-moz", "range", "origin", "referer", "cookie", "via"];

const anyHeader = fc.tuple(
  fc.constantFrom(...HEADERS),
  fc.oneof(fc.constantFrom("prefetch", "bytes=0-1", "null"), fc.base64String({ maxLength: 40 })),
);
const anyRequest: fc.Arbitrary<Sent> = fc.record({
  method: fc.oneof({ weight: 4, arbitrary: fc.constant("GET") }, fc.constantFrom(...METHODS)),
  path: fc.oneof(
    { weight: 4, arbitrary: fc.constant("/callback") },
    fc.constantFrom(...PATHS),
    hostileText.map((text) => `/${encodeURIComponent(text.toWellFormed())}`),
  ),
  host: fc.oneof({ weight: 4, arbitrary: fc.constant(HOST) }, fc.constantFrom(...HOSTS)),
  header: anyHeader,
});

function send(
  { endpoint }: Visit,
  { method, path, host, header: [name, value] }: Sent,
  search: string,
): Promise<Response> {
  const url = `https://${HOST}${path}?${search}`;
  return endpoint.handle(new Request(url, { method, headers: { host, [name]: value } }));
}

/** The true answer comes, is believed as it is, and is answered with the outcome. */
async function assertTrueAnswerWins({ endpoint, comeBack }: Visit): Promise<void> {
  const page = comeBack({ code: "the-true-code" });
  const answer = await endpoint.answer;
  assertEquals(answer.parameters.get("code"), "the-true-code");
  answer.reply(PAGE);
  assertEquals((await page).status, 200);
}

Deno.test("no request without the right state is believed, and the true answer still wins", async () => {
  const requests = fc.array(fc.tuple(anyRequest, fc.array(forgery, { maxLength: 6 })), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(requests, async (all) => {
      const visited = await visit();
      const state = visited.attempt.state.reveal();
      for (const [request, pairs] of all) {
        const forged = pairs.map((make) => make(state)).filter((pair) => pair[1] !== state);
        const response = await send(visited, request, query(forged));
        const { pathname, search } = new URL(`https://${HOST}${request.path}?${query(forged)}`);
        const isOwnPage = pathname === "/" && search === ""; // it says only that a sign-in waits
        const possible = isOwnPage ? [...REFUSALS, 200] : REFUSALS;
        assert(possible.includes(response.status), `${response.status}`);
        assert(!(await response.text()).includes(state), "the page tells the state");
      }
      await assertTrueAnswerWins(visited);
    }),
    RUNS,
  );
});

/** What makes an answer none, although its state is the right one. */
const FLAWS:
  readonly ((pairs: string[][], state: string) => Partial<Sent> & { search?: string })[] = [
    (pairs) => ({ search: query([...pairs, ["code", "x"]]) }), // twice
    (pairs, state) => ({ search: query([...pairs, ["state", state]]) }),
    (pairs) => ({ search: query([["state", "x"], ...pairs]) }),
    (pairs) => ({ search: query([...pairs, ["error", "access_denied"]]) }),
    (pairs) => ({ search: query([["iss", "x"], ["iss", "x"], ...pairs]) }),
    (pairs) => ({ search: query(pairs.filter(([name]) => name !== "code")) }),
    () => ({ method: "POST" }),
    () => ({ method: "HEAD" }),
    () => ({ host: "evil.example:8443" }),
    () => ({ host: "127.0.0.1:8444" }),
    () => ({ path: "/callback/" }),
    () => ({ header: ["sec-purpose", "prefetch;prerender"] }),
  ];

Deno.test("the right state with anything wrong beside it is not believed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...FLAWS), { minLength: 1, maxLength: 4 }),
      hostileText,
      async (flaws, code) => {
        const visited = await visit();
        const state = visited.attempt.state.reveal();
        for (const flaw of flaws) {
          const pairs = [["code", code.toWellFormed()], ["state", state]];
          const plain: Sent = {
            method: "GET",
            path: "/callback",
            host: HOST,
            header: ["via", "x"],
          };
          const { search = query(pairs), ...changes } = flaw(pairs, state);
          const response = await send(visited, { ...plain, ...changes }, search);
          assert(REFUSALS.includes(response.status), `${response.status}`);
        }
        await assertTrueAnswerWins(visited);
      },
    ),
    RUNS,
  );
});

Deno.test("a true answer is believed however it is encoded, and handed on as it came", async () => {
  await fc.assert(
    fc.asyncProperty(hostileText, fc.array(fc.boolean()), async (code, escape) => {
      const { endpoint, attempt, ask } = await visit();
      const wellFormed = code.toWellFormed();
      const state = Array.from(
        attempt.state.reveal(),
        (letter, at) =>
          escape[at] ? `%${letter.charCodeAt(0).toString(16).padStart(2, "0")}` : letter,
      ).join("");
      const page = ask(`/callback?code=${encodeURIComponent(wellFormed)}&state=${state}`);
      assertEquals((await endpoint.answer).parameters.get("code"), wellFormed);
      endpoint.reply(PAGE);
      assertEquals((await page).status, 200);
    }),
    RUNS,
  );
});
