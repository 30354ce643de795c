// The table of commands against the tree of flags, and against what a running command gives up.
// Rule: what a command may touch is said once, in the table; everything else is compared with it.
import { assert, assertEquals } from "@std/assert";
import { type CommandEntry, COMMANDS } from "../src/cli/tree/commands.ts";
import { ROOT } from "../src/cli/tree/tree.ts";
import type { Needs } from "../src/system/contract.ts";
import { permissionFlags } from "../tools/permissions.ts";
import { bareEnvironment } from "./support/program.ts";
import { tempDir } from "./support/temp_dir.ts";

const ENTRIES = Object.entries(COMMANDS);

Deno.test("the table and the tree have the same commands with the same words", () => {
  const table = ENTRIES.map(([name, { brief }]) => `${name}: ${brief}`).sort();
  const tree = ROOT.getAllEntries().map(({ name, target }) => `${name.original}: ${target.brief}`);
  assertEquals(table, tree.sort());
});

Deno.test("what is run without a parser needs no flag, and as many arguments as it is given", () => {
  for (const [name, entry] of ENTRIES) {
    if (!("load" in entry)) continue;
    const target = ROOT.getRoutingTargetForInput(name);
    assert(target !== undefined && "loader" in target, name);
    const { flags = {}, positional } = target.parameters;
    const required = Object.values(flags).filter((flag) =>
      !("optional" in flag && flag.optional) && flag.kind !== "boolean"
    );
    const { words = 0 } = entry as CommandEntry;
    const needed = positional?.kind === "tuple" ? positional.parameters.length : 0;
    assertEquals([required, needed], [[], words], name);
  }
});

/** What is left of the permissions that any command may need, once a command has given up the rest. */
async function leftOf(needs: Needs): Promise<string[]> {
  using dir = tempDir();
  const script = `
    import { denoSystem } from ${
    JSON.stringify(new URL("../src/system/deno.ts", import.meta.url).href)
  };
    denoSystem().restrict(${JSON.stringify(needs)});
    const asked = { net: { name: "net", host: "api.anaplan.com" }, run: { name: "run" },
      browser: { name: "env", variable: "BROWSER" }, doctor: { name: "env", variable: "DENO_TLS_CA_STORE" },
      home: { name: "env", variable: "HOME" }, secret: { name: "env", variable: "SECRET" }, read: { name: "read" }, write: { name: "write" } };
    const left = Object.keys(asked)
      .filter((name) => Deno.permissions.querySync(asked[name]).state === "granted");
    console.log(JSON.stringify(left));`;
  Deno.writeTextFileSync(`${dir.path}/left.ts`, script);
  const all = permissionFlags({
    network: true,
    programs: true,
    variables: ["BROWSER", "DENO_TLS_CA_STORE"],
  });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...all, `${dir.path}/left.ts`],
    clearEnv: true,
    env: await bareEnvironment(dir.path),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text !== "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("a command gives up the network, programs and variables that it does not need", async () => {
  // "doctor" only says where Deno finds certificates; to give it up would cost each start its time
  const always = ["doctor", "home", "secret", "read", "write"];
  assertEquals(await leftOf(COMMANDS.relay.needs), always);
  // a sealed login's key may come from any program that the user names
  assertEquals(await leftOf({ keys: true }), ["run", ...always]);
  assertEquals(await leftOf(COMMANDS.token.needs), ["net", "run", "browser", ...always]);
  assertEquals(await leftOf(COMMANDS.doctor.needs), ["net", "run", ...always]);
  assertEquals(await leftOf(COMMANDS.cert.needs), ["run", ...always]);
  assertEquals(await leftOf(COMMANDS.complete.needs), ["home", "read"]);
  assertEquals(await leftOf(COMMANDS.login.needs), ["net", "run", "browser", ...always]);
});
