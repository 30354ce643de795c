// deno task bench: times the program and what it is compared with, and writes docs/performance.md.
// Rule: with --quick nothing is written; so few rounds say only that the bench works.

import { logins } from "./login.ts";
import { markdown, report, table } from "./report.ts";
import { commands, profiles, race, starts, tokens } from "./rows.ts";
import { makeScene } from "./scene.ts";
import { sealed } from "./sealed.ts";
import { machine, restrictTime, timeByFile } from "./surroundings.ts";
import { output, ROOT, say } from "../../tools/tool.ts";

const isQuick = Deno.args.includes("--quick");
/** How often: much for what takes milliseconds, less for what takes a second. */
const [MANY, SOME, FEW] = isQuick ? [2, 2, 1] : [100, 40, 15];
/** How many files are named. */
const MOST = 8;

await using scene = await makeScene();
const figures = {
  starts: await starts(scene, MANY),
  tokens: await tokens(scene, MANY),
  sealed: await sealed(scene, MANY),
  ...await profiles(scene, MANY),
  commands: await commands(scene, SOME),
  ...await logins(scene, FEW),
  ...await race(scene, FEW), // the last, since it leaves a stale login
};
for (const results of [figures.starts, figures.tokens, figures.commands]) {
  say(table(results) + "\n");
}
const files = await timeByFile(scene, FEW);
const words = await Deno.readTextFile(`${ROOT}/tests/bench/page.md`);
const { requests, ...tables } = figures;
const page = report(words, tables, requests, {
  machine: await machine(),
  restrict: (await restrictTime(scene, FEW)).toFixed(2),
  trace: markdown([
    ["file", "ms"],
    ...files.slice(0, MOST).map(([path, time]) => [path, time.toFixed(2)]),
  ]),
  profiled: String(FEW),
});
if (!isQuick) {
  const path = `${ROOT}/docs/performance.md`;
  await Deno.writeTextFile(path, page);
  await output(Deno.execPath(), ["fmt", "--quiet", path], { cwd: ROOT });
  say("Written to docs/performance.md");
}
