// Files that only their owner may read, in a real directory.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { readPrivateFile } from "../../src/files/private_file.ts";
import { removePrivateFile, writePrivateFile } from "../../src/files/replacement.ts";
import { readNamedFile } from "../../src/files/named_file.ts";
import { CANNOT_CHOWN, NOBODY, storageError } from "../support/disk.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("a private file is written with mode 0600 and read back", () => {
  using dir = tempDir();
  writePrivateFile(`${dir.path}/a.json`, "text");
  assertEquals(modeOf(`${dir.path}/a.json`), "600");
  assertEquals(readPrivateFile(`${dir.path}/a.json`), "text");
});

Deno.test("U+FFFD in a private file is a character like any other, and bytes that are not UTF-8 are damage", () => {
  using dir = tempDir();
  const path = `${dir.path}/a.json`;
  writePrivateFile(path, "caf\ufffd");
  assertEquals(readPrivateFile(path), "caf\ufffd");
  Deno.writeFileSync(path, new Uint8Array([0x63, 0xe9])); // in Latin-1
  const error = assertThrows(() => readPrivateFile(path), CliError, "it is not UTF-8");
  assertEquals(error.damagedFile, path);
});

Deno.test("a file that does not exist is undefined, not an error", () => {
  using dir = tempDir();
  assertEquals(readPrivateFile(`${dir.path}/none`), undefined);
  assertEquals(readPrivateFile(`${dir.path}/no-directory/none`), undefined);
});

Deno.test("a write replaces the whole file by a new one and leaves nothing beside it", () => {
  using dir = tempDir();
  const path = `${dir.path}/a.json`;
  writePrivateFile(path, "a much longer text");
  using old = Deno.openSync(path);
  writePrivateFile(path, "new");
  assertEquals(Deno.readTextFileSync(path), "new");
  assertEquals(old.statSync().size, 18); // who has the old one open still sees it whole
  assertEquals(namesIn(dir.path), ["a.json"]);
});

Deno.test("a write that cannot begin leaves nothing behind", () => {
  using dir = tempDir();
  const error = storageError(() => writePrivateFile(`${dir.path}/none/a.json`, "text"));
  assertStringIncludes(error.message, `Cannot write ${dir.path}/none/a.json`);
  assertEquals(namesIn(dir.path), []);
});

Deno.test({
  name: "a rename that fails leaves no copy of the text beside the file",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn() {
    using dir = tempDir();
    const path = `${dir.path}/a.json`;
    writePrivateFile(path, "old");
    const chattr = (flag: string): void =>
      void new Deno.Command("chattr", { args: [flag, path] }).outputSync();
    chattr("+i"); // acts as what only other systems do: a file that another program has open
    try {
      assertThrows(() => writePrivateFile(path, "new"), CliError);
      assertEquals(namesIn(dir.path), ["a.json"]);
    } finally {
      chattr("-i");
    }
  },
});

for (const mode of [0o640, 0o604, 0o660, 0o610]) {
  const name = mode.toString(8);
  Deno.test(`a file with mode 0${name} is refused and left as it is`, () => {
    using dir = tempDir();
    const path = `${dir.path}/a.json`;
    Deno.writeTextFileSync(path, "hush");
    Deno.chmodSync(path, mode);
    const error = storageError(() => readPrivateFile(path));
    assertEquals(error.message, `Cannot read ${path}: other users can open it`);
    assertEquals(nextOf(error), `chmod 600 ${path}`);
    storageError(() => writePrivateFile(path, "new"));
    assertEquals([modeOf(path), Deno.readTextFileSync(path)], [name, "hush"]);
    assertEquals(namesIn(dir.path), ["a.json"]);
  });
}

Deno.test("a symbolic link is refused for reading and writing, wherever it leads", () => {
  using dir = tempDir();
  writePrivateFile(`${dir.path}/target`, "hush");
  for (const target of ["target", "nowhere"]) {
    const link = `${dir.path}/to-${target}`;
    Deno.symlinkSync(`${dir.path}/${target}`, link);
    assertStringIncludes(storageError(() => readPrivateFile(link)).message, "not a plain file");
    storageError(() => writePrivateFile(link, "new"));
    assert(Deno.lstatSync(link).isSymlink);
  }
  assertEquals(Deno.readTextFileSync(`${dir.path}/target`), "hush");
  assertEquals(namesIn(dir.path), ["target", "to-nowhere", "to-target"]);
});

Deno.test("a directory in the place of a file is refused", () => {
  using dir = tempDir();
  Deno.mkdirSync(`${dir.path}/a.json`);
  storageError(() => readPrivateFile(`${dir.path}/a.json`));
  storageError(() => writePrivateFile(`${dir.path}/a.json`, "new"));
});

Deno.test({
  name: "a file of another user is refused, even with mode 0600",
  ignore: CANNOT_CHOWN,
  fn() {
    using dir = tempDir();
    const path = `${dir.path}/a.json`;
    writePrivateFile(path, "hush");
    Deno.chownSync(path, NOBODY, NOBODY);
    const error = storageError(() => readPrivateFile(path));
    assertEquals(error.message, `Cannot read ${path}: it belongs to another user`);
    storageError(() => writePrivateFile(path, "new"));
    assertEquals(Deno.readTextFileSync(path), "hush");
  },
});

Deno.test("removing a file that is not there is no failure", () => {
  using dir = tempDir();
  writePrivateFile(`${dir.path}/a.json`, "text");
  for (const _ of [1, 2]) removePrivateFile(`${dir.path}/a.json`);
  assertEquals(namesIn(dir.path), []);
});

Deno.test("a named file that cannot be read is a usage error that says how it was named", () => {
  using dir = tempDir();
  const path = `${dir.path}/ca.pem`;
  const error = assertThrows(() => readNamedFile(path, "--ca-file"), CliError);
  assertEquals(error.kind, "usage");
  assertEquals(error.message, `Cannot read ${path}: no such file or directory`);
  assertStringIncludes(nextOf(error), "--ca-file");
  Deno.writeTextFileSync(path, "text");
  assertEquals(readNamedFile(path, "--ca-file"), "text"); // whatever its mode: it is the user's
});
