// Every kind of failure as scripts see it: the exit code, and with --json the last line of stderr.
// Rule: a whole command line fails for a real reason of its kind.
import { assertEquals, assertMatch } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { Arranged } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, loginFile, webPage } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { complaints, EXIT_CODE_OF } from "../support/schemas.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";

interface Failure {
  readonly argv: readonly string[];
  readonly arranged?: () => Arranged;
  readonly prepare?: (scene: SessionScene) => void;
}

const PASTE = ["login", "--paste", "--client-id", "a-client", "--timeout", "5s"];

/** A person who never answers. */
const NOBODY: Arranged = {
  terminal: {
    readPipe: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  },
};

function interrupted(): Arranged {
  const reason = new CliError("interrupted", "Interrupted", { next: "anaplan-auth login" });
  return {
    interruption: () => AbortSignal.abort(reason),
    terminal: { readPipe: () => Promise.reject(reason) },
  };
}

const FAILURES: Readonly<Record<string, Failure>> = {
  internal: { argv: ["refresh"], arranged: () => ({ network: [new TypeError("a bug")] }) },
  usage: { argv: ["status", "--nonsense"] },
  login_required: { argv: ["token", "--profile", "nobody"] },
  denied: {
    argv: ["refresh"],
    arranged: () => ({ network: [errorAnswer(401, "invalid_client")] }),
  },
  timeout: { argv: PASTE, arranged: () => NOBODY },
  unavailable: { argv: ["refresh"], arranged: () => ({ network: [webPage(502)] }) },
  storage: {
    argv: ["token"],
    prepare: ({ configDir }) => Deno.chmodSync(loginFile(configDir), 0o644),
  },
  api: {
    argv: ["whoami"],
    arranged: () => ({ network: [new Response("{}", { status: 404 })] }),
  },
  interrupted: { argv: PASTE, arranged: interrupted },
};

const WAYS: readonly (readonly string[])[] = [
  ["--json"],
  ["--json", "--verbose"],
  ["--json", "--quiet"],
  ["--verbose", "--json=true"],
];

async function fails(
  failure: Failure,
  flags: readonly string[],
): ReturnType<typeof runCommandLine> {
  using scene = sessionScene(LOGIN);
  failure.prepare?.(scene);
  const argv = [...failure.argv, "--config-dir", scene.configDir, ...flags];
  return await runCommandLine(argv, failure.arranged?.());
}

for (const [name, failure] of Object.entries(FAILURES)) {
  const kind = name.split(" ")[0] ?? "";
  const expected = EXIT_CODE_OF[kind];

  Deno.test(`${name} is exit ${expected}, and two lines that end stderr`, async () => {
    const { code, stdout, stderr } = await fails(failure, []);
    assertEquals([code, stdout], [expected, ""]);
    assertMatch(stderr, /(^|\n)[A-Z][^\n]*[.?]\nNext: [^\n]+\n( {2}[^\n]+\n)*$/);
  });

  Deno.test(`${name} is one JSON line at the end of stderr with --json`, async () => {
    for (const flags of WAYS) {
      const { code, stdout, stderr } = await fails(failure, flags);
      assertEquals([code, stdout], [expected, ""]);
      const last = JSON.parse(stderr.split("\n").at(-2) ?? "");
      assertEquals(complaints("error", last), []);
      assertEquals(last.error.kind, kind);
    }
  });
}

Deno.test("a warning before it leaves the JSON line at the end", async () => {
  const { stderr } = await fails({
    argv: ["login"],
    prepare: ({ configDir }) =>
      Deno.writeTextFileSync(`${configDir}/config.json`, "{", { mode: 0o600 }),
  }, ["--json"]);
  const [warning = "", error = "", ...rest] = stderr.split("\n");
  assertMatch(warning, /^Warning: /);
  assertEquals([JSON.parse(error).error.kind, rest], ["usage", [""]]);
});
