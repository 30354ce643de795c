// `deno task install`: what it prints is what was installed, whether PATH has it, and a line that works when pasted.
// Rule: it runs in a copy of the checkout, with a home of its own.
import config from "../../deno.json" with { type: "json" };
import { assertEquals, assertMatch } from "@std/assert";
import { cp } from "node:fs/promises";
import { hostsOf, installArguments, installedText } from "../../tools/install.ts";
import { makeHome } from "../support/home.ts";
import { bareEnvironment } from "../support/program.ts";
import { PROJECT_DIRECTORY } from "../support/task_command.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("deno task install prints no warning, and its last line works in a shell", async () => {
  await using home = await makeHome();
  const checkout = `${home.path}/checkout`;
  await copyCheckout(checkout);
  const env = await bareEnvironment(home.path);
  const run = async (program: string, args: string[]): Promise<string[]> => {
    const options = { args, cwd: checkout, clearEnv: true, env };
    const { stdout, stderr } = await new Deno.Command(program, options).output();
    return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  };
  const [stdout = "", stderr] = await run(Deno.execPath(), ["task", "--quiet", "install"]);
  assertEquals([stdout.trimEnd(), stderr], [
    installedText(`${home.path}/.deno/bin`, env["PATH"] ?? "", {
      home: home.path,
      shell: env["SHELL"],
    }),
    "",
  ]);
  const [, next = ""] = /^Next: (.+ && anaplan-auth) login$/m.exec(stdout) ?? [];
  const [version] = await run("sh", ["-c", `${next} --version`]);
  assertEquals(version?.trim(), config.version);
});

Deno.test("installed where PATH finds it, the next line is the command alone", () => {
  using dir = directoryWithDeno("bin");
  for (const path of [`${dir.bin}:/home/ada/.deno/bin`, `/home/ada/.deno/bin/:${dir.bin}`]) {
    assertMatch(installedText("/home/ada/.deno/bin", path), /keep it\.\nNext: anaplan-auth login$/);
  }
});

for (
  const [shell, file] of [
    ["/bin/bash", ".bashrc"],
    ["/usr/bin/zsh", ".zshrc"],
    ["/bin/dash", ".profile"],
  ] as const
) {
  Deno.test(`in ${shell} the line for every shell puts the directory on the PATH, from ~/${file}`, async () => {
    using dir = tempDir();
    const bin = `${dir.path}/.deno/bin`;
    const text = installedText(bin, "/usr/bin:/bin", { home: dir.path, shell });
    const [, line = ""] = /for every shell, type:\n(.+)\n/.exec(text) ?? [];
    const script = `${line}\n. ~/${file}\nprintf %s "$PATH"`;
    const env = { HOME: dir.path, PATH: "/usr/bin:/bin" };
    const options = { args: ["-c", script], clearEnv: true, env };
    const { stdout } = await new Deno.Command("/bin/sh", options).output();
    assertEquals(new TextDecoder().decode(stdout), `${bin}:/usr/bin:/bin`);
  });
}

Deno.test("in fish the line for every shell is fish's own", () => {
  const at = { home: "/home/ada", shell: "/usr/bin/fish" };
  assertMatch(
    installedText("/home/ada/.deno/bin", "/bin", at),
    /\nfish_add_path "\$HOME\/\.deno\/bin"\n/,
  );
});

Deno.test("deno task install --allow-net adds the hosts of a login store, and takes nothing else", () => {
  const hosts = hostsOf(["--allow-net=db.example.com:5432"]) ?? [];
  const net = installArguments("main.js", { hosts }).find((flag) =>
    flag.startsWith("--allow-net=")
  );
  assertMatch(net ?? "", /^--allow-net=\*\.anaplan\.com,.*,db\.example\.com:5432$/);
  for (const args of [["--allow-run"], ["db.example.com"], ["--allow-net"]]) {
    assertEquals(hostsOf(args), undefined);
  }
});

Deno.test("when only npx finds Deno, deno task install says how to put it on the PATH", () => {
  using dir = directoryWithDeno(".npm/_npx/7a40/node_modules/.bin");
  assertMatch(installedText("/home/ada/.deno/bin", dir.bin), /\nIt needs Deno on your PATH\. /);
});

/** A temporary directory with a file `deno` in it. */
function directoryWithDeno(name: string): Disposable & { readonly bin: string } {
  const dir = tempDir();
  const bin = `${dir.path}/${name}`;
  Deno.mkdirSync(bin, { recursive: true });
  Deno.writeTextFileSync(`${bin}/deno`, "");
  return { bin, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

const SOURCES = ["src", "types", "tools", "tests/sandbox", "main.ts", "LICENSE", "deno.json"];
const DEPENDENCIES = ["deno.lock"];

/** Copies what `deno task install` needs. */
async function copyCheckout(directory: string): Promise<void> {
  for (const name of [...SOURCES, ...DEPENDENCIES]) {
    await cp(`${PROJECT_DIRECTORY}${name}`, `${directory}/${name}`, { recursive: true });
  }
}
