// Times `proxy` beside nginx as a reverse proxy, in front of the same HTTPS server (nginx as well); and the same
// calls by `anaplan-auth token` and curl. Rule: all in one run and in turn, so that a slow machine slows all.
//
// deno run --config deno.dev.json -A tools/bench/proxy.ts [--calls 1000]; wants Debian's nginx-light and curl.

import { makeCertificate } from "../../tests/sandbox/certificate.ts";
import { staleLogin } from "../../tests/hostile/stale_login.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { startProgram } from "../../tests/support/program.ts";
import { commandLineOf } from "../../tests/support/task_command.ts";
import { bareEnvironment } from "../../tests/support/program.ts";
import { ROOT, say } from "../tool.ts";
import { median } from "./timing.ts";

const CALLS = Number(Deno.args[Deno.args.indexOf("--calls") + 1] ?? 1_000) || 1_000;
const MIB = 1024 * 1024;
const TOKEN = `eyJ${"t".repeat(800)}`;
const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-nginx-" });
await Deno.chmod(directory, 0o755); // nginx's worker is another user
const [secure, plain, front] = [freePort(), freePort(), freePort()];
const { caPem, certificatePem, keyPem } = await makeCertificate();
const write = (name: string, text: string): Promise<void> =>
  Deno.writeTextFile(`${directory}/${name}`, text);
await Deno.mkdir(`${directory}/www/2/0`, { recursive: true });
await Promise.all([
  write("ca.pem", caPem),
  write("cert.pem", certificatePem),
  write("key.pem", keyPem),
]);
await write(
  "www/2/0/small",
  JSON.stringify({ workspaces: Array(5).fill({ id: "8a81b08e", name: "W" }) }),
);
for (const [name, size] of [["medium", 16], ["large", 512], ["huge", 2048]] as const) {
  using file = await Deno.create(`${directory}/www/2/0/${name}`);
  await file.truncate(size * MIB);
}
const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path ${directory}/${name};`).join(" ");
await write(
  "nginx.conf",
  `worker_processes 1; daemon off; pid ${directory}/pid; error_log ${directory}/errors;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; ${temporary}
  upstream api { server 127.0.0.1:${secure}; keepalive 64; }
  server { listen 127.0.0.1:${plain}; root ${directory}/www; }
  server { listen 127.0.0.1:${secure} ssl; root ${directory}/www;
    ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem; }
  server { listen 127.0.0.1:${front}; location / {
    proxy_pass https://api; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Authorization "Bearer ${TOKEN}";
    proxy_ssl_verify on; proxy_ssl_trusted_certificate ${directory}/ca.pem; proxy_ssl_name localhost; } }
}`,
);
const nginx = new Deno.Command("nginx", {
  args: ["-c", `${directory}/nginx.conf`],
  stderr: "null",
}).spawn();
const origin = `https://127.0.0.1:${secure}`;
const endpoints = { authorization: origin, token: origin, apiUrl: origin, authUrl: origin };
const home = await staleLogin({ endpoints, caFile: `${directory}/ca.pem` }, {
  ...{ accessToken: TOKEN, obtainedAt: Date.now(), expiresAt: Date.now() + 36_000_000 },
});
const proxy = await startProgram(["proxy"], { home: home.path });

try {
  const [base] = await proxy.printed(/http\S+\//);
  const ways = {
    "the server itself, plain": `http://127.0.0.1:${plain}/`,
    nginx: `http://127.0.0.1:${front}/`,
    "anaplan-auth proxy": base,
  };
  await latency(ways);
  await downloads(ways);
  await memory(base);
  await calls(base);
} finally {
  await proxy[Symbol.asyncDispose]();
  nginx.kill("SIGTERM");
  await nginx.status;
  await home[Symbol.asyncDispose]();
  await Deno.remove(directory, { recursive: true });
}

/** What each adds to the server itself. */
async function latency(ways: Readonly<Record<string, string>>): Promise<void> {
  const addresses = Object.values(ways).map((base) => `${base}2/0/small`);
  const { stdout } = await new Deno.Command("python3", {
    args: [`${ROOT}/tools/bench/latency.py`, "100", ...addresses],
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
    await curl(["--cacert", `${directory}/ca.pem`, "-H", header, `${origin}/2/0/small`]);
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
