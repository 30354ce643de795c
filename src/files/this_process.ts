// The names of this computer and process. Rule: for people; nothing is decided by them, and no permission is needed.

/** The computer's name where a file has it, as on Linux and in containers; other words elsewhere. */
export function hostName(): string {
  try {
    return Deno.readTextFileSync("/etc/hostname").trim() || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

const UNKNOWN = "a computer";

/** The number of this process. */
export const PROCESS_ID = Deno.pid;
