// Links in the place of directories that only their owner may enter: whose they are, and where they lead.
import { assert, assertEquals } from "@std/assert";
import { looseFiles } from "../../src/files/loose_files.ts";
import { ensurePrivateDirectory, writePrivateFile } from "../../src/files/replacement.ts";
import { CANNOT_CHOWN, NOBODY, storageError } from "../support/disk.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

/** A directory and a link to it, both ours. */
function linked(
  directory: string,
  mode: number,
): { readonly link: string; readonly target: string } {
  const [link, target] = [`${directory}/link`, `${directory}/target`];
  Deno.mkdirSync(target);
  Deno.chmodSync(target, mode);
  Deno.symlinkSync(target, link);
  return { link, target };
}

Deno.test("a link of ours to a directory of ours that is closed is followed, and stays", () => {
  using dir = tempDir();
  const { link, target } = linked(dir.path, 0o700);
  ensurePrivateDirectory(link);
  assert(Deno.lstatSync(link).isSymlink);
  writePrivateFile(`${link}/a.json`, "text");
  assertEquals(Deno.readTextFileSync(`${target}/a.json`), "text");
});

for (const mode of [0o755, 0o770, 0o777, 0o1777]) {
  Deno.test(`a link to a directory with mode 0${mode.toString(8)} is refused, and that is left so`, () => {
    using dir = tempDir();
    const { link, target } = linked(dir.path, mode);
    const before = Deno.statSync(target).mode;
    const error = storageError(() => ensurePrivateDirectory(link));
    const real = Deno.realPathSync(target);
    assertEquals(
      error.message,
      `Cannot use ${link}: it leads to ${real}, which other users can open`,
    );
    assertEquals(
      nextOf(error),
      `chmod 700 ${real} if nothing else uses it, or give another directory: --config-dir`,
    );
    assertEquals(Deno.statSync(target).mode, before);
  });
}

Deno.test("a link that leads nowhere, or to a file, is refused, and nothing is made at its end", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/file`, "");
  for (const target of ["nowhere", "file"]) {
    const link = `${dir.path}/to-${target}`;
    Deno.symlinkSync(`${dir.path}/${target}`, link);
    storageError(() => ensurePrivateDirectory(link));
  }
  assertEquals(namesIn(dir.path), ["file", "to-file", "to-nowhere"]);
});

Deno.test({
  name: "a link of another user is refused, even to a directory of ours that is closed",
  ignore: CANNOT_CHOWN,
  fn() {
    using dir = tempDir();
    const { link } = linked(dir.path, 0o700);
    new Deno.Command("chown", { args: ["-h", `${NOBODY}:${NOBODY}`, link] }).outputSync();
    const error = storageError(() => ensurePrivateDirectory(link));
    assertEquals(error.message, `Cannot use ${link}: it belongs to another user`);
  },
});

Deno.test({
  name: "a link of ours to a directory of another user is refused",
  ignore: CANNOT_CHOWN,
  fn() {
    using dir = tempDir();
    const { link, target } = linked(dir.path, 0o700);
    Deno.chownSync(target, NOBODY, NOBODY);
    const error = storageError(() => ensurePrivateDirectory(link));
    assertEquals(error.message, `Cannot use ${link}: it belongs to another user`);
  },
});

Deno.test("looseFiles() looks through links of ours, and names those to anything but a directory", () => {
  using dir = tempDir();
  const root = `${dir.path}/root`;
  Deno.mkdirSync(root, { mode: 0o700 });
  const { target } = linked(dir.path, 0o700);
  Deno.symlinkSync(target, `${root}/credentials`);
  Deno.symlinkSync(root, `${dir.path}/config`);
  writePrivateFile(`${target}/a.json`, "text");
  assertEquals(looseFiles(`${dir.path}/config`), []);
  Deno.chmodSync(`${target}/a.json`, 0o644);
  Deno.symlinkSync(`${target}/a.json`, `${root}/config.json`);
  Deno.symlinkSync(`${dir.path}/nowhere`, `${root}/tls`);
  assertEquals(looseFiles(`${dir.path}/config`).toSorted(), [
    `${dir.path}/config/config.json is a symbolic link`,
    `${dir.path}/config/credentials/a.json is open to other users`,
    `${dir.path}/config/tls is a symbolic link`,
  ]);
});
