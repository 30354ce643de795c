// Cells in which a token endpoint refuses, at `refresh` and at `login`.
// Rule: the server refuses without touching the login, so that the next refresh has to work.
import type { Outcome } from "../../support/program.ts";
import { type Bench, type Cell, openCell } from "./cell.ts";
import { type Refusal, REFUSALS } from "./refusals.ts";
import { signInOnce } from "./sign_ins.ts";
import {
  type CellJudge,
  type CellTest,
  type Fate,
  isTouched,
  judgeNext,
  judgeOutcome,
} from "./verdict.ts";

type Deed = "refresh" | "login";

/** All of them. */
export function refusalCells(bench: Bench): CellTest[] {
  return REFUSALS.flatMap((refusal) =>
    (["refresh", "login"] as const).map((deed): CellTest => {
      const group = `${refusal.status}, ${refusal.error}`;
      return {
        kind: "Refusals",
        group,
        name: `${group}; ${deed}`,
        run: (judge) => run(bench, refusal, deed, judge),
      };
    })
  );
}

async function run(bench: Bench, refusal: Refusal, deed: Deed, judge: CellJudge): Promise<Fate> {
  await using cell = await openCell(bench);
  const { status, body, headers = {} } = refusal;
  cell.client.answer = () => ({
    status,
    headers: { "content-type": typeOf(body), location: "/elsewhere", ...headers },
    body: new TextEncoder().encode(body),
  });
  const [before, refreshToken] = [cell.loginText(), cell.refreshToken()];
  const outcome = deed === "refresh" ? await cell.run(["refresh"]) : await signInOnce(cell);
  judgeOutcome(judge, 6, outcome, refusal[deed], isTouched(cell, refreshToken));
  judgeFile(judge, refusal, deed, cell, before);
  if (refusal.error === "invalid_request" && deed === "refresh") judgeAdvice(judge, outcome);
  return await judgeNext(judge, 6, cell);
}

function typeOf(body: string): string {
  if (body.startsWith("{")) return "application/json";
  return body.startsWith("<") ? "text/html" : "text/plain";
}

function judgeFile(
  judge: CellJudge,
  { error, status }: Refusal,
  deed: Deed,
  cell: Cell,
  before: string | undefined,
): void {
  const after = cell.loginText();
  const isMarked = after?.includes('"endedBy"') ?? false;
  const mayMark = deed === "refresh" && error === "invalid_grant" &&
    [400, 401, 403].includes(status);
  if (mayMark) judge.expect(6, isMarked, "the login is marked as rejected", "it is not");
  else {judge.expect(
      6,
      after === before,
      "the login byte for byte",
      isMarked ? "a mark" : "changed",
    );}
}

/** Two real servers say `invalid_request` of a dead refresh token. */
function judgeAdvice(judge: CellJudge, { stderr }: Outcome): void {
  const next = stderr.trimEnd().split("\n").at(-1) ?? "";
  judge.expect(6, next.includes("login"), "Next: anaplan-auth login", next);
}
