// Cells in which a token endpoint answers oddly, by state of the clock, with and without an issuer.
// Rule: a refresh token that a client can use is on the disk afterwards, whatever else is wrong.
import type { Outcome } from "../../support/program.ts";
import { ODD_ANSWERS } from "./answers.ts";
import { type Bench, type Cell, openCell } from "./cell.ts";
import { type Clock, CLOCKS, timeBy } from "./clock.ts";
import type { OddAnswer } from "./odd_answer.ts";
import { isValid } from "./server_state.ts";
import { endOf, startLogin } from "./sign_ins.ts";
import {
  type CellJudge,
  type CellTest,
  type Fate,
  isTouched,
  judgeNext,
  judgeOutcome,
} from "./verdict.ts";

/** What is done when the answer comes. */
export type Deed = "refresh" | "login by browser" | "login by paste";

const DEEDS: readonly Deed[] = ["refresh", "login by browser", "login by paste"];

interface OddCell {
  readonly answer: OddAnswer;
  readonly deed: Deed;
  readonly clock: Clock;
  readonly hasIssuer: boolean;
}

/** All of them. */
export function oddCells(bench: Bench): CellTest[] {
  return ODD_ANSWERS.flatMap((answer) =>
    DEEDS.flatMap((deed) =>
      [false, true].flatMap((hasIssuer) =>
        CLOCKS.map((clock) => cellTest(bench, { answer, deed, clock, hasIssuer }))
      )
    )
  );
}

function cellTest(bench: Bench, odd: OddCell): CellTest {
  const { answer, deed, clock, hasIssuer } = odd;
  const issuer = hasIssuer ? "an issuer" : "no issuer";
  return {
    kind: "Odd answers",
    group: answer.name,
    name: `${answer.name}; ${deed}, ${issuer}, clock ${clock.name}`,
    isSlow: answer.isSlow === true,
    run: (judge) => run(bench, odd, judge),
  };
}

async function run(bench: Bench, odd: OddCell, judge: CellJudge): Promise<Fate> {
  const { answer, deed, clock, hasIssuer } = odd;
  await using cell = await openCell(bench, { hasIssuer, clock });
  const before = cell.refreshToken();
  let promised: string | undefined;
  cell.client.answer = async (grant) => {
    const made = await answer.make(grant);
    promised = made.rotatesTo;
    return made;
  };
  const outcome = await done(cell, deed);
  const exits = exitsOf(odd);
  judgeOutcome(judge, 3, outcome, exits, isTouched(cell, before));
  if (deed !== "refresh" && promised === undefined) return judgeWithout(judge, cell, outcome);
  await judgeSaved(judge, odd, cell, promised ?? before);
  return await judgeNext(judge, 3, cell);
}

async function done(cell: Cell, deed: Deed): Promise<Outcome> {
  if (deed === "refresh") return await cell.run(["refresh"]);
  await using login = await startLogin(cell, deed === "login by paste" ? "paste" : "browser");
  await login.goOn();
  return await endOf(login.program);
}

/** What the contract lets a command exit with, which has saved what it could. */
function exitsOf({ answer, deed, clock, hasIssuer }: OddCell): readonly number[] {
  if (answer.isAccessTokenBad) return [4, 6];
  if (answer.hasNoRefreshToken === "unusable") return [0, 4, 6];
  const isIdTokenChecked = hasIssuer && (deed !== "refresh" || answer.idToken !== "absent");
  const isIdTokenBad = answer.idToken !== undefined || clock.shift !== 0;
  return isIdTokenChecked && isIdTokenBad ? [0, 4] : [0];
}

async function judgeSaved(
  judge: CellJudge,
  { answer, deed, clock, hasIssuer }: OddCell,
  cell: Cell,
  expected: string | undefined,
): Promise<void> {
  const stored = cell.refreshToken();
  // a sign-in that may be another user's may be refused, and the login before it stays
  const isDoubtful = ["absent", "damaged", "another user's"].includes(answer.idToken ?? "");
  const mayRefuse = hasIssuer && deed !== "refresh" && isDoubtful;
  const isKept = mayRefuse && isValid(cell.client, stored);
  judge.expect(
    3,
    stored === expected || isKept,
    "the refresh token of the answer is on the disk",
    stored === undefined ? "there is none" : "another one is",
  );
  const isJudged = answer.implausible === "everywhere" || !hasIssuer;
  if (answer.implausible === undefined || !isJudged || stored !== expected) return;
  const { expiresAt = NaN } = JSON.parse(cell.loginText() ?? "{}");
  const minutes = Math.round((expiresAt - await timeBy(clock)) / 60_000);
  judge.expect(17, minutes <= 60, "the lifetime counts as unsaid", `valid for ${minutes} min`);
}

/** A sign-in that brought no refresh token: no login can be refreshed, and none is claimed to be. */
function judgeWithout(judge: CellJudge, cell: Cell, outcome: Outcome): Fate {
  const stored = cell.refreshToken();
  const isAsSaid = outcome.code === 0 ? stored === undefined : isValid(cell.client, stored);
  judge.expect(
    3,
    isAsSaid,
    outcome.code === 0 ? "no refresh token on the disk" : "the login before it",
    stored === undefined ? "no refresh token" : "a refresh token",
  );
  return isAsSaid ? "lives" : "lost";
}
