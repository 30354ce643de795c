// Private files and locks among processes: a lock is exclusive and dies with its holder, a write that is
// cut or fails leaves the old text.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { readPrivateFile } from "../../src/files/private_file.ts";
import { writePrivateFile } from "../../src/files/replacement.ts";
import { lockElsewhere, rewriteElsewhere, TEXTS, writeOnFullDisk } from "./disk_process.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const IS_WINDOWS = Deno.build.os === "windows";

Deno.test("of two processes one has the lock, and the other says whose it is", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  await using holder = lockElsewhere(path, 0);
  assertEquals(await holder.line(), "held");
  await using other = lockElsewhere(path, 100);
  assertEquals(
    await other.line(),
    `Cannot lock ${path}: waited 0.1 s; process ${holder.pid} holds it`,
  );
});

Deno.test("a lock that is waited for is had as soon as its holder gives it back", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  await using holder = lockElsewhere(path, 0);
  assertEquals(await holder.line(), "held");
  await using other = lockElsewhere(path, 60_000);
  const next = other.line();
  await holder.release();
  assertEquals(await next, "held");
});

Deno.test("a lock dies with its holder, however that is killed", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  await using holder = lockElsewhere(path, 0);
  assertEquals(await holder.line(), "held");
  await holder.kill();
  using _lock = await lockFile(path, 0, fakeSystem());
});

Deno.test("a lock is also exclusive inside one process", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  const first = await lockFile(path, 0, fakeSystem());
  await assertRejects(() => lockFile(path, 0, fakeSystem()), CliError);
  first[Symbol.dispose]();
  using _second = await lockFile(path, 0, fakeSystem());
});

Deno.test("waiting for a lock ends at the deadline with a storage error that names the pid", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.lock`;
  const pauses: number[] = [];
  const monotonic = (): number => pauses.reduce((sum, pause) => sum + pause, 0);
  const clock = { monotonic, sleep: (pause: number) => Promise.resolve(void pauses.push(pause)) };
  using _lock = await lockFile(path, 0, clock);
  const error = await assertRejects(() => lockFile(path, 60_000, clock), CliError);
  assertEquals(error.kind, "storage");
  assertStringIncludes(error.message, `waited 60 s; process ${Deno.pid} holds it`);
  assertStringIncludes(nextOf(error), `ps ${Deno.pid}`);
  assert(monotonic() >= 60_000 && monotonic() < 61_000, `${monotonic()}`);
  assert(pauses.every((pause) => pause <= 50), "a lock that is given back is had at once");
});

Deno.test("a lock file has mode 0600, and a link or an open file in its place is refused", async () => {
  using dir = tempDir();
  (await lockFile(`${dir.path}/a.lock`, 0, fakeSystem()))[Symbol.dispose]();
  assertEquals(modeOf(`${dir.path}/a.lock`), "600");
  Deno.writeTextFileSync(`${dir.path}/b.lock`, "");
  Deno.chmodSync(`${dir.path}/b.lock`, 0o666);
  Deno.symlinkSync(`${dir.path}/a.lock`, `${dir.path}/c.lock`);
  for (const name of ["b.lock", "c.lock"]) {
    const error = await assertRejects(
      () => lockFile(`${dir.path}/${name}`, 0, fakeSystem()),
      CliError,
    );
    assertEquals(error.kind, "storage");
  }
});

Deno.test("who reads while another process writes sees one text or the other, never a part", async () => {
  using dir = tempDir();
  const path = `${dir.path}/a.json`;
  writePrivateFile(path, TEXTS[0] ?? "");
  await using writer = rewriteElsewhere(path);
  assertEquals(await writer.line(), "writing");
  const seen = new Set<string | undefined>();
  for (let count = 0; count < 200 || seen.size < 2; count++) seen.add(readPrivateFile(path));
  await writer.kill();
  seen.add(readPrivateFile(path)); // killed in the middle of something
  assert([...seen].every((text) => TEXTS.includes(text ?? "")));
});

Deno.test({
  name: "a write on a full disk fails, keeps the old text, and leaves nothing beside it",
  ignore: IS_WINDOWS,
  async fn() {
    using dir = tempDir();
    const path = `${dir.path}/a.json`;
    writePrivateFile(path, "old");
    await using writer = writeOnFullDisk(path);
    assertStringIncludes(await writer.line(), `Cannot write ${path}: `);
    assertEquals(readPrivateFile(path), "old");
    assertEquals(namesIn(dir.path), ["a.json"]);
  },
});
