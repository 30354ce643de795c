// Serves other programs of this computer, by loopback or by a Unix socket. Rule: a bounded number of connections,
// and one that is past its deadline is cut, whatever it waits for.
//
// Deno.serve is not used: it accepts without a limit, so that any user of the computer could end the program by
// opening connections until no descriptor is left; and it hides whether a target was a whole URL.

import { CliError } from "../base/errors.ts";
import {
  areFree,
  type Connection,
  connectionSlots,
  keepPlaces,
  newConnection,
  pause,
  waitForSlot,
} from "./connections.ts";
import type { LocalAddress, LocalPeer, LocalServer } from "./contract.ts";
import { peerOn, watchDeadlines } from "./peers.ts";
import { screen } from "./surroundings.ts";

/** How many connections are held where the system gives enough descriptors, and where it does not. */
const MOST_CONNECTIONS = 128;
const FEW_CONNECTIONS = 16;
/** Each may have a request of its own to a server, and there are files. */
const NEEDED_DESCRIPTORS = 2 * MOST_CONNECTIONS + 24;
/** How long no connection is accepted after one could not be, in milliseconds. */
const ACCEPT_PAUSE = 20;

/** See {@link Proxying.serveLocal}. */
export function serveLocal(
  address: LocalAddress,
  serve: (peer: LocalPeer) => Promise<void>,
): Promise<LocalServer> {
  const listeners = listenersAt(address);
  const take = connectionSlots(areFree(NEEDED_DESCRIPTORS) ? MOST_CONNECTIONS : FEW_CONNECTIONS);
  const peers = new Set<LocalPeer>();
  const rounds = watchDeadlines(peers);
  let isClosing = false;
  async function acceptAll(listener: Deno.Listener): Promise<void> {
    while (true) {
      const connection = newConnection(); // a place first: an accepted connection is never one too many
      if (!await waitForSlot(take, connection, () => isClosing)) return;
      const socket = await listener.accept().catch(() => undefined);
      if (socket === undefined) { // closed, or no descriptor is left
        connection.sockets.dispose();
        await pause(isClosing ? 0 : ACCEPT_PAUSE);
        continue;
      }
      const peer = peerOf(connection, socket);
      peers.add(peer);
      void serve(peer).catch(() => undefined).finally(() => {
        peer.cut();
        peers.delete(peer);
        if (isClosing && peers.size === 0) rounds[Symbol.dispose]();
      });
    }
  }
  const accepting = listeners.map(acceptAll);
  const [first] = listeners;
  return Promise.resolve({
    port: first?.addr.transport === "tcp" ? first.addr.port : 0,
    async close() {
      isClosing = true;
      for (const listener of listeners) listener.close();
      if (peers.size === 0) rounds[Symbol.dispose]();
      await Promise.all(accepting);
    },
  });
}

function listenersAt(address: LocalAddress): Deno.Listener[] {
  screen.isTaken = true; // what those programs wait for is theirs to say
  return "socket" in address
    ? [Deno.listen({ transport: "unix", path: address.socket })]
    : loopback(address.port);
}

/** The same port on both addresses; the second if the machine has it and it is free there. */
function loopback(port: number): Deno.TcpListener[] {
  try {
    const first = Deno.listen({ hostname: "127.0.0.1", port });
    try {
      return [first, Deno.listen({ hostname: "::1", port: first.addr.port })];
    } catch {
      return [first];
    }
  } catch (error) {
    const isTaken = error instanceof Deno.errors.AddrInUse;
    const isRefused = error instanceof Deno.errors.PermissionDenied;
    if (!isTaken && !isRefused) throw error;
    const why = isTaken ? "another program is using the port" : "the system does not permit it";
    throw new CliError("usage", `Cannot listen on 127.0.0.1:${port}: ${why}`, {
      next: "leave out --port, or give another one",
    });
  }
}

/** How long a connection without a request keeps its place when each is taken, in milliseconds. */
const SLOWNESS = 150;

function peerOf(connection: Connection, socket: Deno.Conn): LocalPeer {
  connection.sockets.use(socket);
  if ("setNoDelay" in socket) (socket as Deno.TcpConn).setNoDelay(true);
  keepPlaces(connection, SLOWNESS);
  const peer = {
    ...peerOn(socket, () => connection.sockets.dispose()),
    isBusy: false,
    setBusy(isBusy: boolean) {
      peer.isBusy = isBusy;
      connection.isAsking = isBusy;
      if (!isBusy) keepPlaces(connection, SLOWNESS);
    },
  };
  return peer;
}
