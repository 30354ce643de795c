// The one table from an error's kind to the exit code, and what becomes of any other throw.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError, EXIT_CODES, toCliError } from "../../src/base/errors.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("every kind has the exit code of the contract", () => {
  assertEquals(EXIT_CODES, {
    internal: 1,
    usage: 2,
    login_required: 3,
    denied: 4,
    timeout: 5,
    unavailable: 6,
    storage: 7,
    api: 8,
    interrupted: 130,
  });
});

Deno.test("toCliError() leaves a CliError as it is", () => {
  const error = new CliError("denied", "Cannot sign in", { next: "anaplan-auth login" });
  assertEquals(toCliError(error) === error, true);
});

Deno.test("toCliError() calls anything else a bug and keeps its cause", () => {
  const cause = new TypeError("x is undefined");
  const error = toCliError(cause);
  assertEquals([error.kind, error.cause], ["internal", cause]);
  assertStringIncludes(error.message, "x is undefined");
  assertStringIncludes(nextOf(error), "--verbose");
});

Deno.test("of a failure and a signal that came before its end, toCliError() gives the failure", () => {
  const full = new CliError("storage", "The disk is full");
  const interrupted = new CliError("interrupted", "Interrupted");
  const end = (): never => {
    throw interrupted;
  };
  function save(): void {
    using _signals = { [Symbol.dispose]: end };
    throw full;
  }
  assertEquals(toCliError(assertThrows(save)) === full, true);
});

Deno.test("toCliError() takes what is no Error", () => {
  assertEquals(toCliError("a text").kind, "internal");
  assertEquals(toCliError(undefined).kind, "internal");
});

Deno.test("a CliError's answer counts as received unless it says otherwise", () => {
  assertEquals(new CliError("unavailable", "no").answerLost, false);
  assertEquals(new CliError("unavailable", "no", { answerLost: true }).answerLost, true);
  assertEquals(new CliError("unavailable", "no", { answerLost: true }).timedOut, false);
});

Deno.test("a part of the program that cannot be loaded for want of a file descriptor is no bug", () => {
  const thrown = new TypeError("Import 'a.ts' failed. 0: Too many open files (os error 24)");
  const { kind, next = "" } = toCliError(thrown);
  assertEquals([kind, formatWords(next).includes("ulimit -n")], ["storage", true]);
});

Deno.test("with() keeps everything of a failure but what is given", () => {
  const before = new CliError("unavailable", "no", { answerLost: true, next: "a", cause: 7 });
  const after = before.with({ next: "b" });
  assertEquals([after.kind, after.message, after.answerLost], ["unavailable", "no", true]);
  assertEquals([after.next, after.cause, after instanceof CliError], ["b", 7, true]);
});
