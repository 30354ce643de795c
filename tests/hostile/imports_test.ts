// Code in the place of main.ts must not leave by import(): Deno permits seven hosts by default, with any path.
// Rule: run where no packet can leave; the error says what was sent.
import { assert } from "@std/assert";
import { bareEnvironment } from "../support/program.ts";
import { PROJECT_DIRECTORY, taskFlags } from "../support/task_command.ts";
import { WITHOUT_NETWORK, wrappedTest } from "./wrapped.ts";

const WAYS_OUT = [
  ...["deno.land", "jsr.io", "esm.sh", "raw.esm.sh", "cdn.jsdelivr.net"].map((h) =>
    `https://${h}/hush`
  ),
  ...["https://raw.githubusercontent.com/hush", "https://gist.githubusercontent.com/hush"],
  "jsr:@hush/hush",
];

for (const way of WAYS_OUT) {
  wrappedTest(WITHOUT_NETWORK, `import("${way}") in the place of token sends nothing`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(
      file,
      `await import(${JSON.stringify(way)}).catch((e) => console.log(String(e)));`,
    );
    const [first = "", ...rest] = WITHOUT_NETWORK;
    const { stdout } = await new Deno.Command(first, {
      args: [...rest, Deno.execPath(), ...await taskFlags("token"), file],
      cwd: PROJECT_DIRECTORY,
      clearEnv: true,
      env: { ...await bareEnvironment("/nonexistent"), NO_COLOR: "1" },
    }).output();
    await Deno.remove(file);
    const said = new TextDecoder().decode(stdout);
    assert(said.includes("but --no-remote is specified"), said);
  });
}
