// A connection to a PostgreSQL server, which opens while `pg` is loaded. Rule: with TLS, nothing but the question for it
// is sent before the server's certificate is checked.

import { dial, type Place, type Wire } from "../../system/dial.ts";
import type { Address } from "./address.ts";

/** A connection that is being opened. */
export interface OpeningWire {
  /** When the server has been asked for TLS, and takes its time; or when no TLS is wanted. */
  readonly asked: Promise<void>;
  /** The connection, encrypted when the address says so. Rejected with what Deno throws. */
  readonly opened: Promise<Wire>;
  isCut(): boolean;
  /** Ends it at once, also before it is open. */
  cut(): void;
}

/**
 * Begins to open a connection.
 *
 * @param authorities PEM texts of those that are trusted besides the built-in ones.
 */
export function openWire(
  address: Address,
  authorities: readonly string[],
  open = dial,
): OpeningWire {
  const abort = new AbortController();
  let wire: Wire | undefined;
  const ask = async (): Promise<Wire> => {
    const dialed = wire = await open(placeOf(address), abort.signal);
    if (abort.signal.aborted) dialed.cut();
    else if (address.isEncrypted) await dialed.write(SSL_REQUEST);
    return dialed;
  };
  const answered = async (): Promise<Wire> => {
    const dialed = await asked;
    if (address.isEncrypted) await encrypt(dialed, address.host, authorities);
    return dialed;
  };
  const asked = ask();
  const opened = answered();
  opened.catch(() => {}); // who waits for it hears of it
  return {
    asked: asked.then(() => {}, () => {}),
    opened,
    isCut: () => abort.signal.aborted,
    cut() {
      abort.abort();
      wire?.cut();
    },
  };
}

function placeOf({ host, port }: Address): Place {
  return host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { hostname: host, port };
}

/** PostgreSQL 17, 53.7, SSLRequest: its length and its code. */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const [YES, NO] = [83, 78]; // S and N

/** Exactly one byte is read of the answer: what came with it before TLS would be of anyone (CVE-2021-23222). */
async function encrypt(wire: Wire, host: string, authorities: readonly string[]): Promise<void> {
  const answer = new Uint8Array(1);
  await wire.read(answer);
  if (answer[0] === NO) throw new Error("The server does not support SSL connections");
  if (answer[0] !== YES) throw new Error("The server did not answer the request for TLS");
  await wire.encrypt(host, authorities);
}
