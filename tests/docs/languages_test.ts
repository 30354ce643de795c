// The Python and Node snippets of docs/languages.md are run as they are; lines_test.ts runs those for the shell.
// Rule: nothing in them is replaced but Anaplan's host.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { installed } from "../support/installed.ts";
import { findNode, findPythonRequests, testWith } from "../support/needs.ts";
import { blocksOf } from "../support/pages.ts";
import { signedIn } from "../support/signed_in.ts";

const blocks = await blocksOf("docs/languages.md");
const PATH = Deno.env.get("PATH") ?? "";

/** Runs a snippet on a machine with a login; gives what it printed, and the requests that it caused. */
async function runSnippet(
  language: string,
  index: number,
  interpreter: string,
  accessTokenSeconds: number,
): Promise<{ readonly stdout: string; readonly requests: Sandbox["requests"] }> {
  await using sandbox = await startSandbox({ accessTokenSeconds });
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const machine = await installed(home.path, `${home.path}/bin`);
  const block = blocks.filter((block) => block.language === language)[index];
  const snippet = (block?.text ?? "").replaceAll("https://api.anaplan.com", sandbox.origin);
  const file = `${home.path}/snippet.${language === "js" ? "mjs" : "py"}`;
  await Deno.writeTextFile(file, snippet);
  const before = sandbox.requests.length;
  const { code, stdout, stderr } = await machine.start([interpreter, file], {
    PATH: `${machine.bin}:${PATH}`,
    REQUESTS_CA_BUNDLE: sandbox.caFile,
    NODE_EXTRA_CA_CERTS: sandbox.caFile,
  });
  assertEquals([code, stderr], [0, ""]);
  return { stdout, requests: sandbox.requests.slice(before) };
}

function paths({ requests }: { readonly requests: Sandbox["requests"] }): string[] {
  return requests.map(({ path }) => path);
}

/** What the token provider prints for the three pages of models. */
const ALL = "20 of 45 models\n40 of 45 models\n45 of 45 models\n";

const python = await findPythonRequests();

testWith(python, "Python with requests reads a list", async (python) => {
  const run = await runSnippet("python", 0, python, 2100);
  assertEquals([run.stdout, paths(run)], ["20\n", ["/2/0/workspaces"]]);
});

testWith(python, "Python's token provider asks once while the token is valid", async (python) => {
  const run = await runSnippet("python", 1, python, 2100);
  assertEquals([run.stdout, paths(run)], [ALL, Array(3).fill("/2/0/models")]);
});

testWith(python, "Python's token provider asks again with less than a minute", async (python) => {
  const run = await runSnippet("python", 1, python, 50);
  const once = ["/oauth/token", "/2/0/models"];
  assertEquals([run.stdout, paths(run)], [ALL, [...once, ...once, ...once]]);
});

testWith(await findNode(), "Node reads a list", async (node) => {
  const run = await runSnippet("js", 0, node, 2100);
  assertEquals([run.stdout, paths(run)], ["20\n", ["/2/0/workspaces"]]);
});

Deno.test("every snippet is run, or is on the page of those that were not", async () => {
  const kinds = new Set(blocks.map(({ language }) => language));
  assertEquals([...kinds].sort(), ["js", "python", "sh", "text"]);
  const counts = Object.groupBy(blocks, ({ language }) => language);
  assertEquals([counts.python?.length, counts.js?.length], [2, 1]);
  const others = new URL("../../docs/excel-powershell-r.md", import.meta.url);
  const text = (await Deno.readTextFile(others)).replace(/\s+/g, " ");
  assertStringIncludes(text, "PowerShell, R and VBA are shown only: they were not run");
});
