// What tests of the disk share: another user, and the error that all trouble comes as.
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";

/** Another user. */
export const NOBODY = 65_534;
/** Files can be given away by root alone. */
export const CANNOT_CHOWN = Deno.build.os === "windows" || Deno.uid() !== 0;

/** The `storage` error that the work ends with. */
export function storageError(work: () => unknown): CliError {
  const error = assertThrows(work, CliError);
  assertEquals(error.kind, "storage");
  return error;
}

/** Makes an empty file that was last changed so many minutes ago. */
export function makeOldFile(path: string, minutes: number): void {
  Deno.writeTextFileSync(path, "");
  const then = new Date(Date.now() - minutes * 60_000);
  Deno.utimeSync(path, then, then);
}

/** What a crash left beside the file, two hours ago; the path. */
export function oldLeftover(path: string): string {
  const leftover = `${path}.${crypto.randomUUID()}.tmp`;
  makeOldFile(leftover, 120);
  return leftover;
}
