// Pasted text, whatever it is: it never throws, and is no answer without the attempt's own state.
// Rule: properties over arbitrary text; what one text means is in tests/unit/paste_test.ts.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parsePasted } from "../../src/oauth/paste.ts";
import { REDIRECT_URI, responseQuery, someAttempt } from "../support/oauth.ts";
import { forgery, hostileText, nearState, query } from "./hostile_text.ts";

const RUNS = { numRuns: 500 };

const attempt = await someAttempt();
const state = attempt.state.reveal();

Deno.test("no pasted text throws, and none is an answer with a state that is not the attempt's", () => {
  const before = fc.constantFrom("", "?", `${REDIRECT_URI}?`, "127.0.0.1:8443/callback?", "code=");
  const pairs = fc.array(forgery, { maxLength: 5 }).map((all) => query(all.map((f) => f(state))));
  fc.assert(
    fc.property(before, fc.oneof(pairs, hostileText), (start, rest) => {
      const pasted = parsePasted(start + rest, attempt);
      if (pasted.kind !== "answer") return assert(pasted.problem.length < 200);
      assertEquals(pasted.parameters.getAll("state"), [state]);
      assertEquals(pasted.parameters.has("code"), !pasted.parameters.has("error"));
    }),
    RUNS,
  );
});

Deno.test("a pasted address whose state is all but the right one is no answer", () => {
  fc.assert(
    fc.property(nearState(), (change) => {
      const near = change(state);
      // blanks, quotes and what only a paste adds are forgiven; what is left must not be the state
      fc.pre(near.replace(/[\s"'<>`]/g, "") !== state);
      const text = `${REDIRECT_URI}?${query([["code", "a-code"], ["state", near]])}`;
      assert(parsePasted(text, attempt).kind !== "answer", text);
    }),
    RUNS,
  );
});

Deno.test("the true address is understood wherever blanks, quotes and line breaks got into it", () => {
  const address = `${REDIRECT_URI}?${responseQuery(attempt)}`;
  const noise = fc.constantFrom(" ", "\n", "\r\n  ", "\t", '"', "'", "<", ">", "`", "\u00a0");
  const places = fc.array(fc.tuple(fc.nat(address.length), noise), { maxLength: 8 });
  fc.assert(
    fc.property(places, (all) => {
      const text = all.reduce((so, [at, what]) => so.slice(0, at) + what + so.slice(at), address);
      const pasted = parsePasted(text, attempt);
      assert(pasted.kind === "answer", text);
      assertEquals(pasted.parameters.get("code"), "a-code");
    }),
    RUNS,
  );
});
