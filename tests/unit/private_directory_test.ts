// Directories that only their owner may enter, real ones.
import { assertEquals } from "@std/assert";
import { assertPrivateDirectory, listDirectory, readIn } from "../../src/files/private_file.ts";
import {
  ensurePrivateDirectory,
  removeLeftovers,
  writePrivateFile,
} from "../../src/files/replacement.ts";
import { CANNOT_CHOWN, makeOldFile, NOBODY, storageError } from "../support/disk.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("a private directory is made with its parents, mode 0700, and can be there already", () => {
  using dir = tempDir();
  for (const _ of [1, 2]) ensurePrivateDirectory(`${dir.path}/a/b`);
  assertEquals([modeOf(`${dir.path}/a`), modeOf(`${dir.path}/a/b`)], ["700", "700"]);
});

for (const mode of [0o755, 0o710, 0o702, 0o777]) {
  Deno.test(`a directory with mode 0${mode.toString(8)} is refused and left as it is`, () => {
    using dir = tempDir();
    const path = `${dir.path}/open`;
    Deno.mkdirSync(path);
    Deno.chmodSync(path, mode);
    for (const work of [ensurePrivateDirectory, assertPrivateDirectory]) {
      const error = storageError(() => work(path));
      assertEquals(error.message, `Cannot use ${path}: other users can open it`);
      assertEquals(
        nextOf(error),
        `chmod 700 ${path} if nothing else uses it, or give another directory: --config-dir`,
      );
    }
    assertEquals(modeOf(path), mode.toString(8));
  });
}

Deno.test("a directory that does not exist is no trouble for reading, and is not made", () => {
  using dir = tempDir();
  assertPrivateDirectory(`${dir.path}/none`);
  assertEquals(namesIn(dir.path), []);
});

Deno.test("nothing is read below a configuration directory of which one level is open", () => {
  using dir = tempDir();
  ensurePrivateDirectory(`${dir.path}/credentials`);
  writePrivateFile(`${dir.path}/credentials/a.json`, "text");
  const read = (): string | undefined =>
    readIn(dir.path, "credentials/a.json", (text) => text, "look at it");
  assertEquals(read(), "text");
  for (const level of ["", "/credentials"]) {
    Deno.chmodSync(`${dir.path}${level}`, 0o711);
    storageError(read);
    Deno.chmodSync(`${dir.path}${level}`, 0o700);
  }
});

Deno.test({
  name: "a directory of another user is refused and left as it is",
  ignore: CANNOT_CHOWN,
  fn() {
    using dir = tempDir();
    Deno.mkdirSync(`${dir.path}/theirs`, { mode: 0o755 });
    Deno.chmodSync(`${dir.path}/theirs`, 0o755);
    Deno.chownSync(`${dir.path}/theirs`, NOBODY, NOBODY);
    storageError(() => ensurePrivateDirectory(`${dir.path}/theirs`));
    assertEquals(modeOf(`${dir.path}/theirs`), "755");
  },
});

Deno.test("a file where a directory should be is a storage error", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/file`, "");
  storageError(() => ensurePrivateDirectory(`${dir.path}/file`));
  storageError(() => ensurePrivateDirectory(`${dir.path}/file/below`));
});

Deno.test("listDirectory() gives sorted names, and none for a directory that does not exist", () => {
  using dir = tempDir();
  for (const name of ["b", "a"]) Deno.writeTextFileSync(`${dir.path}/${name}`, "");
  assertEquals(listDirectory(dir.path), ["a", "b"]);
  assertEquals(listDirectory(`${dir.path}/none`), []);
});

Deno.test("removeLeftovers() takes away what a crash left of this file, and nothing else", () => {
  using dir = tempDir();
  const id = crypto.randomUUID();
  const kept = [
    ...["a.json", "a.lock", "a.json.bad", `a.json.${id}.tmp.txt`],
    ...[`ab.json.${id}.tmp`, `a.json.x.${id}.tmp`, `a.json.${id.slice(1)}.tmp`],
  ];
  for (const name of [...kept, `a.json.${id}.tmp`]) {
    Deno.writeTextFileSync(`${dir.path}/${name}`, "");
  }
  const future = new Date(Date.now() + 3_600_000); // a disk of the network with a clock of its own
  Deno.utimeSync(`${dir.path}/a.json.${id}.tmp`, future, future);
  removeLeftovers(`${dir.path}/a.json`, 0);
  assertEquals(namesIn(dir.path), kept.sort());
});

Deno.test("without the lock, leftovers of a file are removed once they are an hour old", () => {
  using dir = tempDir();
  const [old, young, directory] = [1, 2, 3].map(() => `a.json.${crypto.randomUUID()}.tmp`);
  makeOldFile(`${dir.path}/${old}`, 61);
  makeOldFile(`${dir.path}/${young}`, 59); // another process may be writing it
  Deno.mkdirSync(`${dir.path}/${directory}`);
  const others = [`b.json.${crypto.randomUUID()}.tmp`, `notes.${crypto.randomUUID()}.tmp`];
  for (const name of others) makeOldFile(`${dir.path}/${name}`, 10_000);
  removeLeftovers(`${dir.path}/a.json`);
  assertEquals(namesIn(dir.path), [`${young}`, `${directory}`, ...others].sort());
});

Deno.test("leftovers that cannot be looked at or removed are no error", () => {
  using dir = tempDir();
  removeLeftovers(`${dir.path}/none/a.json`, 0);
  Deno.mkdirSync(`${dir.path}/a.json.${crypto.randomUUID()}.tmp/full`, { recursive: true });
  removeLeftovers(`${dir.path}/a.json`, 0);
  assertEquals(namesIn(dir.path).length, 1);
});
