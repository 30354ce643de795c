// A cluster of etcd members of one test.
// Rule: never root, directories and ports of its own, and each member is ended by its process id.
import { freePort } from "./free_port.ts";
import type { Tool } from "./needs.ts";
import { notAsRoot, ownedDirectory } from "./postgres.ts";

/** How members speak TLS: what they show, and the authority of the clients that they take. */
export interface EtcdTls {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** A member that runs, or that was stopped. */
export interface Member {
  readonly port: number;
  signal(signal: Deno.Signal): void;
  isLeader(): Promise<boolean>;
}

/** The members. */
export interface Etcd extends AsyncDisposable {
  readonly members: readonly Member[];
  /** The address for anaplan-auth, which names every member; `first` is asked first. */
  url(first?: number): string;
  /** The value of a key. */
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  /** Calls the JSON gateway, such as `auth/enable`. */
  call(path: string, body: object): Promise<Record<string, unknown>>;
  remove(prefix: string): Promise<void>;
}

/** Debian's etcd. */
export function findEtcd(): Tool {
  const hint = "etcd: apt-get install etcd-server";
  try {
    return { path: Deno.statSync("/usr/bin/etcd").isFile ? "/usr/bin/etcd" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Starts so many members, and waits until they have a leader. */
export async function startEtcd(path: string, count?: number, tls?: EtcdTls): Promise<Etcd> {
  const directory = await ownedDirectory();
  const [scheme, host] = tls === undefined ? ["http", "127.0.0.1"] : ["https", "localhost"];
  const secured = tls === undefined ? [] : await securedBy(tls, directory);
  const client = tls && Deno.createHttpClient({
    caCerts: [tls.authority],
    cert: tls.certificate,
    key: tls.key,
  });
  const ports = Array.from({ length: count ?? 1 }, () => [freePort(), freePort()] as const);
  const cluster = ports.map(([, peer], index) => `m${index}=http://127.0.0.1:${peer}`).join(",");
  const children = ports.map(([port, peer], index) => {
    const [program = "", ...args] = notAsRoot([
      path,
      ...["--name", `m${index}`, "--data-dir", `${directory}/m${index}`, "--log-level", "error"],
      ...["--listen-client-urls", `${scheme}://127.0.0.1:${port}`],
      ...["--advertise-client-urls", `${scheme}://${host}:${port}`, ...secured],
      ...["--listen-peer-urls", `http://127.0.0.1:${peer}`],
      ...["--initial-advertise-peer-urls", `http://127.0.0.1:${peer}`],
      ...["--initial-cluster", cluster, "--initial-cluster-state", "new", "--unsafe-no-fsync"],
      ...["--heartbeat-interval", "100", "--election-timeout", "1000"],
    ]);
    const io = { stdin: "null", stdout: "null", stderr: "null", cwd: "/tmp" } as const;
    return new Deno.Command(program, { args, ...io }).spawn();
  });
  const call = async (
    port: number,
    path: string,
    body: object,
  ): Promise<Record<string, unknown>> => {
    const response = await fetch(`${scheme}://${host}:${port}/v3/${path}`, {
      ...(client === undefined ? {} : { client }),
      method: "POST",
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(3_000),
    });
    return await response.json();
  };
  const any = async (path: string, body: object): Promise<Record<string, unknown>> => {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      for (const [port] of ports) {
        const answer = await call(port, path, body).catch(() => undefined);
        if (answer !== undefined && answer.code === undefined) return answer;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("etcd has no leader");
  };
  const members = ports.map(([port], index): Member => ({
    port,
    signal: (signal) => children[index]?.kill(signal),
    async isLeader() {
      const status = await call(port, "maintenance/status", {}).catch(() => undefined);
      const header = status?.header as { member_id?: string } | undefined;
      return status !== undefined && status.leader === header?.member_id;
    },
  }));
  await any("kv/range", { key: btoa("ready") });
  return {
    members,
    call: any,
    url(first = 0) {
      const hosts = ports.map(([port]) => `${host}:${port}`);
      const [own = "", ...others] = [...hosts.slice(first), ...hosts.slice(0, first)];
      const more = others.length === 0 ? "" : `?members=${others.join(",")}`;
      return `${tls === undefined ? "etcd" : "etcds"}://${own}/team${more}`;
    },
    async get(key) {
      const { kvs } = await any("kv/range", { key: btoa(key) });
      const [found] = (kvs ?? []) as { value: string }[];
      return found && new TextDecoder().decode(Uint8Array.fromBase64(found.value));
    },
    async put(key, value) {
      await any("kv/put", { key: btoa(key), value: new TextEncoder().encode(value).toBase64() });
    },
    async remove(prefix) {
      const end = prefix.slice(0, -1) +
        String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
      await any("kv/deleterange", { key: btoa(prefix), range_end: btoa(end) });
    },
    async [Symbol.asyncDispose]() {
      client?.close();
      for (const child of children) {
        try {
          child.kill("SIGKILL");
        } catch {
          // it has ended
        }
        await child.status;
      }
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** The flags of a member that speaks TLS and takes clients of one authority alone. */
async function securedBy(tls: EtcdTls, directory: string): Promise<string[]> {
  const files = Object.entries({ cert: tls.certificate, key: tls.key, ca: tls.authority });
  for (const [name, text] of files) {
    const path = `${directory}/${name}.pem`;
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    if (Deno.uid() === 0) await new Deno.Command("chown", { args: ["postgres", path] }).output();
  }
  const own = ["--cert-file", `${directory}/cert.pem`, "--key-file", `${directory}/key.pem`];
  return [...own, "--client-cert-auth", "--trusted-ca-file", `${directory}/ca.pem`];
}
