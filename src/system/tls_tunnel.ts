// TLS for a connection that was accepted already. Rule: a peer that never shakes hands costs nothing
// once it is cut.
//
// Deno 2.9.6 speaks TLS on connections of a TLS listener alone, and keeps the descriptor of one that
// never finishes its handshake even when it is closed. So the bytes go through a listener that takes
// this one connection: closing our end ends the handshake.

import type { ListenOptions } from "./contract.ts";
import type { Connection } from "./connections.ts";
import { writeWhole } from "./peers.ts";

/** The decrypted side of a connection. */
export interface Tunnel {
  readonly stream: Deno.TlsConn;
  /** Resolves when all that was written has been handed to the peer's connection, after the last of it. */
  readonly delivered: Promise<unknown>;
  /** Resolves when no byte is on its way any more, which is soon after the connection is cut. */
  readonly ended: Promise<unknown>;
}

/**
 * Speaks TLS with a peer, whose first bytes have been read.
 *
 * HTTP/1.1 is the only protocol that is offered: one request a connection.
 *
 * @param onAnswer hears that the peer has been answered, so that its turn begins.
 */
export async function openTunnel(
  connection: Connection,
  peer: Deno.Conn,
  first: Uint8Array,
  { certificate: cert, key }: NonNullable<ListenOptions["tls"]>,
  onAnswer: () => void,
): Promise<Tunnel> {
  const address = { hostname: "127.0.0.1", port: 0 };
  using listener = Deno.listenTls({ ...address, cert, key, alpnProtocols: ["http/1.1"] });
  const near = closeWithConnection(
    connection,
    await Deno.connect({ ...address, port: listener.addr.port }),
  );
  const far = closeWithConnection(connection, await listener.accept());
  if (far.remoteAddr.port !== near.localAddr.port) connection.sockets.dispose(); // another's connection
  await writeWhole(near, first);
  const cut = (): void => connection.sockets.dispose();
  const delivered = carry(near, peer, onAnswer).catch(cut);
  return { stream: far, delivered, ended: Promise.all([carry(peer, near).catch(cut), delivered]) };
}

/** Closes the socket with the connection, or at once if that is cut already. */
function closeWithConnection<Socket extends Deno.Conn>(
  connection: Connection,
  socket: Socket,
): Socket {
  if (connection.sockets.disposed) socket.close();
  else connection.sockets.use(socket);
  return socket;
}

/** Hands on all that comes, and then the end. */
export async function carry(from: Deno.Conn, to: Deno.Conn, onFirst = () => {}): Promise<void> {
  const buffer = new Uint8Array(16_384);
  for (let length, isFirst = true; (length = await from.read(buffer)) !== null; isFirst = false) {
    if (isFirst) onFirst();
    await writeWhole(to, buffer.subarray(0, length));
  }
  await to.closeWrite();
}
