// A sample of the fault matrix, one test for each kind; `deno task torture` runs all of its cells.
// Rule: a failing cell comes as one line that says what was expected and what was seen.
import { assert, assertEquals } from "@std/assert";
import { failureLine, runMatrix } from "./matrix/matrix.ts";
import { isSample } from "./matrix/sample.ts";
import { type Kind, KINDS } from "./matrix/verdict.ts";

const NAMES: Readonly<Record<Kind, string>> = {
  "Odd answers": "a refresh token in an odd answer is saved, and the next refresh works",
  "Refusals": "a refusal leaves the login as it was, unless it is invalid_grant",
  "Slow and broken answers": "a cut connection loses no login that has arrived",
  "Disk, before the answer": "nothing is sent when its result could not be saved",
  "Disk, after the answer": "tokens that cannot be saved are rescued, and come back",
  "Disk, before the answer, sealed":
    "nothing of a sealed login is sent when its result could not be saved",
  "Disk, after the answer, sealed":
    "tokens of a sealed login are rescued sealed, come back, and are never plain",
  "Disk, before the answer, without the key":
    "nothing is sent when the key goes while the disk fails",
  "Disk, after the answer, without the key":
    "tokens are rescued sealed with a key that has gone, and come back with it",
  "Signals": "a signal that can be caught waits until the tokens are saved",
  "A login over a login": "a login over a login of the same client can be used",
};

for (const kind of KINDS) {
  Deno.test({
    name: `${NAMES[kind]} (fault matrix)`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const results = await runMatrix({
        select: (cell) => cell.kind === kind && isSample(cell),
      });
      assert(results.length > 0, "the sample has cells of this kind");
      const failing = results.filter(({ failures }) => failures.length > 0);
      assertEquals(failing.map(failureLine), []);
    },
  });
}
