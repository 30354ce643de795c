// Who signed the certificate that a host shows. Rule: for `doctor` alone; it trusts nothing that it sees.

import { connect } from "node:tls";

const TIMEOUT = 5_000;

/** See {@link System.peerIssuer}. */
export function peerIssuer(hostname: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, "");
    const servername = /^[\d.:]+$/.test(host) ? undefined : host; // an address is no server name
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(servername === undefined ? {} : { servername }),
    }, () => {
      const { issuer } = socket.getPeerCertificate();
      done(issuer?.O ?? issuer?.CN);
    });
    const done = (name: string | string[] | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Array.isArray(name) ? name[0] : name);
    };
    const timer = setTimeout(() => done(undefined), TIMEOUT);
    socket.on("error", () => done(undefined));
  });
}
