// Times `api` from source beside the least Deno program that fetches and prints, for a small answer and for 1 GiB.
// Rule: in turn, in one run; what is said is the median of the ratios of each round.
//
// deno run -A tests/bench/api.ts [small rounds] [large rounds]; wants Debian's nginx-light.

import { bareEnvironment } from "../support/program.ts";
import { commandLineOf } from "../support/task_command.ts";
import { ROOT, say } from "../../tools/tool.ts";
import { startNginx } from "./nginx.ts";
import { timeCommands } from "./timing.ts";

const [small = 40, large = 5] = Deno.args.map(Number);
await using server = await startNginx();
const { program, args } = await commandLineOf(["api"]);
const environment = await bareEnvironment(server.home.path);
const leastEnvironment = {
  ...environment,
  LOGIN_FILE: `${server.home.configDir}/credentials/default.json`,
  CA_FILE: server.caFile,
};
const least = ["run", "--quiet", "--no-prompt", "-A", `${ROOT}/tests/bench/least.ts`];

const pipe = ["sh", "-c", '"$@" | cat >/dev/null', "sh"];
const CASES = [
  ["a small answer", "small", small, []],
  ["1 GiB to /dev/null", "giga", large, []],
  ["1 GiB to a pipe", "giga", large, pipe],
] as const;

for (const [what, name, rounds, wrapper] of CASES) {
  if (rounds === 0) continue;
  const [, ours] = await timeCommands([
    {
      name: "least",
      argv: [...wrapper, program, ...least, `${server.secure}2/0/${name}`],
      env: leastEnvironment,
    },
    { name: "api", argv: [...wrapper, program, ...args, `/2/0/${name}`], env: environment },
  ], rounds);
  if (ours === undefined) throw new Error("nothing was timed");
  const { wall, cpu, memory } = ours;
  const mebibytes = Math.round(memory.median / 1024 / 1024);
  say(
    `${what}: ${wall.median.toFixed(0)} ms (${wall.ratio.toFixed(2)} of the least program's), ` +
      `CPU ${cpu.median.toFixed(0)} ms (${cpu.ratio.toFixed(2)}), ` +
      `${mebibytes} MiB (${memory.ratio.toFixed(2)})`,
  );
}
