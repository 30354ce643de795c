// What holds for every login, and which test shows it; docs/reliability.md lists them.
// Rule: a property is listed once a test of this tree shows it.

import type { Part } from "./row.ts";

/** Something that holds, and where it is shown. */
export interface Property {
  readonly what: string;
  /** A chapter of the report, or a test file. */
  readonly shownBy: Part | `tests/${string}`;
}

/** All of them. */
export const PROPERTIES: readonly Property[] = [
  {
    what: "No refresh token and no code is sent before its result can be saved.",
    shownBy: "Disk, before the answer",
  },
  {
    what: "A used refresh token is never sent again. Rescued tokens are put back, or asked for.",
    shownBy: "Disk, after the answer",
  },
  {
    what: "Any 2xx answer with a refresh token puts that token on the disk first.",
    shownBy: "Odd answers",
  },
  {
    what: "Every signal that can be caught waits until the tokens are saved.",
    shownBy: "Signals",
  },
  {
    what: "A refresh is sent again only after a cut connection, never after a timeout.",
    shownBy: "Slow and broken answers",
  },
  {
    what: "Only `invalid_grant` marks a login as rejected, and `refresh` asks the server even so.",
    shownBy: "Refusals",
  },
  {
    what: "After a `login` that exits 0, `whoami` and `refresh` work.",
    shownBy: "A login over a login",
  },
  {
    what: "Every rescued file is named on stderr, whatever signal came.",
    shownBy: "Signals",
  },
  {
    what: "An implausible lifetime of an access token counts as unsaid.",
    shownBy: "Odd answers",
  },
];
