// The examples of "Long jobs", "Notebooks and dashboards" and "AI agents", run unchanged.
// Rule: nothing in them is replaced but Anaplan's host and the IDs in capitals.
import { assert, assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { installed, type Machine } from "../support/installed.ts";
import { findPythonRequests, testWith } from "../support/needs.ts";
import { blocksOf } from "../support/pages.ts";
import { signedIn } from "../support/signed_in.ts";

const IDS: Readonly<Record<string, string>> = {
  YOUR_WORKSPACE_ID: "8a81b09e00000000000000000000a001",
  YOUR_MODEL_ID: "5a1db0c5000000000000000000000b01",
};
const PATH = Deno.env.get("PATH") ?? "";
const python = await findPythonRequests();

/** A machine with a login, on which the files lie that a page shows. */
async function withFiles(
  page: string,
  names: readonly string[],
  work: (run: Machine["start"], sandbox: Sandbox, home: string) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const machine = await installed(home.path, `${home.path}/bin`);
  const snippets = (await blocksOf(page)).filter(({ language }) => language === "python");
  assertEquals(snippets.length, names.length, "each snippet is run");
  for (const [index, name] of names.entries()) {
    await Deno.writeTextFile(
      `${home.path}/${name}`,
      filledIn(snippets[index]?.text ?? "", sandbox),
    );
  }
  const env = {
    PATH: `${machine.bin}:${PATH}`,
    PYTHONPATH: new URL("../../clients/python", import.meta.url).pathname,
    PYTHONDONTWRITEBYTECODE: "1",
    REQUESTS_CA_BUNDLE: sandbox.caFile,
  };
  await work((command, more) => machine.start(command, { ...env, ...more }), sandbox, home.path);
}

function filledIn(text: string, { origin }: Sandbox): string {
  const here = text.replaceAll("https://api.anaplan.com", origin)
    .replaceAll("AnaplanAuth()", 'AnaplanAuth(hosts=["127.0.0.1"])');
  return Object.entries(IDS).reduce((rest, [name, id]) => rest.replaceAll(name, id), here);
}

testWith(python, "Long jobs: the program reads through the proxy", async (python) => {
  await withFiles("docs/long-jobs.md", ["nightly.py"], async (run) => {
    const { code, stdout, stderr } = await run([
      "anaplan-auth",
      "proxy",
      "--",
      python,
      "nightly.py",
    ]);
    assertEquals([code, stderr, stdout.trim().split("\n").length], [0, "", 20]);
  });
});

testWith(python, "Notebooks: both ways read a list, and the proxy ends", async (python) => {
  await withFiles("docs/notebooks.md", ["cell.py", "session.py"], async (run) => {
    for (const name of ["cell.py", "session.py"]) {
      const { code, stdout, stderr } = await run([python, name]);
      assertEquals([code, stdout, stderr], [0, "20\n", ""], name);
    }
  });
});

testWith(python, "AI agents: the loop reads the model, and nothing else", async (python) => {
  await withFiles("docs/ai-agents.md", ["anaplan_mcp.py", "agent.py"], async (run, sandbox) => {
    const before = sandbox.requests.length;
    const only = Object.values(IDS).join("/models/");
    const argv = ["proxy", "--read-only", "--only", `/2/0/workspaces/${only}`];
    const { code, stdout, stderr } = await run(["anaplan-auth", ...argv, "--", python, "agent.py"]);
    assertEquals([code, stdout, stderr], [0, "200\n403\n", ""]);
    assertEquals(sandbox.requests.length - before, 1);
  });
});

testWith(
  python,
  "AI agents: the MCP server of the page answers as its configuration starts it",
  async () => {
    await withFiles(
      "docs/ai-agents.md",
      ["anaplan_mcp.py", "agent.py"],
      async (run, sandbox, home) => {
        const [block] = (await blocksOf("docs/ai-agents.md")).filter(({ language }) =>
          language === "json"
        );
        const { mcpServers: { anaplan } } = JSON.parse(filledIn(block?.text ?? "", sandbox));
        const model = Object.values(IDS).join("/models/");
        const call = (id: number, path: string) => ({
          ...{ jsonrpc: "2.0", id, method: "tools/call" },
          params: { name: "read_anaplan", arguments: { path } },
        });
        const messages = [
          {
            jsonrpc: "2.0",
            id: 1,
            method: "initialize",
            params: { protocolVersion: "2025-06-18" },
          },
          { jsonrpc: "2.0", method: "notifications/initialized" },
          { jsonrpc: "2.0", id: 2, method: "tools/list" },
          call(3, `/2/0/workspaces/${model}/files/113000000000/chunks`),
          call(4, "/2/0/workspaces"),
        ];
        const input = messages.map((message) => JSON.stringify(message)).join("\n");
        await Deno.writeTextFile(`${home}/messages`, input + "\n");
        const script = 'exec "$@" < messages';
        const { code, stdout, stderr } = await run([
          "sh",
          "-c",
          script,
          "sh",
          anaplan.command,
          ...anaplan.args,
        ]);
        assertEquals([code, stderr], [0, ""]);
        const [hello, tools, inside, outside] = stdout.trim().split("\n")
          .map((line) => JSON.parse(line).result);
        assertEquals(hello.serverInfo.name, "anaplan");
        assertEquals(tools.tools.map(({ name }: { name: string }) => name), ["read_anaplan"]);
        assertEquals([inside.isError, outside.isError], [false, true]);
        assertEquals(JSON.parse(outside.content[0].text).error.kind, "denied");
        assert(!stdout.includes("Bearer"));
      },
    );
  },
);
