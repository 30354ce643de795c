// Languages and character sets of the machine: what is printed is UTF-8 and the same everywhere.
// Rule: real processes; the bytes are compared, not what they look like.
import { assert, assertEquals } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { putLoginByHand } from "../support/shell.ts";

const LOCALES: readonly Readonly<Record<string, string>>[] = [
  { LC_ALL: "C" },
  { LANG: "C" },
  { LANG: "ja_JP.eucJP", LC_ALL: "ja_JP.eucJP" },
  { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" }, // where an i has another capital
];
const COMMANDS = [["status"], ["status", "--json"], ["help", "login"]];

for (const locale of LOCALES) {
  const name = Object.entries(locale).map((pair) => pair.join("=")).join(" ");
  Deno.test({
    name: `with ${name} pages and data are the same bytes`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using home = await makeHome();
      await putLoginByHand(home);
      const printed = async (argv: readonly string[], env: Readonly<Record<string, string>>) => {
        const { code, stdout, stderr } = await runProgram(argv, { home: home.path, env });
        return { code, stdout, stderr };
      };
      for (const command of COMMANDS) {
        const usual = await printed(command, { LANG: "en_US.UTF-8" });
        assertEquals(await printed(command, locale), usual);
        assertEquals([usual.code, usual.stderr], [0, ""]);
      }
      const { stdout } = await printed(["status"], locale);
      assert(stdout.includes("a-cl…0001"), "and UTF-8 is what they are");
    },
  });
}
