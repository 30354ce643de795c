// What other code may do at the moment when it is loaded: the parser, the modules of commands.
// Rule: the real program in a process of its own; the module is replaced by one that looks around.
import { assert, assertEquals } from "@std/assert";
import { permissionFlags } from "../../tools/permissions.ts";
import { makeHome } from "../support/home.ts";
import { bareEnvironment } from "../support/program.ts";

const ROOT = new URL("../../", import.meta.url);
const CONFIG = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const STRICLI: string = CONFIG.imports["@stricli/core"];

/** Everything that the one file is given, so that each command has something to give up. */
const ALL = permissionFlags({ network: true, programs: true, variables: ["BROWSER"] });

/** Says on stderr what may be done while it is loaded. */
const LOOK = `
  const asked = { net: { name: "net", host: "api.anaplan.com" }, run: { name: "run" },
    browser: { name: "env", variable: "BROWSER" } };
  const granted = Object.keys(asked)
    .filter((name) => Deno.permissions.querySync(asked[name]).state === "granted");
  console.error("loaded with: " + granted.join());
`;

/** Runs the program with a stand-in for one module; what that was allowed when it was loaded. */
async function allowedTo(
  specifier: string,
  standIn: string,
  argv: readonly string[],
): Promise<string[]> {
  await using home = await makeHome();
  await Deno.writeTextFile(`${home.path}/stand_in.js`, LOOK + standIn);
  const imports = { ...CONFIG.imports, [specifier]: `file://${home.path}/stand_in.js` };
  await Deno.writeTextFile(`${home.path}/imports.json`, JSON.stringify({ imports }));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...ALL, `--import-map=${home.path}/imports.json`, "main.ts", ...argv],
    cwd: ROOT,
    clearEnv: true,
    env: await bareEnvironment(home.path),
  }).output();
  const text = new TextDecoder().decode(stderr);
  const loaded = Array.from(text.matchAll(/loaded with: (.*)/g), ([, granted = ""]) => granted);
  assertEquals(loaded.length, 1, text);
  return loaded;
}

/** What is typed, and what the command needs of these: what reads a login may need a program for its key, or a sign-in. */
const TYPED: readonly (readonly [argv: readonly string[], needs: string])[] = [
  [["status", "--json"], "net,run,browser"],
  [["profile", "list"], "net,run,browser"],
  [["relay", "page"], ""],
  [["login", "--no-such-flag"], "net,run,browser"],
  [["cert", "show", "--help"], "run"],
  [["help", "login"], ""],
  [["complete", "bash"], ""],
  [["no-such-command"], ""],
  [["--profile", "eu", "login"], ""],
];

for (const [argv, needs] of TYPED) {
  Deno.test(`the parser is loaded without what ${argv.join(" ")} does not need`, async () => {
    const standIn = `export * from ${JSON.stringify(STRICLI)};`;
    assertEquals(await allowedTo("@stricli/core", standIn, argv), [needs]);
  });
}

for (const argv of [["whoami"], ["whoami", "--json"]]) {
  Deno.test(`a command's module is loaded without what it does not need: ${argv.join(" ")}`, async () => {
    const module = new URL("src/commands/whoami.ts", ROOT).href;
    const standIn = `export const whoami = () => Promise.resolve({ text: "", data: 1 });`;
    assertEquals(await allowedTo(module, standIn, argv), ["net,run,browser"]);
  });
}

Deno.test("the help is loaded without anything; without a command line, with what status needs", async () => {
  const module = new URL("src/cli/help/root_help.ts", ROOT).href;
  const standIn = `export const rootHelp = () => "";`;
  for (const argv of [["--help"], ["-h"]]) {
    assertEquals(await allowedTo(module, standIn, argv), [""]);
  }
  assertEquals(await allowedTo(module, standIn, []), ["net,run,browser"]); // your login may be in a store
});

Deno.test("there is something to give up", () => {
  assert(ALL.includes("--allow-run"), ALL.join());
});
