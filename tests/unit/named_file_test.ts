// A file that the person named for an answer: it takes its place when it is whole, and leaves nothing else.
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { createNamedFile } from "../../src/named_file.ts";
import { tempDir } from "../support/temp_dir.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const NEW = new TextEncoder().encode("new");

function write(path: string): void {
  using file = createNamedFile(path);
  file.write(NEW);
  file.finish();
}

function writeHalf(path: string): void {
  using file = createNamedFile(path);
  file.write(NEW);
}

function namesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

Deno.test("a new file is there when it is finished, and nothing beside it", () => {
  using dir = tempDir();
  write(`${dir.path}/out`);
  assertEquals([namesIn(dir.path), Deno.readTextFileSync(`${dir.path}/out`)], [["out"], "new"]);
});

Deno.test("until then the old one stands there, and stays when it is not finished", () => {
  using dir = tempDir();
  const path = `${dir.path}/out`;
  Deno.writeTextFileSync(path, "old");
  {
    using file = createNamedFile(path);
    file.write(NEW);
    assertEquals(Deno.readTextFileSync(path), "old");
  }
  writeHalf(path);
  assertEquals([namesIn(dir.path), Deno.readTextFileSync(path)], [["out"], "old"]);
});

Deno.test("one that is not finished leaves nothing", () => {
  using dir = tempDir();
  writeHalf(`${dir.path}/out`);
  assertEquals(namesIn(dir.path), []);
});

for (const mode of [0o600, 0o640, 0o666, 0o755]) {
  Deno.test({
    name: `mode ${mode.toString(8)} is kept, whatever the umask`,
    ignore: IS_WINDOWS,
    fn() {
      using dir = tempDir();
      const path = `${dir.path}/out`;
      Deno.writeTextFileSync(path, "old");
      Deno.chmodSync(path, mode);
      write(path);
      assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, mode);
    },
  });
}

Deno.test({
  name: "what is written for a private file is private from the start",
  ignore: IS_WINDOWS,
  fn() {
    using dir = tempDir();
    const path = `${dir.path}/out`;
    Deno.writeTextFileSync(path, "old", { mode: 0o600 });
    using _file = createNamedFile(path);
    const modes = namesIn(dir.path).map((name) => Deno.statSync(`${dir.path}/${name}`).mode ?? 0);
    assertEquals(modes.map((mode) => mode & 0o777), [0o600, 0o600]);
  },
});

for (const isThere of [true, false]) {
  for (const isRelative of [true, false]) {
    const what = `a${isRelative ? " relative" : ""} link to ${isThere ? "a file" : "nothing yet"}`;
    Deno.test({
      name: `${what} stays a link, and its file is written`,
      ignore: IS_WINDOWS,
      fn() {
        using dir = tempDir();
        Deno.mkdirSync(`${dir.path}/far`);
        const [target, link] = [`${dir.path}/far/out`, `${dir.path}/link`];
        if (isThere) Deno.writeTextFileSync(target, "old");
        Deno.symlinkSync(isRelative ? "far/out" : target, link);
        write(link);
        assertEquals(Deno.lstatSync(link).isSymlink, true);
        assertEquals([namesIn(`${dir.path}/far`), Deno.readTextFileSync(target)], [["out"], "new"]);
        assertEquals(namesIn(dir.path), ["far", "link"]);
      },
    });
  }
}

Deno.test("a place that cannot be written is a storage error that names it", () => {
  using dir = tempDir();
  Deno.symlinkSync("loop", `${dir.path}/loop`);
  for (const path of [`${dir.path}/no/out`, dir.path, `${dir.path}/loop`]) {
    const error = assertThrows(() => createNamedFile(path), CliError, `Cannot write ${path}`);
    assertEquals(error.kind, "storage");
  }
  assertEquals(namesIn(dir.path), ["loop"]);
});

Deno.test("a device is written to as it is", () => {
  write("/dev/null");
  assertEquals(Deno.statSync("/dev/null").isFile, false);
});
