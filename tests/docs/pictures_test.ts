// The picture of a session in README is what the demo shows now.
// Rule: the demo is run again, in a terminal; `deno task pictures` draws it anew.
import { assertEquals } from "@std/assert";
import { demoSession, sessionPictures } from "../../tools/session.ts";
import { findPython, testWith } from "../support/needs.ts";

testWith(
  await findPython(),
  "README's picture of a session is what the demo shows",
  async (python) => {
    for (const [name, svg] of Object.entries(sessionPictures(await demoSession(python)))) {
      const kept = await Deno.readTextFile(new URL(`../../docs/images/${name}`, import.meta.url));
      assertEquals(kept, svg, "`deno task pictures` draws it anew");
    }
  },
);
