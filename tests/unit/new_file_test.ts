// A file that the user named for an answer: it takes its place when it is whole, and leaves nothing else.
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { createNamedFile } from "../../src/files/new_file.ts";
import { CANNOT_CHOWN, NOBODY } from "../support/disk.ts";
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

Deno.test("until then the old one is there, and stays when the new one is not finished", () => {
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

/** A directory as /tmp is, and a file of the user's elsewhere. */
function sharedDirectory(): { readonly shared: string; readonly own: string } & Disposable {
  const dir = tempDir();
  const [shared, own] = [`${dir.path}/shared`, `${dir.path}/own`];
  Deno.mkdirSync(shared);
  Deno.chmodSync(shared, 0o1777);
  Deno.mkdirSync(own);
  Deno.writeTextFileSync(`${own}/precious`, "precious");
  return { shared, own, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

function giveAway(path: string): void {
  const args = ["-h", `${NOBODY}`, path];
  assertEquals(new Deno.Command("chown", { args }).outputSync().success, true);
}

for (
  const [what, target, name] of [
    ["a file", "precious", "out"],
    ["a place where there is no file yet", "none", "out"],
    ["a directory", ".", "out/precious"],
  ] as const
) {
  Deno.test({
    name: `an answer does not follow another user's link to ${what}`,
    ignore: CANNOT_CHOWN,
    fn() {
      using at = sharedDirectory();
      Deno.symlinkSync(`${at.own}/${target}`, `${at.shared}/out`);
      giveAway(`${at.shared}/out`);
      Deno.symlinkSync(`${at.shared}/${name}`, `${at.own}/through`); // one's own link on the way
      for (const path of [`${at.shared}/${name}`, `${at.own}/through`]) {
        const error = assertThrows(() => createNamedFile(path), CliError);
        assertEquals(error.kind, "storage");
        assertEquals(
          error.message,
          `Cannot write ${path}: ${
            path === `${at.shared}/out` ? "it" : `${at.shared}/out`
          } belongs to another user`,
        );
      }
      assertEquals(Deno.readTextFileSync(`${at.own}/precious`), "precious");
      assertEquals(namesIn(at.own), ["precious", "through"]);
    },
  });
}

Deno.test({
  name: "an answer does not go into another user's pipe, and does not wait for its reader",
  ignore: CANNOT_CHOWN,
  fn() {
    using at = sharedDirectory();
    new Deno.Command("mkfifo", { args: [`${at.shared}/out`] }).outputSync();
    giveAway(`${at.shared}/out`);
    const args = ["--kill-after=1", "5", Deno.execPath(), "eval", "--quiet", WRITES_TO_ARGUMENT];
    const { stderr, code } = new Deno.Command("timeout", { args: [...args, `${at.shared}/out`] })
      .outputSync();
    const said = new TextDecoder().decode(stderr);
    assertEquals([said.trim(), code], [
      `Cannot write ${at.shared}/out: it belongs to another user`,
      0,
    ]);
  },
});

/** A program, since a pipe that is opened stops all of it. */
const WRITES_TO_ARGUMENT = `import { createNamedFile } from "${
  new URL("../../src/files/new_file.ts", import.meta.url).href
}";
try { createNamedFile(Deno.args[0]).finish(); } catch (error) { console.error(error.message); }`;

Deno.test({
  name: "an answer does not take over the mode of another user's file",
  ignore: CANNOT_CHOWN,
  fn() {
    using at = sharedDirectory();
    const path = `${at.shared}/out`;
    Deno.writeTextFileSync(path, "");
    Deno.chmodSync(path, 0o666);
    giveAway(path);
    const before = Deno.umask(0o077);
    try {
      write(path);
    } finally {
      Deno.umask(before);
    }
    assertEquals([Deno.readTextFileSync(path), (Deno.statSync(path).mode ?? 0) & 0o777], [
      "new",
      0o600,
    ]);
  },
});

Deno.test({
  name: "an answer goes into a pipe of the shell",
  ignore: IS_WINDOWS,
  fn() {
    const run = `"$0" eval --quiet "$1" >(cat) | cat`;
    const args = [
      "-c",
      run,
      Deno.execPath(),
      WRITES_TO_ARGUMENT.replace(".finish()", ".write(new Uint8Array([104, 105]))"),
    ];
    const { stdout, stderr } = new Deno.Command("bash", { args }).outputSync();
    const texts = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(texts, ["hi", ""]);
  },
});
