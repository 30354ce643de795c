// A command's failure as it is reported: what it advises is for the profile of the command.
import { assertEquals } from "@std/assert";
import { formatWords, signIn, words } from "../../src/base/words.ts";
import { CliError } from "../../src/base/errors.ts";
import { recordFailure } from "../../src/session/failure.ts";
import { lastFailure } from "../../src/settings/last_failure.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";

const FAILURE = new CliError("login_required", "This login is for a, not for b", {
  next: words`${signIn()}, or look at the profile`,
});

Deno.test("what signs in names the profile of the command, whichever command it is", () => {
  using dir = tempDir();
  saveProfile(dir.path, "eu", {}, () => {});
  const flags = { profile: "eu", configDir: dir.path };
  const { next = "" } = recordFailure(FAILURE, ["api"], flags, fakeSystem());
  assertEquals(formatWords(next), "anaplan-auth login --profile eu, or look at the profile");
});

Deno.test("a failure is kept for doctor, but no usage error, no interruption and nothing of doctor's", () => {
  using dir = tempDir();
  saveProfile(dir.path, "eu", {}, () => {});
  const flags = { profile: "eu", configDir: dir.path };
  for (const kind of ["usage", "interrupted"] as const) {
    recordFailure(new CliError(kind, "x"), ["api"], flags, fakeSystem());
  }
  recordFailure(FAILURE, ["doctor"], flags, fakeSystem());
  assertEquals(lastFailure(dir.path, "eu"), undefined);
  recordFailure(FAILURE, ["api"], flags, fakeSystem());
  assertEquals(lastFailure(dir.path, "eu")?.message, FAILURE.message);
});

Deno.test("settings that cannot be read leave the failure as it is, and keep nothing", () => {
  using dir = tempDir();
  Deno.mkdirSync(`${dir.path}/profiles`, { mode: 0o700 });
  Deno.writeTextFileSync(`${dir.path}/profiles/eu.json`, "{", { mode: 0o600 });
  const flags = { profile: "eu", configDir: dir.path };
  assertEquals(recordFailure(FAILURE, ["api"], flags, fakeSystem()), FAILURE);
  assertEquals(namesIn(dir.path), ["profiles"]);
});
