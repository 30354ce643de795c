// The launcher for systems with a shell: it finds its own place, however it is called.
// Rule: the real shell; a script that prints its arguments replaces Deno.
import { assertEquals } from "@std/assert";
import { shellLauncher } from "../../tools/launchers.ts";
import { PROXY_FLAG } from "../../tools/permissions.ts";
import { tempDir } from "../support/temp_dir.ts";

const ON_POSIX = { ignore: Deno.build.os === "windows" };

for (const [args, expected] of [["proxy --port 0", true], ["token", false], ["", false]] as const) {
  const what = `${expected ? "is" : "is not"} given the flag that keeps its memory small`;
  Deno.test(`'${args}' ${what}, and its arguments`, ON_POSIX, async () => {
    using dir = tempDir();
    const [deno, path] = [`${dir.path}/deno`, `${dir.path}/anaplan-auth`];
    await Deno.writeTextFile(deno, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    await Deno.writeTextFile(path, shellLauncher(deno));
    await Deno.chmod(deno, 0o755);
    const command = new Deno.Command("sh", { args: [path, ...args.split(" ").filter(Boolean)] });
    const given = new TextDecoder().decode((await command.output()).stdout).trim().split("\n");
    assertEquals(given.includes(PROXY_FLAG), expected);
    assertEquals(
      given.slice(given.findIndex((each) => each.endsWith("main.js")) + 1).join(" "),
      args,
    );
  });
}

/** How it is called, from where; `HERE` is where it is installed. */
const CALLS: readonly (readonly [what: string, cwd: string, command: string])[] = [
  ["by its whole path", "/", "HERE/app/bin/anaplan-auth"],
  ["by a relative path", "HERE/app", "bin/anaplan-auth"],
  ["by a shell, with a relative path", "HERE/app", "sh bin/anaplan-auth"],
  ["by a shell, in its own directory", "HERE/app/bin", "sh anaplan-auth"],
  ["by a link", "HERE", "./link"],
  ["by a link, with a shell", "HERE", "sh link"],
  ["by its name, from PATH", "/", "PATH=HERE/app/bin:$PATH anaplan-auth"],
];

for (const [what, cwd, command] of CALLS) {
  for (const cdpath of ["", "HERE/elsewhere", "HERE/elsewhere:."]) {
    const where = cdpath === "" ? "without CDPATH" : `with CDPATH=${cdpath}`;
    Deno.test(`called ${what}, ${where}, the launcher finds its bundle`, ON_POSIX, async () => {
      using dir = tempDir();
      const here = await Deno.realPath(dir.path);
      await Deno.mkdir(`${here}/app/bin`, { recursive: true });
      for (const name of ["bin", "app/bin"]) {
        await Deno.mkdir(`${here}/elsewhere/${name}`, { recursive: true });
      }
      const deno = `${here}/deno`;
      await Deno.writeTextFile(deno, '#!/bin/sh\nfor last; do :; done\necho "$last"\n');
      await Deno.writeTextFile(`${here}/app/bin/anaplan-auth`, shellLauncher(deno));
      for (const path of [deno, `${here}/app/bin/anaplan-auth`]) await Deno.chmod(path, 0o755);
      await Deno.symlink("app/bin/anaplan-auth", `${here}/link`);
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", command.replaceAll("HERE", here)],
        cwd: cwd.replace("HERE", here),
        env: { CDPATH: cdpath.replaceAll("HERE", here) },
      }).output();
      const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals([printed, said], [`${here}/app/bundle/main.js\n`, ""]);
    });
  }
}
