// What one torture run found, as a line of the report.
// Rule: whatever was not kept is in `wrong`, in words; a run throws only when it could not be done.

import { type Kind, KINDS } from "./matrix/verdict.ts";

/** The part that tests/hostile makes. */
export const HOSTILE = "Faults and hostile callers";

/** The kills of what handles sealed logins. */
export const SEALED_KILLS = "Crashes on sealed logins";

/** A chapter of the report. */
export type Part =
  | "Races"
  | "Crashes"
  | typeof SEALED_KILLS
  | "Faults of the disk"
  | Kind
  | typeof HOSTILE;

/** The chapters, in order. */
export const PARTS: readonly Part[] = [
  "Races",
  "Crashes",
  SEALED_KILLS,
  "Faults of the disk",
  ...KINDS,
  HOSTILE,
];

/** What became of the login in runs that kill the program. */
export interface Counts {
  readonly torn: number;
  readonly stuck: number;
  readonly lost: number;
  /** How many of the lost ones the server had rotated without the answer being saved. */
  readonly inWindow: number;
}

/** One line of the report. */
export interface Row {
  readonly part: Part;
  /** The command that was killed, where the report counts by command. */
  readonly command?: string;
  readonly what: string;
  readonly tried: number;
  /** What was kept, in a few words. */
  readonly kept: string;
  /** What was not. */
  readonly wrong: readonly string[];
  readonly counts?: Counts;
}

/** Counts of nothing. */
export const NONE: Counts = { torn: 0, stuck: 0, lost: 0, inWindow: 0 };

/** Both together. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    torn: a.torn + b.torn,
    stuck: a.stuck + b.stuck,
    lost: a.lost + b.lost,
    inWindow: a.inWindow + b.inWindow,
  };
}

/** Notes what was not as it has to be. */
export interface Judge {
  readonly wrong: string[];
  expect(condition: boolean, otherwise: string): void;
}

/** A judge who has seen nothing wrong yet. */
export function judge(): Judge {
  const wrong: string[] = [];
  return {
    wrong,
    expect(condition, otherwise) {
      if (!condition) wrong.push(otherwise);
    },
  };
}
