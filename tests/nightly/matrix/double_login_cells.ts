// Cells in which a user who is signed in signs in again, at a server that ends whole grants.
// Rule: after a login that exits 0, whoami and refresh work.
import { type Bench, openCell } from "./cell.ts";
import { signInOnce } from "./sign_ins.ts";
import {
  type CellJudge,
  type CellTest,
  describeOutcome,
  type Fate,
  judgeNext,
  judgeOutcome,
} from "./verdict.ts";

interface DoubleLogin {
  readonly hasIssuer: boolean;
  /** Whether the access token of the login before has not expired. */
  readonly isFresh: boolean;
}

/** All of them. */
export function doubleLoginCells(bench: Bench): CellTest[] {
  const group = "a login over a login of the same client";
  return [false, true].flatMap((hasIssuer) =>
    [false, true].map((isFresh): CellTest => {
      const what = `${hasIssuer ? "an issuer" : "no issuer"}, ${isFresh ? "fresh" : "stale"}`;
      return {
        kind: "A login over a login",
        group,
        name: `${group}; ${what}`,
        run: (judge) => run(bench, { hasIssuer, isFresh }, judge),
      };
    })
  );
}

async function run(
  bench: Bench,
  { hasIssuer, isFresh }: DoubleLogin,
  judge: CellJudge,
): Promise<Fate> {
  await using cell = await openCell(bench, { hasIssuer });
  cell.client.endsWholeGrant = true;
  if (isFresh) {
    const text = cell.loginText() ?? "";
    const expiresAt = Date.now() + 30 * 60_000;
    await Deno.writeTextFile(
      cell.loginFile,
      text.replace(/("expiresAt": ?)\d+/, `$1${expiresAt}`),
    );
  }
  const outcome = await signInOnce(cell);
  judgeOutcome(judge, 8, outcome, [0], true);
  const whoami = await cell.run(["whoami"]);
  judge.expect(8, whoami.code === 0, "whoami works", describeOutcome(whoami));
  return await judgeNext(judge, 8, cell);
}
