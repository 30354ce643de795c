// The server of the benches: nginx with small and long answers over HTTPS, another nginx as a reverse proxy in front of
// it, and a home whose login it takes. Rule: all that is measured asks this one server, and each from a process of its
// own: an nginx that is its own server would wake no other process for an answer.

import { staleLogin } from "../hostile/stale_login.ts";
import { makeCertificate } from "../sandbox/certificate.ts";
import { freePort } from "../support/free_port.ts";
import type { Home } from "../support/home.ts";

const MIB = 1024 * 1024;
const TOKEN = `eyJ${"t".repeat(800)}`;
/** The long answers, in MiB. */
const LONG = [["medium", 16], ["large", 512], ["giga", 1024], ["huge", 2048]] as const;

/** A server that runs. */
export interface Nginx extends AsyncDisposable {
  /** The server by HTTPS. */
  readonly secure: string;
  /** The same by plain HTTP. */
  readonly plain: string;
  /** nginx as a reverse proxy, which asks the server by HTTPS. */
  readonly front: string;
  readonly caFile: string;
  /** Has a profile of the server and a login that is fresh. */
  readonly home: Home;
}

/** Starts it; wants Debian's nginx-light. */
export async function startNginx(): Promise<Nginx> {
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-nginx-" });
  const [secure, plain, front] = [freePort(), freePort(), freePort()];
  await writeFiles(directory);
  const servers = await Promise.all([
    startOne(directory, "server", serverPart(directory, secure, plain)),
    startOne(directory, "front", frontPart(directory, secure, front)),
  ]);
  const origin = `https://127.0.0.1:${secure}`;
  const endpoints = { authorization: origin, token: origin, apiUrl: origin, authUrl: origin };
  const caFile = `${directory}/ca.pem`;
  const home = await staleLogin({ endpoints, caFile }, {
    ...{ accessToken: TOKEN, obtainedAt: Date.now(), expiresAt: Date.now() + 36_000_000 },
  });
  return {
    ...{ secure: `${origin}/`, plain: `http://127.0.0.1:${plain}/` },
    ...{ front: `http://127.0.0.1:${front}/`, caFile, home },
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.kill("SIGTERM");
      await Promise.all(servers.map((server) => server.status));
      await home[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function writeFiles(directory: string): Promise<void> {
  await Deno.chmod(directory, 0o755); // nginx's worker is another user
  await Deno.mkdir(`${directory}/www/2/0`, { recursive: true });
  const { caPem, certificatePem, keyPem } = await makeCertificate();
  const small = { workspaces: Array(5).fill({ id: "8a81b08e", name: "W" }) };
  const texts = [["ca.pem", caPem], ["cert.pem", certificatePem], ["key.pem", keyPem], [
    "www/2/0/small",
    JSON.stringify(small),
  ]] as const;
  for (const [name, text] of texts) await Deno.writeTextFile(`${directory}/${name}`, text);
  for (const [name, size] of LONG) {
    using file = await Deno.create(`${directory}/www/2/0/${name}`);
    await file.truncate(size * MIB);
  }
}

/** One nginx, with one process that answers. */
async function startOne(
  directory: string,
  name: string,
  part: string,
): Promise<Deno.ChildProcess> {
  const own = `${directory}/${name}`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${own}-${kind};`).join(" ");
  await Deno.writeTextFile(
    `${own}.conf`,
    `worker_processes 1; daemon off; pid ${own}.pid; error_log ${own}.errors;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; ${temporary} ${part} }`,
  );
  return new Deno.Command("nginx", { args: ["-c", `${own}.conf`], stderr: "null" }).spawn();
}

function serverPart(directory: string, secure: number, plain: number): string {
  return `
  server { listen 127.0.0.1:${plain}; root ${directory}/www; }
  server { listen 127.0.0.1:${secure} ssl; root ${directory}/www;
    ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem; }`;
}

function frontPart(directory: string, secure: number, front: number): string {
  return `
  upstream api { server 127.0.0.1:${secure}; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${front}; location / {
    proxy_pass https://api; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Authorization "Bearer ${TOKEN}";
    proxy_ssl_verify on; proxy_ssl_trusted_certificate ${directory}/ca.pem; proxy_ssl_name localhost; } }`;
}
