// What a cell of the fault matrix came to.
// Rule: a failure says which property it is of, what was expected and what was seen.
import { stripVTControlCharacters as stripAnsiCode } from "node:util";
import type { Outcome } from "../../support/program.ts";
import type { Cell } from "./cell.ts";
import { isValid, plainAnswer } from "./server_state.ts";

/** The kinds of cells. */
export const KINDS = [
  "Odd answers",
  "Refusals",
  "Slow and broken answers",
  "Disk, before the answer",
  "Disk, after the answer",
  "Disk, before the answer, sealed",
  "Disk, after the answer, sealed",
  "Disk, before the answer, without the key",
  "Disk, after the answer, without the key",
  "Signals",
  "A login over a login",
] as const;

/** A kind of cells. */
export type Kind = typeof KINDS[number];

/** Something that was not as it has to be; 0 is the contract of every command. */
export interface Failure {
  readonly property: number;
  readonly expected: string;
  readonly seen: string;
}

/** A cell, and how it ended. */
export interface CellResult {
  readonly kind: Kind;
  /** The row of the report that it belongs to. */
  readonly group: string;
  readonly name: string;
  readonly failures: readonly Failure[];
  /** Whether the login that has to be on the disk is not there, or has ended. */
  readonly isLost: boolean;
  /** Whether it was lost by SIGKILL between the server's rotation and the rename. */
  readonly isInWindow: boolean;
}

/** A cell that can be run. */
export interface CellTest {
  readonly kind: Kind;
  readonly group: string;
  readonly name: string;
  /** Whether it waits for the better part of its time. */
  readonly isSlow?: boolean;
  run(judge: CellJudge): Promise<Fate>;
}

/** What became of the login. */
export type Fate = "lives" | "lost" | "lost in the window";

/** Notes what is not as it has to be. */
export interface CellJudge {
  readonly failures: Failure[];
  expect(property: number, condition: boolean, expected: string, seen: string): void;
}

/** A judge of a new cell. */
export function cellJudge(): CellJudge {
  const failures: Failure[] = [];
  return {
    failures,
    expect(property, condition, expected, seen) {
      if (!condition) failures.push({ property, expected, seen: seen.trim() });
    },
  };
}

/** How much of an error is shown, in characters. */
const LONGEST = 220;

/** An outcome in a few words. */
export function describeOutcome({ code, stderr }: Outcome): string {
  if (code > 128) return `exit ${code}`;
  const lines = stripAnsiCode(stderr).trim().split("\n").slice(-2).map((line) => line.trim());
  return `exit ${code}: ${lines.join(" / ").slice(0, LONGEST)}`;
}

const CLAIMS = /no saved login was touched|nothing was (saved|changed)|\b(untouched|unchanged)\b/i;

/** What holds for every outcome: its exit code, the two lines of an error, and that it says nothing wrong. */
export function judgeOutcome(
  judge: CellJudge,
  property: number,
  outcome: Outcome,
  exits: readonly number[],
  isTouched = false,
): void {
  const { code, stderr } = outcome;
  judge.expect(
    property,
    exits.includes(code),
    `exit ${exits.join(" or ")}`,
    describeOutcome(outcome),
  );
  const lines = stderr.trimEnd().split("\n").slice(-2);
  const isError = code !== 0 && code < 128;
  const isTwoLines = /^[A-Z].*[.?:]$/.test(lines[0] ?? "") && /^Next: /.test(lines[1] ?? "");
  judge.expect(
    0,
    !isError || isTwoLines,
    "two lines, the second with Next:",
    describeOutcome(outcome),
  );
  judge.expect(
    0,
    code !== 1 && !/^ +at /m.test(stderr),
    "no bug of the program",
    describeOutcome(outcome),
  );
  judge.expect(
    3,
    !(isTouched && CLAIMS.test(stderr)),
    "no claim that the login is as it was",
    describeOutcome(outcome),
  );
}

/** Whether the login with this refresh token is no longer what it was, here or at the server. */
export function isTouched({ client, refreshToken }: Cell, before: string | undefined): boolean {
  const stored = refreshToken();
  return !isValid(client, before) || (stored !== undefined && stored !== before);
}

/** The next `refresh`, with a server that does everything right: it works, and sends nothing used. */
export async function judgeNext(judge: CellJudge, property: number, cell: Cell): Promise<Fate> {
  cell.client.answer = plainAnswer;
  cell.client.meanwhile = () => Promise.resolve();
  const next = await cell.run(["refresh"]);
  judge.expect(property, next.code === 0, "the next refresh works", describeOutcome(next));
  judgeReuse(judge, cell);
  return isValid(cell.client, cell.refreshToken()) ? "lives" : "lost";
}

/** No refresh token and no code came twice. */
export function judgeReuse(judge: CellJudge, { client }: Cell): void {
  const reused = client.requests.filter(({ result }) => result === "reused");
  const what = [...new Set(reused.map(({ grantType }) => grantType))].join(", ");
  judge.expect(2, reused.length === 0, "nothing used is sent again", `sent again: ${what}`);
}
