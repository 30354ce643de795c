// The last failure, kept for doctor: best effort, private, and never in the way.
import { assertEquals } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { lastFailure, saveFailure } from "../../src/settings/last_failure.ts";
import { oldLeftover } from "../support/disk.ts";
import { START } from "../support/fake_system.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";

const FAILURE = new CliError("unavailable", "Cannot reach as.example.com: no answer", {
  next: "try again",
  cause: new Error("hush"),
});

Deno.test("a failure that was kept is there for the next process, with when and what", () => {
  using dir = tempDir();
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  const { message } = FAILURE;
  assertEquals(lastFailure(dir.path, "eu"), { at: START, command: "refresh", message });
});

Deno.test("a later failure takes the place of the one before", () => {
  using dir = tempDir();
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  saveFailure(dir.path, "eu", "login", FAILURE, START + 1);
  assertEquals(lastFailure(dir.path, "eu")?.command, "login");
  assertEquals(namesIn(`${dir.path}/failures`), ["eu.json"]);
});

Deno.test("failures are kept apart by profile, in files of their owner's alone", () => {
  using dir = tempDir();
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  assertEquals(lastFailure(dir.path, "us"), undefined);
  assertEquals(modeOf(`${dir.path}/failures/eu.json`), "600");
  assertEquals(modeOf(`${dir.path}/failures`), "700");
});

Deno.test("what a crash left of a failure is gone after the next one", () => {
  using dir = tempDir();
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  oldLeftover(`${dir.path}/failures/eu.json`);
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  assertEquals(namesIn(`${dir.path}/failures`), ["eu.json"]);
});

Deno.test("only what was printed is kept: nothing of the cause", () => {
  using dir = tempDir();
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  assertEquals(Deno.readTextFileSync(`${dir.path}/failures/eu.json`).includes("hush"), false);
});

Deno.test("a failure that cannot be saved changes nothing else", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/failures`, "in the way");
  saveFailure(dir.path, "eu", "refresh", FAILURE, START);
  assertEquals(lastFailure(dir.path, "eu"), undefined);
});

Deno.test("a kept failure that is damaged counts as none", () => {
  using dir = tempDir();
  for (const text of ["{", "[]", "{}", '{"at":"x","command":"y","message":"z"}']) {
    saveFailure(dir.path, "eu", "refresh", FAILURE, START);
    Deno.writeTextFileSync(`${dir.path}/failures/eu.json`, text);
    assertEquals(lastFailure(dir.path, "eu"), undefined);
  }
});
