// The help pages: each begins with an example that works when it is pasted, and says its exit codes.
// Rule: the examples are read off the tree and run by the real program in a home with a login.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { helpOf } from "../../src/cli/help/help.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { findKeychains, startPass } from "../support/keyring.ts";
import { testWith } from "../support/needs.ts";
import { type Outcome, type ProgramOptions, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { SIGN_IN_ADDRESS, signIn } from "../support/sign_in.ts";
import { commands, groups } from "../support/tree.ts";
import { splitWords } from "../support/words.ts";

/** What ends the login comes last; the rest in the tree's order. */
const LAST = ["logout"];

/** Each command with the words of its example. */
async function examples(): Promise<(readonly [name: string, argv: readonly string[]])[]> {
  const found = await Promise.all(
    commands().map(async ({ name, command }) => {
      const [, line = ""] =
        /\nExample: (?:source <\()?anaplan-auth (.*?)\)?\n/.exec(await helpOf(name, command)) ??
          [];
      const [typed = ""] = line.split(" > "); // where it goes is the shell's business
      return [name, splitWords(typed)] as const;
    }),
  );
  return [
    ...found.filter(([name]) => !LAST.includes(name)),
    ...found.filter(([name]) => LAST.includes(name)),
  ];
}

Deno.test("each page begins with what it is about, how it is typed, and an example of it", async () => {
  for (const { name, command } of commands()) {
    const page = await helpOf(name, command);
    assertMatch(page, new RegExp(`^[^\\n]+\\.\\n\\nUsage: anaplan-auth ${name}\\b.*\\nExample: `));
    assertMatch(page, new RegExp(`\\nExample: (source <\\()?anaplan-auth ${name}\\b`));
    assertMatch(page, /\nExit codes: (0 done, 2 usage|the program's own; 126 )/);
  }
  for (const [name, group] of groups()) {
    const page = await helpOf(name, group);
    assertMatch(page, new RegExp(`\\nExample: anaplan-auth ${name} `));
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
    for (const [name, argv] of await examples()) {
      await t.step(argv.join(" "), async () => {
        const { code, stdout, stderr } = await pasted(argv, options);
        assertEquals(code, 0, stderr);
        assert(stdout !== "", `${name} answers`);
        if (stderr === "" || name === "login") return; // what login says must be known
        const quiet = await pasted([...argv, "--quiet"], options);
        assertEquals([quiet.code, quiet.stderr], [0, ""]);
      });
    }
  },
);

async function pasted(argv: readonly string[], options: ProgramOptions): Promise<Outcome> {
  if (argv[0] !== "login") return await runProgram(argv, options);
  await using program = await startProgram(argv, options);
  const [address] = await program.said(SIGN_IN_ADDRESS);
  await browse(address);
  return await program.outcome;
}
