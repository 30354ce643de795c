// The client of one request: whom it trusts, and which proxy carries it. Rule: it keeps no connection, and
// what Deno cannot use is said with the name of the setting that is to blame.

import { shell } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { HttpRequest } from "./contract.ts";
import type { Proxy } from "./proxies.ts";

/** Who asks, unless the user says so. */
export const USER_AGENT = "anaplan-auth";

const PROXY_VARIABLES = [
  ...["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"],
] as const;

/**
 * Makes the client; without a proxy it connects directly.
 *
 * A pooled connection that was reset would make fetch send a POST again by itself, and a code or a rotating
 * refresh token may be sent once only. So there is no pool, unless `pool` says what it is like.
 *
 * @throws {CliError} `usage` for certificates that cannot be used.
 */
export function httpClient(
  proxy: Proxy | undefined,
  caCertificates: readonly string[],
  clientCertificate?: HttpRequest["clientCertificate"],
  pool: Deno.CreateHttpClientOptions = { poolMaxIdlePerHost: 0 },
): Deno.HttpClient {
  using _environment = onlyProxy(proxy);
  try {
    const caCerts = [...caCertificates];
    return Deno.createHttpClient({ ...pool, caCerts, ...clientCertificate });
  } catch (error) {
    throw unusableCertificates(error);
  }
}

/**
 * The environment with this proxy and no other, for the moment in which a client reads it. Deno takes
 * `ALL_PROXY` before `HTTPS_PROXY`, sends loopback through a proxy, and goes around one that it cannot
 * parse; and a proxy that is handed over as an option would need the permission to reach its host.
 */
function onlyProxy(proxy: Proxy | undefined): Disposable {
  const kept = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const)
    .filter(([, value]) => value !== undefined);
  for (const [name] of kept) Deno.env.delete(name);
  if (proxy !== undefined) Deno.env.set("HTTPS_PROXY", proxy.url.reveal());
  return {
    [Symbol.dispose]() {
      if (proxy !== undefined) Deno.env.delete("HTTPS_PROXY");
      for (const [name, value] of kept) Deno.env.set(name, value ?? "");
    },
  };
}

function unusableCertificates(error: unknown): CliError {
  const message = error instanceof Error ? error.message : String(error);
  if (/key data|certificate data|KeyMismatch/i.test(message)) {
    return new CliError(
      "usage",
      "Cannot use the client certificate: it or its key is damaged, or they do not belong together",
      { next: "look at the files that cert and key name in the address of the login store" },
    );
  }
  if (/certificate store .* specified/i.test(message)) {
    return new CliError("usage", "Cannot use DENO_TLS_CA_STORE: it names an unknown store", {
      next: shell("export DENO_TLS_CA_STORE=system"),
    });
  }
  if (/platform certificates/i.test(message)) {
    return new CliError("usage", "Cannot read this system's certificate authorities", {
      next: "see where SSL_CERT_FILE leads, or unset DENO_TLS_CA_STORE and give --ca-file",
    });
  }
  return new CliError("usage", "Cannot use a CA file: a certificate in it is damaged", {
    next: "check the CA files (--ca-file, SSL_CERT_FILE, the profile)",
  });
}
