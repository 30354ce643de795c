// The name of this computer. Rule: for people; nothing is decided by it, and no permission is asked for it.

/** The computer's name where a file has it, as on Linux and in containers; other words elsewhere. */
export function hostName(): string {
  try {
    return Deno.readTextFileSync("/etc/hostname").trim() || UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

const UNKNOWN = "a computer";
