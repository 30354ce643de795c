// What `store init` gives a person to type. Rule: a shell makes of it the one argument that is meant.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { findEtcd, startEtcd } from "../support/etcd.ts";
import { makeHome } from "../support/home.ts";
import { testWith } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** The words that a shell makes of a line. */
async function inShell(line: string): Promise<string[]> {
  const args = ["-c", `for word in "$@" ${line}; do printf '%s\\n' "$word"; done`];
  const { stdout } = await new Deno.Command("sh", { args }).output();
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("what a database administrator shall type has the prefix as one word", async () => {
  await using home = await makeHome();
  const init = ["store", "init", "--print", "etcds://db.example/a;id $(id)"];
  const { stdout } = await runProgram(init, { home: home.path });
  assertEquals(await inShell(stdout.trim()), ["etcdctl", "put", "a;id $(id)/version", "1"]);
});

Deno.test("an authority is saved by its whole path, however it was named", async () => {
  await using home = await makeHome();
  const path = encodeURIComponent(`${Deno.cwd()}/ca.pem`);
  for (
    const named of [["etcds://db.example/p", "--ca-file", "ca.pem"], [
      "etcds://db.example/p?sslrootcert=ca.pem",
    ]]
  ) {
    const init = ["store", "init", "--json", "--print", ...named];
    const { stdout } = await runProgram(init, { home: home.path });
    assertEquals(JSON.parse(stdout).store, `etcds://db.example/p?sslrootcert=${path}`);
  }
});

testWith(findEtcd(), "the next command has the whole address as one word", async (path) => {
  await using etcd = await startEtcd(path);
  await using home = await makeHome();
  const address = etcd.url().replace("/team", "/a&b;c");
  const { stdout, stderr } = await runProgram(["store", "init", address], { home: home.path });
  assertStringIncludes(stdout, "is ready", stderr);
  const next = await inShell(`${stdout}${stderr}`.split("Next: ")[1]?.trim() ?? "");
  assertEquals(next, ["anaplan-auth", "store", "use", address]);
}, OPTIONS);
