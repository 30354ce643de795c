// The names of this computer and process. Rule: for people; nothing is decided by them, and no permission is needed.

import { ifPossible } from "../base/errors.ts";

/** The computer's name where a file has it, as on Linux and in containers; other words elsewhere. */
export function hostName(): string {
  return ifPossible(() => Deno.readTextFileSync("/etc/hostname").trim()) || "a computer";
}

export const PROCESS_ID = Deno.pid;
