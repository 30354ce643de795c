// Which proxy carries a request. Rule: pure; this computer is always reached directly, and of a proxy's
// URL people see host and port alone.

import { CliError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { isLoopbackHost } from "../base/urls.ts";

/** A proxy that the environment names. */
export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  /** As Deno understands it, with the credentials. */
  readonly url: Secret;
  readonly hasCredentials: boolean;
  /** Whether Deno 2.9.6 also sends the credentials inside the tunnel: it does for http:// proxies. */
  readonly isLeaky: boolean;
  /** Scheme, host and port, as people may see them. */
  readonly origin: string;
  /** Host and port. */
  readonly address: string;
}

type Environment = (name: string) => string | undefined;

/** In the order in which they count; `HTTP_PROXY` carries no https. */
const VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] as const;

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "socks5:": 1080,
  "socks5h:": 1080,
};

/**
 * The proxy for a URL; `undefined` when the URL is asked directly. Plain http leads to this computer only.
 *
 * @throws {CliError} `usage` for a variable that names no proxy: going without would go around it.
 */
export function proxyFor(url: URL, env: Environment): Proxy | undefined {
  if (url.protocol !== "https:" || isLoopbackHost(url.hostname)) return undefined;
  return isExempt(url, env) ? undefined : namedProxy(env);
}

/** The proxy that the environment names, whatever it is for. @throws {CliError} as {@link proxyFor}. */
export function namedProxy(env: Environment): Proxy | undefined {
  const variable = VARIABLES.find((name) => env(name)?.trim());
  if (variable === undefined) return undefined;
  const value = (env(variable) ?? "").trim();
  const text = /^[\w+.-]+:\/\//.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") throw unusable(variable, "it is not a URL");
  const port = url.port || DEFAULT_PORTS[url.protocol];
  if (port === undefined) {
    throw unusable(variable, `it begins with ${url.protocol}//, which is not a kind of proxy`);
  }
  return {
    variable,
    url: new Secret(url.href),
    hasCredentials: url.username !== "",
    isLeaky: url.username !== "" && url.protocol === "http:",
    origin: `${url.protocol}//${url.host}`,
    address: `${url.hostname}:${port}`,
  };
}

/** Whether `NO_PROXY` names the URL's host, as curl reads it, or its whole domain as `*.example.com`. */
function isExempt({ hostname, port }: URL, env: Environment): boolean {
  const named = (env("NO_PROXY") || env("no_proxy") || "").toLowerCase().split(/[\s,]+/);
  const host = hostname.replace(/^\[|\]$/g, "");
  return named.some((entry) => {
    if (entry === "*") return true;
    const [, name = "", ofPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === "" || (ofPort !== undefined && ofPort !== (port || "443"))) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}

function unusable(variable: string, reason: string): CliError {
  return new CliError("usage", `Cannot use the proxy that ${variable} names: ${reason}`, {
    next: `export ${variable}=http://HOST:PORT, or unset it`,
  });
}
