// A connection to a server by way of this process. Rule: when it is cut, a handshake on it has ended as well.
//
// Deno 2.9.6 keeps the descriptor of a handshake until the server ends it, also when the connection is closed. Here the
// other end of the handshake's connection is ours to close.

import { type Wire, wireOn } from "./dial.ts";
import { carry } from "./tls_tunnel.ts";

/** As `dial`, for a port of a host. */
export async function dialThrough(
  place: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<Wire> {
  const sockets = new Set<Deno.Conn>();
  let wire: Wire | undefined;
  const cut = (): void => {
    wire?.cut();
    for (const socket of sockets) socket.close();
    sockets.clear();
  };
  const opened = (socket: Deno.TcpConn): Deno.TcpConn => {
    socket.setNoDelay();
    sockets.add(socket);
    return socket;
  };
  try {
    const server = opened(await Deno.connect({ ...place, signal }));
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    near.setNoDelay();
    wire = wireOn(near);
    const far = opened(await listener.accept());
    if (far.remoteAddr.port !== near.localAddr.port) throw new Error("another program was faster");
    void Promise.all([carry(far, server), carry(server, far)]).catch(cut);
    return { ...wire, cut };
  } catch (error) {
    cut();
    throw error;
  }
}
