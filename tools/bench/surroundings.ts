// What the figures were taken on, and what the program itself does in its milliseconds. Rule: the machine
// is told in words that say how quick it is, and none that say whose it is.

import type { Timed } from "./scene.ts";
import { median } from "./timing.ts";
import { output } from "../process.ts";
import { EVERYTHING, permissionFlags } from "../permissions.ts";
import { ROOT } from "../paths.ts";

/** The machine in words. */
export async function machine(): Promise<string> {
  const { total } = Deno.systemMemoryInfo();
  const read = (path: string): Promise<string> => Deno.readTextFile(path).catch(() => "");
  const [, model = Deno.build.arch] = /^model name\s*: (.+)$/m.exec(await read("/proc/cpuinfo")) ??
    [];
  const [, system = Deno.build.os] = /^PRETTY_NAME="(.+)"$/m.exec(await read("/etc/os-release")) ??
    [];
  const cores = navigator.hardwareConcurrency;
  const day = new Date().toISOString().slice(0, 10);
  return `on ${day}, with Deno ${Deno.version.deno}, on a machine with ${cores} cores ` +
    `(${model.trim()}) and ${Math.round(total / 2 ** 30)} GiB of memory, ${system}`;
}

/** Milliseconds that `restrict` takes in a process of its own, the median of some. */
export async function restrictTime(rounds: number): Promise<number> {
  const script = `
    import { denoSystem } from ${JSON.stringify(`file://${ROOT}/src/system/deno.ts`)};
    const system = denoSystem();
    const began = performance.now();
    system.restrict({ network: true });
    console.log(performance.now() - began);`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, script);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const args = ["run", ...permissionFlags(EVERYTHING), path];
      times.push(Number(await output(Deno.execPath(), args)));
    }
    return median(times);
  } finally {
    await Deno.remove(path);
  }
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Milliseconds of a command's own work by file, the medians of some runs, most first. */
export async function timeByFile(
  { argv: [program = "", run = "", ...args], env }: Timed,
  rounds: number,
): Promise<[path: string, milliseconds: number][]> {
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const directory = await Deno.makeTempDir();
    try {
      const flags = ["--cpu-prof", "--cpu-prof-interval=50", `--cpu-prof-dir=${directory}`];
      await output(program, [run, ...flags, ...args], { env: { ...env } });
      for await (const { name } of Deno.readDir(directory)) {
        add(JSON.parse(await Deno.readTextFile(`${directory}/${name}`)), times);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
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
