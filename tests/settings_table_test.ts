// The table of settings: one more row is one more setting everywhere, and the permissions let every variable be read.
// Rule: the row is added to a copy of the program, which then runs as a program.
import { cp } from "node:fs/promises";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROWS } from "../src/settings/table.ts";
import { COMPLETION_VARIABLES, VARIABLES } from "../src/system/needs.ts";
import { tempDir } from "./support/temp_dir.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const ROW = `
  audience: {
    ...text("Whom the tokens are for", "AUDIENCE"),
    variable: ["ANAPLAN_AUDIENCE", "whom the tokens are for"],
    group: "protocol",
    default: "everyone",
  },
  patience: {
    ...time("How long the servers may take"),
    variable: ["ANAPLAN_PATIENCE", "how long the servers may take"],
  },
`;
/** Prints the new setting as a command gets it; that it passes the type check shows that the types follow. */
const READER = `
import { loadSettings } from "./src/settings/settings.ts";
import type { SettingFlags } from "./src/settings/settings.ts";

const { env, args } = Deno;
const flags: SettingFlags = args[0] === undefined ? {} : { audience: args[0] };
const system = { env: (name: string) => env.get(name), platform: "linux" as const, absolutePath: String };
const { audience, patience }: { audience: string; patience: number | undefined } = loadSettings(
  flags,
  system,
);
console.log(patience === undefined ? audience : patience + 1);
`;

Deno.test("one more row in the table is a flag, a variable, a line of the profile, help and Tab", async () => {
  using dir = tempDir();
  const program = `${dir.path}/program`;
  await makeCopy(program);
  const run = (args: string[], env: Record<string, string> = {}): Promise<string> =>
    output(program, [...args], { ...env, ANAPLAN_AUTH_CONFIG_DIR: `${dir.path}/logins` });
  const main = ["--allow-all", "main.ts"];
  const reader = [
    "--check",
    "--allow-read",
    "--allow-sys=uid",
    `--allow-env=${VARIABLES.join()}`,
    "reader.ts",
  ];

  assertEquals(await run(reader), "everyone\n");
  await run([...main, "profile", "set", "--audience", "us"]);
  const file = await Deno.readTextFile(`${dir.path}/logins/profiles/default.json`);
  assertEquals(JSON.parse(file), { version: 1, audience: "us" });
  assertEquals(await run(reader), "us\n");
  assertEquals(await run(reader, { ANAPLAN_AUDIENCE: "them" }), "them\n");
  assertEquals(await run([...reader, "me"], { ANAPLAN_AUDIENCE: "them" }), "me\n");

  assertEquals(await run(reader, { ANAPLAN_PATIENCE: "2s" }), "2001\n");
  const soon = await failure(program, reader, { ANAPLAN_PATIENCE: "soon" });
  assertStringIncludes(soon, 'Cannot use "soon" for ANAPLAN_PATIENCE: give a time such as 90s');

  assertMatch(await run([...main, "profile", "show"]), /^audience +us$/m);
  const shown = JSON.parse(await run([...main, "profile", "show", "--json"]));
  assertEquals(shown.audience, "us");
  await run([...main, "profile", "set", "--unset", "audience"]);
  assertEquals(await run(reader), "everyone\n");

  const help = await run([...main, "help", "login", "--all"]);
  assertMatch(
    help,
    /--audience AUDIENCE +Whom the tokens are for \[ANAPLAN_AUDIENCE\];\s+everyone/,
  );
  const reference = await run([...main, "help", "reference"]);
  assertMatch(reference, /^ {2}ANAPLAN_AUDIENCE +whom the tokens are for$/m);
  const tab = ["complete", "fish", "--", "profile", "set"];
  assertStringIncludes(await run([...main, ...tab, "--aud"]), "--audience\tWhom the tokens");
  assertMatch(await run([...main, ...tab, "--unset", "aud"]), /^audience\b/);
});

Deno.test("a row without its kind, or with a word that no row has, is a type error", async () => {
  using dir = tempDir();
  await makeCopy(dir.path, 'audience: { brief: "Whom", variabel: "X" },');
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "src/settings/table.ts"],
    cwd: dir.path,
  }).output();
  assert(!success);
  assertStringIncludes(new TextDecoder().decode(stderr), "variabel");
});

Deno.test("the permissions let every variable of the table be read, and Tab needs none of them", () => {
  const names = ROWS.flatMap(([, { variable = [], lastVariable = [] }]) =>
    [variable[0] ?? [], lastVariable].flat()
  );
  assert(names.includes("ANAPLAN_CLIENT_ID") && names.includes("CLIENT"));
  const isNamed = (name: string): boolean =>
    VARIABLES.some((known) =>
      known === name || known === "ANAPLAN_*" && name.startsWith("ANAPLAN_")
    );
  assertEquals(names.filter((name) => !isNamed(name)), []);
  assertEquals(names.filter((name) => COMPLETION_VARIABLES.includes(name)), []);
});

async function makeCopy(program: string, row = ROW): Promise<void> {
  await Deno.mkdir(program, { recursive: true });
  for (const name of ["src", "types", "main.ts", "deno.json", "deno.lock"]) {
    await cp(`${ROOT}${name}`, `${program}/${name}`, { recursive: true });
  }
  const path = `${program}/src/settings/table.ts`;
  const table = await Deno.readTextFile(path);
  const end = "\n} as const satisfies";
  assertStringIncludes(table, end);
  await Deno.writeTextFile(path, table.replace(end, `\n${row}${end}`));
  await Deno.writeTextFile(`${program}/reader.ts`, READER);
}

async function output(cwd: string, args: string[], env: Record<string, string>): Promise<string> {
  const { success, stdout, stderr } = await ran(cwd, args, env);
  assert(success, stderr);
  return stdout;
}

async function failure(cwd: string, args: string[], env: Record<string, string>): Promise<string> {
  const { success, stderr } = await ran(cwd, args, {
    ...env,
    ANAPLAN_AUTH_CONFIG_DIR: `${cwd}/none`,
  });
  assert(!success);
  return stderr;
}

async function ran(
  cwd: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...args],
    cwd,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const [out = "", error = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, stdout: out, stderr: error };
}
