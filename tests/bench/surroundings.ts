// What the figures were taken on, and what the program itself does in its milliseconds. Rule: it describes
// how fast the machine is, and nothing that says whose machine it is.

import type { Scene } from "./scene.ts";
import { median } from "./timing.ts";
import { output, ROOT } from "../../tools/tool.ts";
import { EVERYTHING, permissionFlags } from "../../tools/permissions.ts";

/** The machine in words. */
export async function machine(): Promise<string> {
  const { total } = Deno.systemMemoryInfo();
  const find = async (path: string, pattern: RegExp): Promise<string | undefined> =>
    pattern.exec(await Deno.readTextFile(path).catch(() => ""))?.[1]?.trim();
  const model = await find("/proc/cpuinfo", /^model name\s*: (.+)$/m) ?? Deno.build.arch;
  const system = await find("/etc/os-release", /^PRETTY_NAME="(.+)"$/m) ?? Deno.build.os;
  const day = new Date().toISOString().slice(0, 10);
  return `on ${day}, with Deno ${Deno.version.deno}, on a machine with ` +
    `${navigator.hardwareConcurrency} cores (${model}) and ${Math.round(total / 2 ** 30)} GiB ` +
    `of memory, ${system}`;
}

/** Milliseconds that `restrict` takes in a process of its own, the median of some. */
export async function restrictTime({ directory }: Scene, rounds: number): Promise<number> {
  const script = `
    import { denoSystem } from ${JSON.stringify(`file://${ROOT}/src/system/deno.ts`)};
    const system = denoSystem();
    const began = performance.now();
    system.restrict({ network: true });
    console.log(performance.now() - began);`;
  await Deno.writeTextFile(`${directory}/restrict.ts`, script);
  const args = ["run", ...permissionFlags(EVERYTHING), `${directory}/restrict.ts`];
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(Number(await output(Deno.execPath(), args)));
  }
  return median(times);
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Milliseconds of `token` from source by file, the medians of some runs, most first. */
export async function timeByFile(
  { directory, fromSource }: Scene,
  rounds: number,
): Promise<[path: string, milliseconds: number][]> {
  const { argv: [program = "", run = "", ...args], env } = await fromSource("", ["token"]);
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const flags = ["--cpu-prof", "--cpu-prof-interval=50", `--cpu-prof-dir=${directory}/profile`];
    await output(program, [run, ...flags, ...args], { env });
  }
  for await (const { name } of Deno.readDir(`${directory}/profile`)) {
    add(JSON.parse(await Deno.readTextFile(`${directory}/profile/${name}`)), times);
  }
  return Array.from(times, ([path, all]): [string, number] => [path, median(all)])
    .filter(([, milliseconds]) => milliseconds >= 0.02)
    .sort(([, a], [, b]) => b - a);
}

function add({ nodes, samples, timeDeltas }: CpuProfile, times: Map<string, number[]>): void {
  const pathOf = new Map(nodes.map(({ id, callFrame: { url } }) => [id, nameOf(url)]));
  const sums = new Map<string, number>();
  samples.forEach((id, index) => {
    const path = pathOf.get(id);
    if (path === undefined) return;
    sums.set(path, (sums.get(path) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  for (const [path, sum] of sums) times.set(path, [...times.get(path) ?? [], sum]);
}

/** Our files by their path, Deno's own parts as one. */
function nameOf(url: string): string | undefined {
  if (url.startsWith(`file://${ROOT}/`)) return url.slice(`file://${ROOT}/`.length);
  return url.startsWith("ext:") ? "Deno's own modules, called by ours" : undefined;
}
