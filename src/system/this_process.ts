// The names of this computer and process, for people. Rule: nothing is decided by them.

/** The computer's name; a program without the permission to know it says so in other words. */
export function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "a computer";
  }
}

/** The number of this process. */
export const PROCESS_ID = Deno.pid;
