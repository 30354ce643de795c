// The help pages: their examples work when they are pasted.
// Rule: the examples are read off the table of pages and run by the real program in a home with a login.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { helpOf } from "../../src/cli/help/help.ts";
import { PAGES } from "../../src/cli/help/pages.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { findKeychains, startPass } from "../support/keyring.ts";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, PASSWORD } from "../support/postgres.ts";
import { type Outcome, type ProgramOptions, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { SIGN_IN_ADDRESS, signIn } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { commands, groups } from "../support/tree.ts";
import { newKey } from "../support/sealed.ts";
import { splitWords } from "../support/words.ts";

/** What ends the login comes last; the rest in the tree's order. */
const LAST = ["logout"];

/** What is not typed here, and why. */
const NOT_HERE: readonly (readonly [what: RegExp, why: string])[] = [
  [/^login --device$/, "needs a Device grant client and another device"],
  [/^login .*--profile/, "asks for the client of a new profile"],
  [/_ID\b/, "needs the ids of a model and a file"],
  [/^proxy --port/, "serves until it is ended"],
  [/report\.py$/, "needs a program of the user's"],
  [/^cert trust --yes$/, "changes what the browsers of this computer trust"],
  [/^complete (fish|powershell)/, "tests/programs/completions_test.ts has each shell"],
];

/** Each command with the words of its examples, those that are typed here. */
function examples(): (readonly [name: string, argv: readonly string[]])[] {
  const found = commands().flatMap(({ name }) =>
    (PAGES[name]?.examples ?? []).flatMap((example) => {
      const [, typed = ""] =
        /^(?:source <\()?\{anaplan-auth\} (.*?)(?:\).*| [>|] .*)?$/.exec(example) ??
          [];
      const isHere = typed !== "" && !NOT_HERE.some(([what]) => what.test(typed));
      return isHere ? [[name, splitWords(typed)] as const] : [];
    })
  );
  return [
    ...found.filter(([name]) => !LAST.includes(name)),
    ...found.filter(([name]) => LAST.includes(name)),
  ];
}

Deno.test("every command has an example that is typed here", () => {
  const names = new Set(examples().map(([name]) => name));
  assertEquals(commands().filter(({ name }) => !names.has(name)), []);
});

Deno.test("the page of a group has an example of its first command", async () => {
  for (const [name, group] of groups()) {
    assertMatch(await helpOf(name, group), new RegExp(`\\nExample: anaplan-auth ${name} `));
  }
});

testWith(
  findKeychains(),
  "each example works when it is pasted, and --quiet leaves its answer alone",
  async (_, t) => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signIn(sandbox, home, { flags: ["--region", "eu2"] }); // as the example of login has it
    await using keychain = await startPass(home.path); // for seal
    const options = { home: home.path, env: keychain.env };
    for (const [name, argv] of examples()) {
      if (!isOfStore(name)) await t.step(argv.join(" "), () => works(name, argv, options));
    }
  },
);

testWith(findPostgres(), "each example of store works with a database", async (bin, t) => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  await using postgres = await filePostgres(bin);
  const env = { ANAPLAN_AUTH_KEY: newKey(), PGPASSWORD: PASSWORD };
  const options = { home: home.path, env };
  const here = postgres.url.replace(`:${PASSWORD}@`, "@");
  await works("store init", ["store", "init", here], options); // the example prints what it would do
  for (const [name, argv] of examples().filter(([name]) => isOfStore(name))) {
    const typed = argv.map((word) => word.startsWith("postgresql:") ? here : word);
    await t.step(argv.join(" "), () => works(name, typed, options));
  }
}, { sanitizeOps: false, sanitizeResources: false });

/** Whether the examples of a command need a database that several computers reach. */
function isOfStore(name: string): boolean {
  return name.startsWith("store ");
}

async function works(
  name: string,
  argv: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  const { code, stdout, stderr } = await pasted(argv, options);
  assertEquals(code, 0, stderr);
  assert(stdout !== "", `${name} answers`);
  if (stderr === "" || name === "login") return; // what login says must be known
  const quiet = await pasted([...argv, "--quiet"], options);
  assertEquals([quiet.code, quiet.stderr], [0, ""]);
}

async function pasted(argv: readonly string[], options: ProgramOptions): Promise<Outcome> {
  if (argv[0] !== "login") return await runProgram(argv, options);
  await using program = await startProgram(argv, options);
  const [address] = await program.said(SIGN_IN_ADDRESS);
  await browse(address);
  return await program.outcome;
}
