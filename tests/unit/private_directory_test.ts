// Directories that only their owner may enter, real ones.
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  ensurePrivateDirectory,
  listDirectory,
  removeLeftovers,
} from "../../src/private_directory.ts";
import { aged, CANNOT_CHOWN, NOBODY, storageError } from "../support/disk.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";

Deno.test("a private directory is made with its parents, mode 0700, without a warning", () => {
  using dir = tempDir();
  ensurePrivateDirectory(`${dir.path}/a/b`, (text) => {
    throw new Error(text);
  });
  assertEquals([modeOf(`${dir.path}/a`), modeOf(`${dir.path}/a/b`)], ["700", "700"]);
});

Deno.test("a directory that stands open is closed, and the person is told", () => {
  using dir = tempDir();
  Deno.mkdirSync(`${dir.path}/open`);
  Deno.chmodSync(`${dir.path}/open`, 0o755);
  const warnings: string[] = [];
  ensurePrivateDirectory(`${dir.path}/open`, (text) => warnings.push(text));
  assertEquals(modeOf(`${dir.path}/open`), "700");
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0] ?? "", `${dir.path}/open was open to other users`);
});

Deno.test({
  name: "a directory of another user is refused and left as it is",
  ignore: CANNOT_CHOWN,
  fn() {
    using dir = tempDir();
    Deno.mkdirSync(`${dir.path}/theirs`, { mode: 0o755 });
    Deno.chmodSync(`${dir.path}/theirs`, 0o755);
    Deno.chownSync(`${dir.path}/theirs`, NOBODY, NOBODY);
    storageError(() => ensurePrivateDirectory(`${dir.path}/theirs`, () => {}));
    assertEquals(modeOf(`${dir.path}/theirs`), "755");
  },
});

Deno.test("a file where a directory should be is a storage error", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/file`, "");
  storageError(() => ensurePrivateDirectory(`${dir.path}/file`, () => {}));
  storageError(() => ensurePrivateDirectory(`${dir.path}/file/below`, () => {}));
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
  const kept = ["a.json", "a.lock", `ab.json.${id}.tmp`, "a.json.bad"];
  for (const name of [...kept, `a.json.${id}.tmp`]) {
    Deno.writeTextFileSync(`${dir.path}/${name}`, "");
  }
  removeLeftovers(`${dir.path}/a.json`);
  assertEquals(namesIn(dir.path), kept.sort());
});

Deno.test("what crashes left an hour ago is removed where something is written, and nothing else", () => {
  using dir = tempDir();
  const id = crypto.randomUUID();
  const kept = [`b.json.${id}.tmp`, "a.json", "a.tmp", `${id}.tmp.txt`];
  aged(`${dir.path}/b.json.${id}.tmp`, 59); // somebody may be writing it
  for (const name of kept.slice(1)) aged(`${dir.path}/${name}`, 10_000);
  for (const name of ["a.json", "b.json"]) {
    aged(`${dir.path}/${name}.${crypto.randomUUID()}.tmp`, 61);
  }
  Deno.mkdirSync(`${dir.path}/c.json.${id}.tmp`);
  ensurePrivateDirectory(dir.path, () => {});
  assertEquals(namesIn(dir.path), [...kept, `c.json.${id}.tmp`].sort());
});

Deno.test({
  name: "leftovers that cannot be looked at or removed hinder nobody",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn() {
    using dir = tempDir();
    const path = `${dir.path}/a.json.${crypto.randomUUID()}.tmp`;
    aged(path, 61);
    const chattr = (flag: string): void =>
      void new Deno.Command("chattr", { args: [flag, path] }).outputSync();
    chattr("+i");
    try {
      ensurePrivateDirectory(dir.path, () => {});
    } finally {
      chattr("-i");
    }
  },
});
