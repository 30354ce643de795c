// What else is parsed from people and servers: token endpoints' answers, saved logins, words
// of a command line, addresses to listen on, text that is to be printed.
// Rule: properties over arbitrary text; a parser that throws anything but its own error is a bug.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CliError } from "../../src/base/errors.ts";
import { listenCandidates } from "../../src/oauth/listen_addresses.ts";
import { readReply } from "../../src/oauth/token_response.ts";
import { splitWords } from "../../src/system/browser.ts";
import { shellWord } from "../../src/base/words.ts";
import { printable } from "../../src/base/masking.ts";
import { parseTokenSet } from "../../src/oauth/token_set.ts";
import { isLoopbackHost } from "../../src/base/urls.ts";
import { REDIRECT_URI, SERVER } from "../support/oauth.ts";
import { hostileText } from "./hostile_text.ts";

const RUNS = { numRuns: 500 };

Deno.test("whatever a token endpoint answers is granted, refused, or a CliError", async () => {
  const body = fc.oneof(fc.json(), hostileText, fc.uint8Array({ maxLength: 50 }));
  const status = fc.constantFrom(200, 201, 302, 400, 401, 403, 404, 429, 500, 502);
  await fc.assert(
    fc.asyncProperty(status, body, async (status, body) => {
      const text = typeof body === "string" ? body.toWellFormed() : new Uint8Array(body);
      try {
        await readReply(new Response(text, { status }), SERVER);
      } catch (error) {
        assert(error instanceof CliError && error.kind === "unavailable", String(error));
      }
    }),
    RUNS,
  );
});

Deno.test("a saved login that is no login is an error that quotes nothing of it", () => {
  const name = fc.constantFrom("version", "accessToken", "expiresAt", "obtainedAt", "endedBy");
  const fields = fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }));
  const text = fc.oneof(
    fields.map((some) => JSON.stringify({ ...some, refreshToken: "hush" })), // without a client id
    hostileText.map((rest) => `{"accessToken":"hush"${rest}`),
  );
  fc.assert(
    fc.property(text, (text) => {
      let message = "";
      try {
        parseTokenSet(text);
      } catch (error) {
        message = error instanceof Error ? error.message : "";
      }
      assert(message.startsWith("it ") && !message.includes("hush"), message);
    }),
    RUNS,
  );
});

Deno.test("words that were quoted for a shell are split into the same words", () => {
  const words = fc.array(hostileText.filter((text) => text.length < 1_000), { maxLength: 6 });
  fc.assert(
    fc.property(words, (words) => {
      assertEquals(splitWords(words.map(shellWord).join(" ")), words);
    }),
    RUNS,
  );
});

Deno.test("only loopback addresses are listened on, whatever is named", () => {
  const host = fc.oneof(
    fc.constantFrom(
      "127.0.0.1",
      "localhost",
      "[::1]",
      "0.0.0.0",
      "[::]",
      "0",
      "127.1",
      "017700000001",
    ),
    fc.domain(),
    fc.ipV4Extended(),
    fc.ipV6().map((address) => `[${address}]`),
    hostileText,
  );
  fc.assert(
    fc.property(host, fc.oneof(fc.nat(70_000).map(String), hostileText), (host, port) => {
      try {
        for (const { addresses } of listenCandidates(REDIRECT_URI, [`${host}:${port}`])) {
          for (const { hostname, port } of addresses) {
            assert(isLoopbackHost(hostname === "::1" ? "[::1]" : hostname), hostname);
            assert(port >= 1 && port <= 65_535, `${port}`);
          }
        }
      } catch (error) {
        assert(error instanceof CliError && error.kind === "usage", String(error));
      }
    }),
    RUNS,
  );
});

Deno.test("nothing that steers a terminal is printable, and what is printable stays", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const shown = printable(text);
      assert(!/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u.test(shown), JSON.stringify(shown));
      assert(shown.length <= 300);
      assertEquals(printable(shown), shown);
    }),
    RUNS,
  );
});
