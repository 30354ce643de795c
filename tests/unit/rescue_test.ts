// New tokens that cannot be saved where they belong are put into a private file elsewhere.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { rescueTokenSet } from "../../src/rescue.ts";
import { parseTokenSet, sameTokenSet } from "../../src/token_set.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { LOGIN } from "../support/logins.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";

const CAUSE = new CliError("storage", "Cannot write /home/ada/x.json: no space left on device");

function rescued(env: Readonly<Record<string, string>>): CliError {
  return rescueTokenSet(LOGIN, "/home/ada/x.json", CAUSE, fakeSystem({ env }));
}

Deno.test("the tokens are put into a 0600 file, whole", () => {
  using dir = tempDir();
  const error = rescued({ XDG_RUNTIME_DIR: dir.path });
  const [name = ""] = namesIn(dir.path);
  const path = `${dir.path}/${name}`;
  assertEquals(modeOf(path), "600");
  assert(sameTokenSet(parseTokenSet(Deno.readTextFileSync(path)), LOGIN));
  assertEquals(error.kind, "storage");
  assertStringIncludes(error.message, CAUSE.message);
  assertStringIncludes(error.next ?? "", `mv ${path} /home/ada/x.json`);
});

Deno.test("the runtime directory comes before the temporary one", () => {
  using first = tempDir();
  using second = tempDir();
  rescued({ XDG_RUNTIME_DIR: first.path, TMPDIR: second.path });
  assertEquals([namesIn(first.path).length, namesIn(second.path).length], [1, 0]);
});

Deno.test("a place that cannot be written is passed over, a slash at its end is not doubled", () => {
  using dir = tempDir();
  const error = rescued({ XDG_RUNTIME_DIR: `${dir.path}/none`, TMPDIR: `${dir.path}/` });
  assertEquals(namesIn(dir.path).length, 1);
  assertEquals(error.next?.includes("//"), false);
});

Deno.test("a relative place is none", () => {
  using dir = tempDir();
  const error = rescued({ XDG_RUNTIME_DIR: ".", TMPDIR: dir.path });
  assertEquals(namesIn(dir.path).length, 1);
  assertStringIncludes(error.next ?? "", `mv ${dir.path}/`);
});

Deno.test("no token stands in the error", () => {
  using dir = tempDir();
  const error = rescued({ XDG_RUNTIME_DIR: dir.path });
  for (const secret of ["old-access", "old-refresh", "client-secret"]) {
    assert(!Deno.inspect(error).includes(secret));
  }
});
