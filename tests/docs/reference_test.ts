// docs/reference.md says what the program is. Rule: made from the program; `UPDATE_GOLDEN=1` writes it.
import { assertEquals } from "@std/assert";
import { COMPLETION_VARIABLES, SPECIAL_VARIABLES, VARIABLES } from "../../src/system/needs.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { referencePage, variablesOnPage } from "./reference_page.ts";
import { FILES } from "./reference_page.ts";
import { signedIn } from "../support/signed_in.ts";
import { commands, flagsOf } from "../support/tree.ts";

const PAGE = new URL("../../docs/reference.md", import.meta.url);

Deno.test("the reference is what the program says about itself", async () => {
  const page = await referencePage();
  if (Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeTextFile(PAGE, page);
  assertEquals(await Deno.readTextFile(PAGE), page, "UPDATE_GOLDEN=1 writes it");
});

for (const entry of commands()) {
  Deno.test(`the reference has every flag of ${entry.name}`, async () => {
    const page = await Deno.readTextFile(PAGE);
    const section = (title: string): string =>
      page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
    const shown = section(entry.name) + section("Flags of every command");
    const missing = [...flagsOf(entry).keys()].filter((flag) =>
      !new RegExp(`${flag}\\s`).test(shown)
    );
    assertEquals(missing, []);
  });
}

Deno.test("every variable that a command may read is in the reference", () => {
  const known = new Set(variablesOnPage());
  const read = [...VARIABLES, ...SPECIAL_VARIABLES, ...COMPLETION_VARIABLES];
  assertEquals(read.filter((name) => !name.endsWith("*") && !known.has(name)), []);
});

Deno.test("every file that a sign-in leaves is in the reference", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const left = await filesIn(home.configDir);
  const known = FILES.map(([file]) => file.replace("NAME", "default"));
  assertEquals(left.filter((file) => !known.includes(file)), []);
});

async function filesIn(directory: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${directory}/${prefix}`)) {
    if (isDirectory) files.push(...await filesIn(directory, `${prefix}${name}/`));
    else files.push(prefix + name);
  }
  return files;
}
