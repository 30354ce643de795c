// What the proxy answers by itself. Rule: always the JSON of an error as every command prints it, so that a program
// needs to know one shape.

import type { CliError, ErrorKind } from "../base/errors.ts";
import type { Words } from "../base/words.ts";
import type { Talk } from "../command.ts";
import type { Answer } from "./answer.ts";
import type { ReadPiece } from "../system/framing.ts";
import type { Piece } from "../system/input.ts";

/** An answer of the proxy's own. */
export function refusal(
  status: number,
  kind: ErrorKind,
  message: string,
  next: Words,
  { shown }: Talk,
): Answer {
  const text = JSON.stringify({ error: { kind, message, next: shown(next) } }) + "\n";
  const bytes = new TextEncoder().encode(text);
  return {
    status,
    statusText: "",
    headers: [["content-type", "application/json"], ["cache-control", "no-store"]],
    length: bytes.length,
    body: onePiece(bytes),
  };
}

function onePiece(bytes: Piece): ReadPiece {
  const pieces = [bytes];
  return () => Promise.resolve(pieces.shift());
}

/** The status that each kind of failure has for a program; another is 503, since it may work later. */
const STATUSES: Partial<Record<ErrorKind, number>> = {
  login_required: 401,
  denied: 401,
  timeout: 504,
  internal: 500,
};

/** The answer that tells a failure. */
export function refusalFor({ kind, message, next }: CliError, talk: Talk): Answer {
  return refusal(STATUSES[kind] ?? 503, kind, message, next ?? "try again in a minute", talk);
}
