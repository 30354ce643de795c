// What holds for every login, and the test that shows it; docs/reliability.md lists them.
// Rule: a property names a test of this tree; "the fault matrix tries it" where many cells do.

import type { Part } from "./row.ts";

/** Something that holds, and where it is shown. */
export interface Property {
  readonly what: string;
  /** The name of a test, as it is written in its file. */
  readonly test: string;
  /** The chapter of the report whose rows also try it. */
  readonly triedIn?: Part;
}

/** All of them. */
export const PROPERTIES: readonly Property[] = [
  {
    what: "No refresh token and no code is sent before its result can be saved.",
    test: "on a full disk nothing is asked, since no token could be saved",
    triedIn: "Disk, before the answer",
  },
  {
    what:
      "After a request nothing of the program is loaded before the tokens are saved, sealed or not.",
    test: "${deed} of a ${kind} login is saved when the program's files are gone after the request",
  },
  {
    what: "A sealed login and its rescued tokens are never in plain text, whatever the disk does.",
    test: "tokens of a sealed login are rescued sealed, come back, and are never plain",
    triedIn: "Disk, after the answer, sealed",
  },
  {
    what: "A key that goes after the request costs no tokens: they are rescued, and wait for it.",
    test: "tokens are rescued sealed with a key that has gone, and come back with it",
    triedIn: "Disk, after the answer, without the key",
  },
  {
    what: "A used refresh token is never sent again. Rescued tokens are put back, or asked for.",
    test: "when ${what} of new tokens fails, they are named, and the next command puts them back",
    triedIn: "Disk, after the answer",
  },
  {
    what: "Any 2xx answer with a refresh token puts that token on the disk first.",
    test: "an answer with ${what} still grants its refresh token",
    triedIn: "Odd answers",
  },
  {
    what: "Every signal that can be caught waits until the tokens are saved.",
    test: "${signal} waits until the new tokens are saved, then ends refresh with ${code}",
    triedIn: "Signals",
  },
  {
    what: "A refresh is sent again only after a cut connection, never after a timeout.",
    test: "a request that timed out is not sent again: its answer may be late",
    triedIn: "Slow and broken answers",
  },
  {
    what: "Only `invalid_grant` marks a login as rejected, and `refresh` asks the server even so.",
    test: "${status} ${code} says nothing about the login, and leaves its file as it is",
    triedIn: "Refusals",
  },
  {
    what: "A token from the future is stale: the clock was corrected.",
    test: "isFresh() does not believe a token that was issued in the future: a clock was corrected",
    triedIn: "Odd answers",
  },
  {
    what: "A valid token of a rejected login is given with a warning.",
    test: "after invalid_grant a token that is still valid is given, with a warning",
  },
  {
    what: "After a `login` that exits 0, `whoami` and `refresh` work.",
    test: "after a second login of the same client, whoami and refresh work",
    triedIn: "A login over a login",
  },
  {
    what: "Waits for a lock are bounded, and no clock that is set changes them.",
    test: "a clock that is set forward or back neither ends nor stretches the wait for a lock",
  },
  {
    what: "Leftovers that cannot be removed fail no save.",
    test: "what looks like a leftover and cannot be removed spoils no save and no removal",
  },
  {
    what: "Every rescued file is named on stderr, whatever signal came.",
    test: "after ${signal} a failed save is reported with the rescued file, then ${code}",
    triedIn: "Signals",
  },
  {
    what: "`logout` leaves nothing on the disk before it waits for any server.",
    test: '${argv.join(" ")} leaves nothing on the disk before it waits for any server',
  },
  {
    what: "What another command saved while a login waited is kept.",
    test: "what another command saved while a login waited is kept, and what it was given is added",
  },
  {
    what: "A token of another process counts only when it is fresh.",
    test:
      "refreshedTokenSet() goes on with the refresh token of another process when its token is stale",
  },
  {
    what: "Where only the lock cannot be had, a valid token is given with a warning.",
    test: "where only the lock cannot be had, a token that is still valid is given with a warning",
  },
  {
    what: "A damaged file is moved to `.bad`, and the command goes on.",
    test: 'a login that is ${what} is moved to .bad by ${argv.join(" ")}, which says so',
  },
  {
    what: "A file of a newer version is never moved.",
    test: 'a login of a newer version asks ${argv.join(" ")} for an upgrade, and stays',
  },
  {
    what: "An implausible lifetime of an access token counts as unsaid.",
    test: "expires_in that is ${what} is taken for ${expected} s",
    triedIn: "Odd answers",
  },
  {
    what: "A list that ends early is exit 6, with both numbers.",
    test: 'a list that ends with ${what} is exit 6 with both numbers${lines ? ", by lines" : ""}',
  },
  {
    what: "Files are their owner's alone, whatever the umask.",
    test: "with umask ${umask} all files are 0600, all directories 0700, and every command works",
  },
  {
    what: "A device code's `slow_down` is kept, however it comes.",
    test: "slow_down by 429 adds five seconds to all later pauses like any other",
  },
  {
    what: "A device code's lifetime does not depend on a clock that is set.",
    test: "a clock that is set forward does not end the code's lifetime",
  },
];
