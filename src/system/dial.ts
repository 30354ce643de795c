// Connections to servers that speak a protocol of their own. Rule: nothing is tried again, each is cut by who opened it,
// and encrypted only with a server whose certificate is trusted and for its name.

/** Where a server is: a port of a host, or a Unix socket. */
export type Place = { readonly hostname: string; readonly port: number } | {
  readonly path: string;
};

/** A connection to a server that speaks a protocol of its own. It is open until it is cut. */
export interface Wire {
  /** How many bytes came; `null` when the server has ended its side. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** How many of the bytes were written; the rest waits for the server to take some. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our side; what the server still says can be read. */
  endWrites(): Promise<void>;
  /**
   * Speaks TLS from now on; nothing may be on its way meanwhile. Rejected unless the certificate is for this name.
   *
   * @param caCertificates PEM texts of authorities that are trusted besides the built-in ones.
   * @param protocol what will be spoken in it (RFC 7301); a server that speaks none but others ends the handshake.
   */
  encrypt(hostname: string, caCertificates: readonly string[], protocol?: string): Promise<void>;
  /** Ends it at once; what is on its way is rejected. May be called twice. */
  cut(): void;
}

/** Opens a connection, unless the signal comes first. @throws what Deno throws: who speaks the protocol translates it. */
export async function dial(place: Place, signal: AbortSignal): Promise<Wire> {
  if ("path" in place) return wireOn(await Deno.connect({ transport: "unix", ...place }));
  const connection = await Deno.connect({ ...place, signal });
  connection.setNoDelay();
  return wireOn(connection);
}

/** A connection that is open, as a wire. */
export function wireOn(opened: Deno.Conn): Wire {
  let connection = opened;
  let isCut = false;
  const cut = (): void => {
    isCut = true;
    try {
      connection.close();
    } catch {
      // it is closed, or is just being encrypted
    }
  };
  return {
    read: (buffer) => connection.read(buffer),
    write: (bytes) => connection.write(bytes),
    endWrites: () => connection.closeWrite(),
    async encrypt(hostname, caCertificates, protocol) {
      const alpnProtocols = protocol === undefined ? [] : [protocol];
      const options = { hostname, caCerts: [...caCertificates], alpnProtocols };
      const encrypted = await Deno.startTls(connection as Deno.TcpConn, options);
      connection = encrypted;
      if (isCut) cut(); // Deno 2.9.6 keeps its descriptor until the server also ends the handshake
      await encrypted.handshake();
    },
    cut,
  };
}
