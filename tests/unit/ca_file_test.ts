// CA files that other users can change or replace, in real directories with real modes and owners.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readCaFile } from "../../src/files/ca_file.ts";
import { CliError } from "../../src/base/errors.ts";
import { CANNOT_CHOWN, NOBODY } from "../support/disk.ts";
import { tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const HAS_MODES = Deno.build.os !== "windows";

/** A scene with `certs/ca.pem` in it, which only its owner can write. */
function scene(): { readonly path: string; readonly caFile: string } & Disposable {
  const dir = tempDir();
  const path = Deno.realPathSync(dir.path);
  Deno.mkdirSync(`${path}/certs`);
  Deno.chmodSync(`${path}/certs`, 0o755);
  const caFile = `${path}/certs/ca.pem`;
  Deno.writeTextFileSync(caFile, "PEM");
  Deno.chmodSync(caFile, 0o644);
  return { path, caFile, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

function refused(path: string): CliError {
  const error = assertThrows(() => readCaFile(path, "--ca-file"), CliError);
  assertEquals(error.kind, "usage");
  return error;
}

function modeTest(name: string, fn: () => void, needsRoot = false): void {
  Deno.test({ name, fn, ignore: !HAS_MODES || (needsRoot && CANNOT_CHOWN) });
}

Deno.test("a CA file that only its owner can change is read, even if others can read it", () => {
  using at = scene();
  assertEquals(readCaFile(at.caFile, "--ca-file"), "PEM");
});

Deno.test("a CA file that does not exist is the error of every named file", () => {
  using at = scene();
  assertEquals(
    refused(`${at.path}/none.pem`).message,
    `Cannot read ${at.path}/none.pem: no such file or directory`,
  );
});

for (const mode of [0o666, 0o646, 0o664, 0o602]) {
  modeTest(`a CA file with mode 0${mode.toString(8)} is refused`, () => {
    using at = scene();
    Deno.chmodSync(at.caFile, mode);
    if (mode === 0o664 && !CANNOT_CHOWN) Deno.chownSync(at.caFile, null, NOBODY);
    const error = refused(at.caFile);
    assertEquals(error.message, `Cannot trust ${at.caFile}: other users can change it`);
    assertStringIncludes(nextOf(error), `chmod go-w ${at.caFile}`);
  });
}

for (const mode of [0o777, 0o757, 0o775]) {
  modeTest(`a CA file below a directory with mode 0${mode.toString(8)} is refused`, () => {
    using at = scene();
    Deno.mkdirSync(`${at.path}/certs/below`, { mode: 0o700 });
    Deno.copyFileSync(at.caFile, `${at.path}/certs/below/ca.pem`);
    Deno.chmodSync(`${at.path}/certs`, mode);
    if (mode === 0o775 && !CANNOT_CHOWN) Deno.chownSync(`${at.path}/certs`, null, NOBODY);
    const error = refused(`${at.path}/certs/below/ca.pem`);
    assertEquals(
      error.message,
      `Cannot trust ${at.path}/certs/below/ca.pem: other users can change ${at.path}/certs`,
    );
    assertStringIncludes(nextOf(error), `chmod go-w ${at.path}/certs`);
  });
}

modeTest("a directory with the sticky bit protects what is in it, as /tmp does", () => {
  using at = scene();
  Deno.chmodSync(`${at.path}/certs`, 0o1777);
  assertEquals(readCaFile(at.caFile, "--ca-file"), "PEM");
});

modeTest("a CA file of another user, or below one's directory, is refused", () => {
  using at = scene();
  Deno.chownSync(at.caFile, NOBODY, NOBODY);
  assertEquals(
    refused(at.caFile).message,
    `Cannot trust ${at.caFile}: it belongs to another user`,
  );
  Deno.chownSync(at.caFile, Deno.uid(), null);
  Deno.chownSync(`${at.path}/certs`, NOBODY, NOBODY);
  assertEquals(
    refused(at.caFile).message,
    `Cannot trust ${at.caFile}: ${at.path}/certs belongs to another user`,
  );
}, true);

modeTest("a link is followed to its file, and each way there is looked at", () => {
  using at = scene();
  Deno.symlinkSync("certs/ca.pem", `${at.path}/link.pem`);
  Deno.symlinkSync(at.path, `${at.path}/certs/up`);
  const twice = `${at.path}/certs/up/link.pem`;
  assertEquals(readCaFile(twice, "--ca-file"), "PEM");
  Deno.chmodSync(at.caFile, 0o666);
  assertEquals(
    refused(twice).message,
    `Cannot trust ${twice}: other users can change ${at.path}/certs/up/certs/ca.pem`,
  );
  Deno.chmodSync(at.caFile, 0o644);
  Deno.mkdirSync(`${at.path}/open`);
  Deno.chmodSync(`${at.path}/open`, 0o777);
  Deno.symlinkSync(at.caFile, `${at.path}/open/first.pem`);
  Deno.symlinkSync("open/first.pem", `${at.path}/second.pem`); // only its middle is where others write
  assertEquals(
    refused(`${at.path}/second.pem`).message,
    `Cannot trust ${at.path}/second.pem: other users can change ${at.path}/open`,
  );
});

modeTest("a link of another user is refused, even in a directory with the sticky bit", () => {
  using at = scene();
  Deno.mkdirSync(`${at.path}/shared`);
  Deno.chmodSync(`${at.path}/shared`, 0o1777);
  const link = `${at.path}/shared/ca.pem`;
  Deno.symlinkSync(at.caFile, link);
  new Deno.Command("chown", { args: ["-h", `${NOBODY}`, link] }).outputSync();
  assertEquals(refused(link).message, `Cannot trust ${link}: it belongs to another user`);
}, true);

modeTest("links that lead nowhere or to each other are the error of every named file", () => {
  using at = scene();
  Deno.symlinkSync("nowhere", `${at.path}/dangling`);
  Deno.symlinkSync("b", `${at.path}/a`);
  Deno.symlinkSync("a", `${at.path}/b`);
  for (const name of ["dangling", "a"]) {
    assertStringIncludes(refused(`${at.path}/${name}`).message, `Cannot read ${at.path}/${name}: `);
  }
});

modeTest("a pipe of the shell is read", () => {
  const script = `import { readCaFile } from "${
    new URL("../../src/files/ca_file.ts", import.meta.url).href
  }";
console.log(readCaFile(Deno.args[0], "--ca-file"));`;
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/read.ts`, script);
  const run = `"$0" run -A --no-prompt "$1" <(echo through a pipe)`;
  const { stdout } = new Deno.Command("bash", {
    args: ["-c", run, Deno.execPath(), `${dir.path}/read.ts`],
  }).outputSync();
  assertEquals(new TextDecoder().decode(stdout), "through a pipe\n\n");
});

Deno.test("a relative path to a CA file is refused, wherever the program runs", () => {
  using at = scene();
  const before = Deno.cwd();
  Deno.chdir(`${at.path}/certs`);
  try {
    for (const path of ["ca.pem", "./ca.pem", "../certs/ca.pem"]) {
      assertEquals(refused(path).message, `Cannot trust ${path}: it is not an absolute path`);
    }
  } finally {
    Deno.chdir(before);
  }
});

modeTest("an open file that others can change is refused by its descriptor", () => {
  if (Deno.build.os !== "linux") return;
  using at = scene();
  using _file = Deno.openSync(at.caFile);
  const { path } = descriptorOf(at.caFile);
  assertEquals(readCaFile(path, "--ca-file"), "PEM");
  Deno.chmodSync(at.caFile, 0o666);
  assertStringIncludes(refused(path).message, "other users can change it");
  Deno.removeSync(at.caFile); // its text is then "… (deleted)", which is no path
  assertStringIncludes(refused(path).message, "other users can change it");
});

function descriptorOf(target: string): { readonly path: string } {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const path = `/proc/self/fd/${name}`;
    try {
      if (Deno.readLinkSync(path) === target) return { path };
    } catch {
      // the directory's own, which is closed by now
    }
  }
  throw new Error("The file is not open");
}
