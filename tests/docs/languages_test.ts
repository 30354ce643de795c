// The snippets of docs/languages.md, run as they stand.
// Rule: nothing in them is replaced but Anaplan's host. Those for the shell are run by lines_test.ts.
import { assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { installed } from "../support/installed.ts";
import { findNode, findPythonRequests, testWith } from "../support/needs.ts";
import { blocksOf } from "../support/pages.ts";
import { signIn } from "../support/sign_in.ts";

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
  await signIn(sandbox, home);
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

const python = await findPythonRequests();

testWith(python, "Python with requests reads a list", async (python) => {
  const run = await runSnippet("python", 0, python, 2100);
  assertEquals([run.stdout, paths(run)], ["20\n", ["/2/0/workspaces"]]);
});

testWith(python, "Python's token provider asks once while the token is good", async (python) => {
  const run = await runSnippet("python", 1, python, 2100);
  assertEquals([run.stdout, paths(run)], ["20\n20\n5\n", Array(3).fill("/2/0/models")]);
});

testWith(python, "Python's token provider asks again with less than a minute", async (python) => {
  const run = await runSnippet("python", 1, python, 50);
  const once = ["/oauth/token", "/2/0/models"];
  assertEquals([run.stdout, paths(run)], ["20\n20\n5\n", [...once, ...once, ...once]]);
});

testWith(await findNode(), "Node reads a list", async (node) => {
  const run = await runSnippet("js", 0, node, 2100);
  assertEquals([run.stdout, paths(run)], ["20\n", ["/2/0/workspaces"]]);
});

Deno.test("every snippet is run, or the page says that it was not", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/languages.md", import.meta.url));
  const counts = Object.groupBy(blocks, ({ language }) => language);
  const { sh: _, python, js, ...others } = counts;
  assertEquals([python?.length, js?.length], [2, 1]);
  assertEquals(Object.keys(others).sort(), ["powershell", "r", "vb"]);
  assertEquals(/PowerShell, R and VBA are shown only: they were not run/.test(text), true);
});
