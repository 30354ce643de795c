// Who signed the certificate that a host shows. Rule: it trusts nothing that it sees, sends nothing but a
// greeting, and goes through the proxy where requests do.

import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { Socket } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import { type Proxy, proxyFor } from "./proxies.ts";

const TIMEOUT = 4_000;

/** See {@link System.peerIssuer}. */
export function peerIssuer(hostname: string, port: number): Promise<string | undefined> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const servername = /^[\d.:]+$/.test(host) ? undefined : host; // an address is no server name
  const proxy = proxyFor(new URL(`https://${hostname}:${port}`), Deno.env.get);
  const opened: { destroy(): unknown }[] = [];
  return new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => done(undefined), TIMEOUT);
    const done = (name: string | string[] | undefined): void => {
      clearTimeout(timer);
      for (const one of opened) one.destroy();
      resolve(Array.isArray(name) ? name[0] : name);
    };
    const greet = (way: ConnectionOptions): void => {
      const options = { ...way, rejectUnauthorized: false, ...(servername ? { servername } : {}) };
      const socket = connect(options, () => {
        const { issuer } = socket.getPeerCertificate();
        done(issuer?.O ?? issuer?.CN);
      });
      opened.push(socket);
      socket.on("error", () => done(undefined));
    };
    if (proxy === undefined) return greet({ host, port });
    opened.push(tunnel(proxy, `${hostname}:${port}`, (socket) => {
      if (socket === undefined) return done(undefined);
      opened.push(socket);
      greet({ socket });
    }));
  }).catch(() => undefined); // a proxy that this program may not connect to by itself
}

/** Asks the proxy for a tunnel (RFC 9110, section 9.3.6). */
function tunnel(
  proxy: Proxy,
  target: string,
  then: (socket: Socket | undefined) => void,
): { destroy(): unknown } {
  const url = new URL(proxy.url.reveal());
  if (url.protocol.startsWith("socks")) throw new Error("SOCKS is not spoken here");
  const credentials = decodeURIComponent(`${url.username}:${url.password}`);
  const asking = (url.protocol === "https:" ? requestTls : requestPlain)({
    host: url.hostname,
    port: proxy.address.split(":").at(-1),
    method: "CONNECT",
    path: target,
    agent: false,
    headers: proxy.hasCredentials ? { "proxy-authorization": `Basic ${btoa(credentials)}` } : {},
  });
  asking.on("connect", ({ statusCode }, socket) => then(statusCode === 200 ? socket : undefined));
  asking.on("response", () => then(undefined));
  asking.on("error", () => then(undefined));
  asking.end();
  return asking;
}
