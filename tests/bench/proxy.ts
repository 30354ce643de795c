// Times `proxy` beside nginx as a reverse proxy, in front of the same HTTPS server (nginx as well); and the same
// calls by `anaplan-auth token` and curl. Rule: all in one run and in turn, so that a slow machine slows all.
//
// deno run -A tests/bench/proxy.ts [--calls 1000]; wants Debian's nginx-light and curl.

import { bareEnvironment, startProgram } from "../support/program.ts";
import { commandLineOf } from "../support/task_command.ts";
import { ROOT, say } from "../../tools/tool.ts";
import { startNginx } from "./nginx.ts";
import { median } from "./timing.ts";

const CALLS = Number(Deno.args[Deno.args.indexOf("--calls") + 1] ?? 1_000) || 1_000;
await using server = await startNginx();
const { home, caFile } = server;
await using proxy = await startProgram(["proxy"], { home: home.path });
const [base] = await proxy.printed(/http\S+\//);
await using least = await startProgram(
  ["run", "--quiet", "--no-prompt", "-A", `${ROOT}/tests/bench/least_proxy.ts`],
  {
    home: home.path,
    executable: Deno.execPath(),
    env: {
      LOGIN_FILE: `${home.configDir}/credentials/default.json`,
      CA_FILE: caFile,
      ORIGIN: server.secure.slice(0, -1),
    },
  },
);
const [leastBase] = await least.printed(/http\S+\//);
const ways = {
  "the server itself, plain": server.plain,
  nginx: server.front,
  "anaplan-auth proxy": base,
};
await curl([`${base}2/0/small`]);
await memory(base); // first, since idle is what has not worked yet
await latency({ ...ways, "the least proxy by fetch": leastBase });
await downloads(ways);
if (CALLS > 1) await calls(base);

/** What each adds to the server itself. */
async function latency(ways: Readonly<Record<string, string>>): Promise<void> {
  const addresses = Object.values(ways).map((base) => `${base}2/0/small`);
  const { stdout } = await new Deno.Command("python3", {
    args: [`${ROOT}/tests/bench/latency.py`, "100", ...addresses],
  }).output();
  const [direct = 0, ...others]: number[] = JSON.parse(new TextDecoder().decode(stdout));
  const [ofNginx = 0] = others.map((time) => time - direct);
  for (const [index, name] of Object.keys(ways).slice(1).entries()) {
    const added = (others[index] ?? 0) - direct;
    const ratio = (added / ofNginx).toFixed(2);
    say(
      `latency   ${name} adds ${Math.round(added)} µs to ${
        Math.round(direct)
      } (${ratio} of nginx's)`,
    );
  }
}

async function downloads(ways: Readonly<Record<string, string>>): Promise<void> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < 5; round++) {
    for (const [name, base] of Object.entries(ways)) {
      const began = performance.now();
      await curl([`${base}2/0/large`]);
      (times[name] ??= []).push(performance.now() - began);
    }
  }
  for (const [name, values] of Object.entries(times)) {
    const ratios = values.map((value, round) => (times.nginx?.[round] ?? NaN) / value);
    const speed = Math.round(512_000 / median(values));
    say(`download  ${name}: ${speed} MiB/s (${median(ratios).toFixed(2)} of nginx's)`);
  }
}

async function memory(base: string): Promise<void> {
  const idle = resident("VmRSS");
  let most = 0;
  const timer = setInterval(() => most = Math.max(most, resident("VmRSS")), 20);
  await Promise.all(Array.from({ length: 64 }, () => curl([`${base}2/0/medium`])));
  clearInterval(timer);
  say(`memory    idle ${idle} MiB; 64 downloads at once ${most} MiB (${(most / idle).toFixed(2)})`);
  const before = resident("VmHWM");
  await curl([`${base}2/0/huge`]);
  say(
    `memory    before a download of 2 GiB ${before} MiB at most, after it ${resident("VmHWM")} MiB`,
  );
}

function resident(field: "VmRSS" | "VmHWM"): number {
  const status = Deno.readTextFileSync(`/proc/${proxy.pid}/status`);
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
}

async function calls(base: string): Promise<void> {
  let began = performance.now();
  for (let count = 0; count < CALLS; count++) await (await fetch(`${base}2/0/small`)).text();
  say(`calls     ${CALLS} by a program through the proxy: ${since(began)}`);
  began = performance.now();
  for (let count = 0; count < CALLS; count++) await curl([`${base}2/0/small`]);
  say(`calls     ${CALLS} by curl through the proxy, a process each: ${since(began)}`);
  const { program, args } = await commandLineOf(["token"]);
  const env = await bareEnvironment(home.path);
  began = performance.now();
  for (let count = 0; count < CALLS; count++) {
    const { stdout } = await new Deno.Command(program, { args: [...args], env, clearEnv: true })
      .output();
    const header = `Authorization: Bearer ${new TextDecoder().decode(stdout).trim()}`;
    await curl(["--cacert", caFile, "-H", header, `${server.secure}2/0/small`]);
  }
  say(`calls     ${CALLS} by anaplan-auth token and curl: ${since(began)}`);
}

function since(began: number): string {
  return `${((performance.now() - began) / 1_000).toFixed(1)} s`;
}

async function curl(args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command("curl", {
    args: ["--silent", "--fail", "--output", "/dev/null", ...args],
  }).output();
  if (!success) throw new Error(`curl ${args.at(-1)} failed`);
}
