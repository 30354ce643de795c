// What only the proxy needs of the world outside, as types. Rule: types only.

import type { CliError } from "../base/errors.ts";

/** A connection to another program. */
export interface Peer {
  /** How many bytes came; `null` when the other side has hung up. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes all of them. */
  write(bytes: Uint8Array): Promise<void>;
  /** Writes a text, one byte for each character, and bytes behind it. It has to be over before the next one. */
  writeText(text: string, behind?: Uint8Array): Promise<void>;
  cut(): void;
  /** When it is cut, whatever it waits for, in milliseconds of `performance.now()`. */
  deadline: number;
}

/** A connection of another program on this computer. */
export interface LocalPeer extends Peer {
  /** Whether it keeps its place when every place is taken. */
  readonly isBusy: boolean;
  setBusy(isBusy: boolean): void;
}

/** Where programs of this computer are served: both loopback addresses, or a Unix socket. */
export type LocalAddress = { readonly port: number } | { readonly socket: string };

/** A server for programs of this computer. */
export interface LocalServer {
  /** The port; 0 for a socket. */
  readonly port: number;
  /** Accepts no connection more. Those that are open stay. */
  close(): Promise<void>;
}

/** Ways to the same servers that requests share. */
export interface HttpPool extends Disposable {
  /** What fetch sends a request with. */
  readonly clientFor: (url: URL) => Deno.HttpClient;
  /**
   * A new connection to the URL's server; `undefined` when another proxy is between, or there is none: fetch knows why.
   *
   * @throws the signal's reason; a TimeoutError when the server was silent in the handshake.
   */
  readonly connect: (url: URL, signal: AbortSignal) => Promise<Peer | undefined>;
}

/** What only the proxy needs of the world outside. */
export interface Proxying {
  readonly pid: number;
  /**
   * Serves programs of this computer, a bounded number of connections at a time.
   *
   * @throws {CliError} `usage` when the port is taken or may not be used.
   */
  serveLocal(
    address: LocalAddress,
    serve: (peer: LocalPeer) => Promise<void>,
  ): Promise<LocalServer>;
  /** From now on stderr is written to as fast as it is read, and what is too much for that is left out. */
  sayLater(): AsyncDisposable;
  /** Opens a pool. `caCertificates` as in {@link StreamRequest}. */
  openPool(caCertificates: readonly string[]): HttpPool;
  /** Why a connection gave no answer, in words; `silence`: it had been silent for so many milliseconds. */
  failureOf(error: unknown, url: URL, silence?: number): Promise<CliError>;
}
