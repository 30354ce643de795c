// A port that leads to another one: what a virtual address does at a failover, and what a listener on the wire sees.
// Rule: bytes pass unchanged, and each of them is kept.

/** A relay that is open. */
export interface TcpRelay extends AsyncDisposable {
  readonly port: number;
  /** Where new connections lead from now on; those that are open are cut. */
  leadTo(port: number): void;
  /** All that passed, in both directions. */
  passed(): string;
  /** Holds back what the server says on the next connection. */
  holdNext(): HeldConnection;
}

/** A connection of which one side hears nothing. */
export interface HeldConnection {
  /** When the other side has said something. */
  readonly begun: Promise<void>;
  letGo(): void;
}

/** Opens a relay to a port of this computer. */
export function tcpRelay(target: number): TcpRelay {
  let present = target;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const seen: Uint8Array[] = [];
  const cut = (): void => {
    for (const connection of open) closeQuietly(connection);
    open.clear();
  };
  let next: HeldConnection & { begin(): void; readonly released: Promise<void> } | undefined;
  const carry = async (
    from: Deno.Conn,
    to: Deno.Conn,
    mayPass: () => void | Promise<void> = () => {},
  ): Promise<void> => {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
        const piece = buffer.slice(0, read);
        seen.push(piece);
        await mayPass();
        for (let done = 0; done < piece.length;) done += await to.write(piece.subarray(done));
      }
    } catch {
      // one side is gone
    }
    closeQuietly(from);
    closeQuietly(to);
  };
  const serve = async (client: Deno.Conn): Promise<void> => {
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: present });
      open.add(client).add(server);
      const held = next;
      next = undefined;
      await Promise.all([
        carry(client, server, held?.begin),
        carry(server, client, () => held?.released),
      ]);
    } catch {
      closeQuietly(client); // no peer is there now
    }
  };
  const running = (async () => {
    const served: Promise<void>[] = [];
    for await (const client of listener) served.push(serve(client));
    await Promise.all(served);
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    leadTo(port) {
      present = port;
      cut();
    },
    passed: () => seen.map((piece) => new TextDecoder("latin1").decode(piece)).join(""),
    holdNext() {
      const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      next = {
        begun: begun.promise,
        begin: begun.resolve,
        released: released.promise,
        letGo: released.resolve,
      };
      return next;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      cut();
      await running.catch(() => {});
    },
  };
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // it is closed already
  }
}
