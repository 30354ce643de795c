// What tests/hostile tries, as rows of the report: faults, hostile callers, secrets and walls.
// Rule: run anew for each report; a row is a test, and what the test wants is what was kept.
import type { Row } from "./row.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Runs every test of tests/hostile; one row each. */
export async function hostileRows(): Promise<Row[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test"],
      "-A",
      "--no-check",
      "--no-prompt",
      "--parallel",
      "--reporter=tap",
      "tests/hostile",
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.flatMap((line) => {
    const [, not, name] = /^(not )?ok \d+ - (.*?)(?: # .*)?$/.exec(line) ?? [];
    return name === undefined ? [] : [rowOf(name, not === undefined)];
  });
}

function rowOf(name: string, isKept: boolean): Row {
  return {
    part: "Faults and hostile callers",
    what: name,
    tried: 1,
    kept: isKept ? "as it says" : "not so",
    wrong: isKept ? [] : ["the test fails"],
  };
}
