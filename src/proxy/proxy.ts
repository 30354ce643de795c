// The proxy: an address on this computer that adds the login's token. Rule: it answers as long as nothing ends it,
// also when the login is gone, and in ten seconds it has ended; only new tokens that are on their way are waited for.

import type { CommandContext, CommonFlags } from "../command.ts";
import { prepareSocket } from "../files/socket_file.ts";
import type { LocalPeer } from "../system/contract.ts";
import { converse } from "./conversation.ts";
import type { Fence } from "./fence.ts";
import { forwarder } from "./forward.ts";
import { newSecret } from "./gate.ts";
import { loginSource } from "./login.ts";
import { requestSlots } from "./request_slots.ts";

/** Where and for whom. */
export interface ProxyOptions {
  readonly fence: Fence;
  /** 0 for any that is free. */
  readonly port: number;
  /** A path; without it programs come by loopback. */
  readonly socket: string | undefined;
}

/** A proxy that answers. */
export interface OpenProxy extends AsyncDisposable {
  /** Ends with a slash; with its secret. Behind a socket the host in it says nothing. */
  readonly baseUrl: string;
}

const MOST_AT_ONCE = 64;
/** How long running requests get when the proxy ends, in milliseconds. */
const FINISH_TIME = 10_000;
const LOOK_EVERY = 20;

/**
 * Opens a proxy. Disposal takes no new request, gives those that run ten seconds, and removes the socket. A refresh
 * has its own deadline: cut, its new tokens would be lost, and with them the login.
 *
 * @throws {CliError} `usage` when the port or the socket is in use, `storage` when the socket would not be private.
 */
export async function openProxy(
  { fence, port, socket }: ProxyOptions,
  flags: CommonFlags,
  context: CommandContext,
): Promise<OpenProxy> {
  const { system } = context;
  const { serveLocal, sayLater } = await system.proxying();
  await using undo = new AsyncDisposableStack();
  undo.use(sayLater());
  const source = undo.use(loginSource(flags, context));
  const closing = new AbortController();
  const peers = new Set<LocalPeer>();
  const secret = socket === undefined ? newSecret() : undefined;
  const shared = {
    ...{ context, closing: closing.signal },
    secret: secret === undefined ? undefined : new TextEncoder().encode(secret),
    fence: fence.readOnly || fence.only.length > 0 ? fence : undefined,
    forward: forwarder(source, system),
    places: requestSlots(MOST_AT_ONCE),
  };
  const serve = (peer: LocalPeer): Promise<void> => {
    peers.add(peer);
    return converse(peer, shared).finally(() => peers.delete(peer));
  };
  undo.defer(() => finishConnections(peers));
  const place = socket === undefined ? undefined : undo.use(await prepareSocket(socket));
  const server = await serveLocal(place ? { socket: place.stage } : { port }, serve);
  undo.defer(async () => {
    closing.abort();
    await server.close();
  });
  place?.publish();
  const all = undo.move();
  return {
    baseUrl: secret === undefined
      ? "http://anaplan/"
      : `http://127.0.0.1:${server.port}/${secret}/`,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Waits for the connections that are answering, and cuts what takes too long. */
async function finishConnections(peers: ReadonlySet<LocalPeer>): Promise<void> {
  const end = performance.now() + FINISH_TIME;
  while (peers.size > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  for (const peer of peers) peer.cut();
}
