// What the requests of the proxy share. Rule: the server is a real one that answers nothing.
import { assert, assertRejects } from "@std/assert";
import { openPool } from "../../src/system/http_pool.ts";
import type { Peer } from "../../src/system/contract.ts";

const A_MOMENT = 50;
const ON_LINUX = { ignore: Deno.build.os !== "linux" }; // descriptors are counted in /proc

Deno.test("a connection that is in use keeps its deadline when its pool is closed", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = server.accept();
  let peer: Peer | undefined;
  {
    using pool = openPool([]);
    const url = new URL(`http://127.0.0.1:${server.addr.port}/`);
    peer = await pool.connect(url, new AbortController().signal);
  }
  using _connection = await accepted;
  const late = setTimeout(() => _connection.close(), 4_000);
  if (peer !== undefined) peer.deadline = performance.now() + A_MOMENT;
  await assertRejects(() => peer?.read(new Uint8Array(1)) ?? Promise.resolve());
  clearTimeout(late);
});

Deno.test(
  "handshakes that a server never ends take no more than a few descriptors",
  ON_LINUX,
  async () => {
    const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of server) accepted.push(connection);
    })();
    using pool = openPool([]);
    const url = new URL(`https://127.0.0.1:${server.addr.port}/`);
    using relays = watchListeners();
    for (let count = 0; count < 24; count++) {
      const signal = AbortSignal.timeout(A_MOMENT);
      await assertRejects(() => pool.connect(url, signal)); // else fetch would wait for two minutes
    }
    const kept = (): number =>
      [server.addr.port, ...relays.ports].reduce((sum, port) => sum + openTo(port), 0);
    for (let looks = 0; looks < 40 && kept() > 16; looks++) { // the last one is being closed
      await new Promise((resolve) => setTimeout(resolve, A_MOMENT));
    }
    assert(kept() <= 16, `${kept()} connections`);
    assert(relays.ports.length > 0);
    for (const connection of accepted) connection.close();
    server.close();
    await accepting;
  },
);

/** The ports at which this process begins to listen, until it is disposed of. */
function watchListeners(): Disposable & { readonly ports: readonly number[] } {
  const { listen } = Deno;
  const ports: number[] = [];
  Deno.listen = ((options: Deno.TcpListenOptions) => {
    const listener = listen(options);
    ports.push(listener.addr.port);
    return listener;
  }) as typeof listen;
  return { ports, [Symbol.dispose]: () => void (Deno.listen = listen) };
}

/** How many connections to a port of this computer their own side has not closed. */
function openTo(port: number): number {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const isOpen = (line: string): boolean => {
    const [, , to = "", state = ""] = line.trim().split(/\s+/);
    return to.endsWith(remote) && ["01", "08"].includes(state); // established, or closed by the other side
  };
  return Deno.readTextFileSync("/proc/net/tcp").split("\n").filter(isOpen).length;
}
