// The text above the questions of a first sign-in. Rule: what you can paste into Anaplan is
// there exactly, and nothing that they do not need.

import { fitted } from "../base/lines.ts";

/** What the introduction depends on. */
export interface Introduced {
  readonly questions: number;
  /** The callback URL that an administrator is to paste. */
  readonly callback: string;
  readonly isDevice: boolean;
  readonly isAnaplan: boolean;
  /** Answers of the last time are offered. */
  readonly isResumed: boolean;
  readonly columns: number | undefined;
}

/** How many questions come and how they are left, and how an administrator makes a client. */
export function introduction(about: Introduced): string {
  const { questions, isAnaplan, isResumed, columns = 80 } = about;
  const many = ["No questions", "One question", "Two questions", "Three questions"][questions];
  const how = questions === 1 ? "it has a flag" : "each has a flag";
  const text = [
    `First sign-in. ${many ?? "Four questions"}; ${how}, shown in brackets.`,
    ...isResumed ? ["Your answers of the last time are offered again; Enter keeps one."] : [],
    "Esc goes back. Ctrl-C stops, and keeps your answers, but not the secret.",
    "",
    ...isAnaplan ? [...clicks(about), ""] : [],
  ].join("\n");
  return fitted(text, columns);
}

function clicks({ callback, isDevice }: Introduced): string[] {
  return [
    "No client yet? An administrator of the tenant creates one in Anaplan:",
    "  1. Administration › Security › OAuth Clients › New (first time: Enable OAuth)",
    `  2. Kind: ${isDevice ? "Device grant" : "Authorization code grant"}`,
    `  3. Callback URL: ${callback}${isDevice ? " (must be filled, is not used)" : ""}`,
    `  4. Save, and copy ${isDevice ? "the client id" : "the client id and the client secret"}`,
  ];
}
