// The name of this computer. Rule: for people; nothing is decided by it.

/** The computer's name; a program without the permission to know it says so in other words. */
export function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "a computer";
  }
}
