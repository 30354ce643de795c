// Lock files: the system's own lock, waited for with a deadline, and never done without.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { lockElsewhere } from "../support/disk_process.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { modeOf, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("a free lock is taken at once, and again when it was given back", async () => {
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
  const [holder] = Deno.readTextFileSync(path).split("\n");
  assertEquals([modeOf(path), holder], ["600", `${Deno.pid}`]);
});

Deno.test("a lock keeps its identity, whatever is noted and however its directory is written", async () => {
  using dir = tempDir();
  const directory = `${dir.path}/${`${"long".repeat(60)}/`.repeat(10)}with a\nline`;
  Deno.mkdirSync(directory, { recursive: true });
  Deno.symlinkSync(directory, `${dir.path}/link`);
  const identities: string[] = [];
  for (
    const path of [
      `${directory}/a.lock`,
      `${directory}/../with a\nline/a.lock`,
      `${dir.path}/link/a.lock`,
    ]
  ) {
    using lock = await lockFile(path, 0, fakeSystem());
    lock.note(`${directory}/a note`);
    lock.note("");
    identities.push(lock.identity);
  }
  assertEquals(new Set(identities).size, 1);
});

Deno.test("a copy of a lock file has another identity, and keeps the note", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  const identities: string[] = [];
  for (const copy of [path, `${dir.path}/a copy.lock`]) {
    if (copy !== path) Deno.copyFileSync(path, copy);
    using lock = await lockFile(copy, 0, fakeSystem());
    if (copy !== path) assertEquals(lock.noted, "/where/it/is");
    lock.note("/where/it/is");
    identities.push(lock.identity);
  }
  assertEquals(new Set(identities).size, 2);
});

Deno.test("a lock that is given back while it is waited for is had", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  const first = await lockFile(path, 0, fakeSystem());
  let pauses = 0;
  const patient = {
    monotonic: () => 0,
    sleep: () => Promise.resolve(++pauses === 3 ? first[Symbol.dispose]() : undefined),
  };
  using _second = await lockFile(path, 1_000, patient);
  assertEquals(pauses, 3);
});

for (const what of ["removed", "replaced"]) {
  Deno.test(`a lock file that is ${what} while its lock is waited for is locked anew`, async () => {
    using dir = tempDir();
    const path = `${dir.path}/a.lock`;
    using _first = await lockFile(path, 0, fakeSystem());
    let pauses = 0;
    const patient = {
      monotonic: () => 0,
      sleep(): Promise<void> {
        if (++pauses === 2) Deno.removeSync(path);
        if (pauses === 2 && what === "replaced") Deno.writeTextFileSync(path, "", { mode: 0o600 });
        return Promise.resolve();
      },
    };
    using second = await lockFile(path, 1_000, patient);
    assert(!second.hold(), "the lock is on the file at the path");
    await assertRejects(() => lockFile(path, 0, fakeSystem()), CliError);
  });
}

Deno.test("a lock that is not had in time is a storage error that names the holder", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  const system = fakeSystem();
  const started = system.monotonic();
  const error = await assertRejects(() => lockFile(path, 2_000, system), CliError);
  assertEquals(error.kind, "storage");
  assertStringIncludes(error.message, `waited 2 s; process ${Deno.pid} holds it`);
  assertStringIncludes(nextOf(error), `ps ${Deno.pid}`);
  const waited = system.monotonic() - started;
  assert(waited >= 2_000 && waited <= 2_050, String(waited));
});

Deno.test("a clock that is set forward or back neither ends nor stretches the wait for a lock", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  for (const correction of [86_400_000, -86_400_000]) {
    const system = fakeSystem();
    let slept = 0;
    const sleep = async (pause: number): Promise<void> => {
      assert((slept += pause) < 3_000, "it goes on waiting");
      if (slept === pause) system.setClock(correction);
      await system.sleep(pause);
    };
    const clock = { monotonic: system.monotonic, sleep };
    const error = await assertRejects(() => lockFile(path, 2_000, clock), CliError);
    assert(slept >= 2_000, `${slept} ms`);
    assertStringIncludes(error.message, "waited 2 s");
  }
});

Deno.test("a wait in which the program was stopped is reported as long as it was", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  let elapsed = 0;
  const clock = {
    monotonic: () => elapsed,
    sleep: () => Promise.resolve(void (elapsed += 3_600_000)),
  };
  await assertRejects(() => lockFile(path, 2_000, clock), CliError, "waited 3600 s");
});

Deno.test("a lock that was given back names no process", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  (await lockFile(path, 0, fakeSystem()))[Symbol.dispose]();
  using _other = lockOfAnotherProgram(path);
  const error = await assertRejects(() => lockFile(path, 0, fakeSystem()), CliError);
  assertStringIncludes(error.message, "another process holds it");
});

Deno.test({
  name: "a process that was killed while it held the lock is not named, though the file still does",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using dir = tempDir();
    const path = `${dir.path}/a.lock`;
    await using killed = lockElsewhere(path, 0);
    assertEquals(await killed.line(), "held");
    await killed.kill();
    using _other = lockOfAnotherProgram(path);
    const error = await assertRejects(() => lockFile(path, 0, fakeSystem()), CliError);
    assertStringIncludes(error.message, "another process holds it");
  },
});

/** A lock of a program that is not ours, and so does not say who it is. */
function lockOfAnotherProgram(path: string): Disposable {
  const file = Deno.openSync(path, { read: true, write: true });
  file.lockSync(true);
  return { [Symbol.dispose]: () => file.close() };
}

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
