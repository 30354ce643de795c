// What a row says about itself besides its two sealed texts. Rule: the database's administrator or another program may
// have written it, so it is made fit for a sentence where it is read.

import { nameOrQuoted } from "../../base/names.ts";
import { quoteWords } from "../../base/masking.ts";
import type { Row } from "./engine.ts";

/** What a row says, with names that are names, and a time that is one. */
export function fitRow(
  { generation = "0", savedBy, savedAt, attempt }: Omit<Row, "generation"> & {
    readonly generation: string | undefined;
  },
): Omit<Row, "login" | "settings"> {
  const isTime = savedAt !== undefined && Math.abs(savedAt) <= LATEST;
  return {
    generation: /^\d{1,19}$/.test(generation) ? generation : "0",
    savedBy: savedBy && nameOrQuoted(savedBy),
    savedAt: isTime ? savedAt : undefined,
    attempt: attempt && { id: attempt.id, by: nameOrQuoted(attempt.by || "another process") },
  };
}

/** The last time that a date can have (ECMAScript, "Time Values and Time Range"). */
const LATEST = 8.64e15;

/** The version of a server, such as `15.20 (Debian 15.20-0+deb12u1)`. */
export function fitVersion(version: unknown): string {
  if (typeof version !== "string") return "of an unknown version";
  return /^[\w.+~-]+( \([\w.+~ -]+\))?$/.test(version) ? version : quoteWords(version);
}
