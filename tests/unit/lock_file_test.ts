// Lock files: the system's own lock, waited for with a deadline, and never done without.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { lockFile } from "../../src/lock_file.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { modeOf, tempDir } from "../support/temp_dir.ts";

Deno.test("a lock is had at once when nobody has it, and again when it was given back", async () => {
  using dir = tempDir();
  const system = fakeSystem();
  for (let count = 0; count < 2; count++) {
    using _lock = await lockFile(`${dir.path}/a.lock`, 0, system);
  }
  assertEquals(system.sleeps, []);
});

Deno.test("a lock's file is its owner's alone, and names the process that has it", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  assertEquals([modeOf(path), Deno.readTextFileSync(path).trim()], ["600", `${Deno.pid}`]);
});

Deno.test("a lock that is given back while it is waited for is had", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  const first = await lockFile(path, 0, fakeSystem());
  let pauses = 0;
  const patient = {
    now: () => 0,
    sleep: () => Promise.resolve(++pauses === 3 ? first[Symbol.dispose]() : undefined),
  };
  using _second = await lockFile(path, 1_000, patient);
  assertEquals(pauses, 3);
});

Deno.test("a lock that is not had in time is a storage error that names the holder", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  const system = fakeSystem();
  const started = system.now();
  const error = await assertRejects(() => lockFile(path, 2_000, system), CliError);
  assertEquals(error.kind, "storage");
  assertStringIncludes(error.message, `process ${Deno.pid} has been holding it for more than 2 s`);
  assertStringIncludes(error.next ?? "", `ps ${Deno.pid}`);
  const waited = system.now() - started;
  assert(waited >= 2_000 && waited <= 2_050, String(waited));
});

Deno.test("the pauses grow, but never beyond what a person would notice", async () => {
  using dir = tempDir();
  using _lock = await lockFile(`${dir.path}/a.lock`, 0, fakeSystem());
  const system = fakeSystem();
  await assertRejects(() => lockFile(`${dir.path}/a.lock`, 1_000, system), CliError);
  assertEquals([system.sleeps[0], Math.max(...system.sleeps)], [5, 50]);
});

Deno.test("a symbolic link, or a file that is open to others, is no lock", async () => {
  using dir = tempDir();
  Deno.symlinkSync(`${dir.path}/elsewhere`, `${dir.path}/link.lock`);
  Deno.writeTextFileSync(`${dir.path}/open.lock`, "");
  Deno.chmodSync(`${dir.path}/open.lock`, 0o666);
  for (const name of ["link.lock", "open.lock"]) {
    const error = await assertRejects(
      () => lockFile(`${dir.path}/${name}`, 0, fakeSystem()),
      CliError,
    );
    assertEquals(error.kind, "storage");
  }
});
