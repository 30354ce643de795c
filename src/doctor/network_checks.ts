// What can be seen of the network: hosts, clocks, proxies, certificates, and what the edge rejects. Rule:
// no token and no secret goes out; the requests are those of a stranger.

import { authorizationServer, origins } from "../provider/authorization_server.ts";
import type { CommandContext } from "../command.ts";
import { caCertificates, trustedByDeno } from "../files/ca_file.ts";
import { CliError } from "../base/errors.ts";
import { nameOrQuoted } from "../base/names.ts";
import { namedProxy } from "../system/proxies.ts";
import { type Settings } from "../settings/settings.ts";
import type { System } from "../system/contract.ts";
import { printable } from "../base/masking.ts";
import { duration } from "../base/times.ts";
import { type Check, failedCheck, foundBy, ok, problem, skippedCheck, warning } from "./check.ts";
import { regionCheck } from "./region_check.ts";

type NetworkSystem = Pick<System, "fetch" | "now" | "peerIssuer">;

/** How far a clock may be off before tokens suffer, in milliseconds. */
const CLOCK_TOLERANCE = 60_000;

/** How long a host may be silent, in milliseconds. */
const PATIENCE = 8_000;

/**
 * Reachability, and what needs it: clock, edge, certificate, region. Each host is asked once, and what needs a host
 * that does not answer is skipped.
 */
export async function* networkChecks(
  settings: Settings,
  context: CommandContext,
): AsyncGenerator<Check | undefined> {
  const { system } = context;
  const server = authorizationServer(settings);
  const authorize = new URL(server.authorizationEndpoint);
  const { api, auth } = origins(settings);
  const names = new Set([authorize.origin, new URL(server.tokenEndpoint).origin]);
  const hasApi = settings.issuer === undefined || settings.apiUrl !== undefined;
  if (hasApi) names.add(api);
  if (settings.issuer === undefined || settings.authUrl) names.add(auth);
  const asked = await Promise.all(
    [...names].map((origin) => reachServer(origin, settings, system)),
  );
  yield* reachability(asked);
  const first = asked[0];
  const missing = asked.flatMap((one) => one.kind === "failed" ? [one.origin] : []);
  if (first?.kind === "answered") {
    yield clock(first.skew, system);
    const others = [
      foundBy("Firewall", () => edge(authorize, settings, system)),
      interception(authorize, settings, system),
    ];
    for (const check of others) yield await check;
  } else {
    for (const name of ["Clock", "Firewall", "TLS"]) yield skippedCheck(name, authorize.host);
  }
  yield await regionCheck(settings, context, hasApi ? api : authorize.origin, missing);
}

const LEAK = "Deno also sends its password to the servers behind it, inside TLS";
const ANOTHER_PROXY = "let a proxy here (px, cntlm) sign in to it; name that one";

/** Which proxy is used, the variable that names it, and what goes around it; never its credentials. */
export function proxyCheck({ env }: Pick<System, "env">): Check {
  try {
    const proxy = namedProxy(env);
    if (proxy === undefined) return ok("Proxy", "none");
    const exempt = env("NO_PROXY") ?? env("no_proxy");
    const others = exempt === undefined ? "" : `, and so is what NO_PROXY names: ${exempt}`;
    const seen =
      `${proxy.variable} sends requests through ${proxy.origin}; this computer is exempt`;
    return proxy.isLeaky
      ? warning("Proxy", printable(`${seen}${others}. ${LEAK}`), ANOTHER_PROXY)
      : ok("Proxy", printable(seen + others));
  } catch (error) {
    return failedCheck("Proxy", error);
  }
}

/** Whom the program trusts besides the built-in authorities. */
export function trustCheck(settings: Settings, { env }: Pick<System, "env">): Check {
  try {
    caCertificates(settings);
  } catch (error) {
    return failedCheck("Trust", error);
  }
  const store = env("DENO_TLS_CA_STORE");
  const parts = [
    store === undefined
      ? "the built-in certificate authorities"
      : `the certificate authorities of DENO_TLS_CA_STORE (${store})`,
    ...settings.caFiles,
    ...(settings.ambientCaFile === undefined ? [] : [`${settings.ambientCaFile} (SSL_CERT_FILE)`]),
    ...trustedByDeno(),
  ];
  return ok("Trust", parts.join(", "));
}

type Reachability =
  | { readonly kind: "answered"; readonly host: string; readonly skew: number | undefined }
  | { readonly kind: "failed"; readonly origin: string; readonly error: CliError };

function ask(url: string, settings: Settings, system: NetworkSystem): Promise<Response> {
  const request = { method: "GET", url, timeout: PATIENCE } as const;
  return system.fetch({ ...request, caCertificates: caCertificates(settings) });
}

async function reachServer(
  origin: string,
  settings: Settings,
  system: NetworkSystem,
): Promise<Reachability> {
  try {
    const response = await ask(`${origin}/`, settings, system);
    const date = Date.parse(response.headers.get("date") ?? "");
    return {
      kind: "answered",
      host: new URL(origin).host,
      skew: Number.isNaN(date) ? undefined : system.now() - date,
    };
  } catch (error) {
    if (error instanceof CliError) return { kind: "failed", origin, error };
    throw error;
  }
}

function clock(skew: number | undefined, { platform }: Pick<System, "platform">): Check {
  if (skew === undefined) return warning("Clock", "the server does not say what time it is");
  const side = skew < 0 ? "behind" : "ahead of";
  const seen = `${duration(Math.abs(skew))} ${side} the server's`;
  return Math.abs(skew) < CLOCK_TOLERANCE ? ok("Clock", seen) : problem(
    "Clock",
    "usage",
    seen,
    `set this computer's clock${platform === "linux" ? " (timedatectl set-ntp true)" : ""}`,
  );
}

/** One problem for each reason: what keeps all hosts away is one, not three. */
function* reachability(asked: readonly Reachability[]): Generator<Check> {
  const hosts = asked.flatMap((one) => one.kind === "answered" ? [one.host] : []);
  const verb = hosts.length === 1 ? "answers" : "answer";
  if (hosts.length > 0) yield ok("Network", `${hosts.join(", ")} ${verb}`);
  const failures = asked.filter((one) => one.kind === "failed");
  const byReason = Map.groupBy(failures, ({ error }) => error.reason ?? error.message);
  for (const alike of byReason.values()) {
    const [first] = alike;
    if (first === undefined) continue;
    const { error } = first;
    const silent = alike.map(({ origin }) => new URL(origin).host).join(", ");
    const message = error.reason === undefined
      ? error.message
      : `Cannot reach ${silent}: ${error.reason}`;
    yield failedCheck("Network", error.with({ message }));
  }
}

/** Some firewalls answer 403 to `127.0.0.1` in a query string: one request with it, one without. */
async function edge(
  authorize: URL,
  settings: Settings,
  system: NetworkSystem,
): Promise<Check | undefined> {
  const statusFor = async (redirectUri: string): Promise<number> => {
    const url = new URL(authorize);
    url.searchParams.set("redirect_uri", redirectUri);
    return (await ask(url.href, settings, system)).status;
  };
  const [withIt, without] = await Promise.all([
    statusFor("https://127.0.0.1:8443/callback"),
    statusFor("https://localhost:8443/callback"),
  ]);
  if (withIt === 403 && without !== 403) {
    return problem(
      "Firewall",
      "denied",
      `${authorize.host} rejects requests with 127.0.0.1 in them (403), but not those with localhost`,
      "register and use https://localhost:8443/callback",
    );
  }
  return ok("Firewall", `${authorize.host} is reached by requests with 127.0.0.1 in them`);
}

/** Who signed the certificate that is shown to us: a company's own authority inspects TLS. */
async function interception(
  authorize: URL,
  settings: Settings,
  system: NetworkSystem,
): Promise<Check | undefined> {
  if (authorize.protocol !== "https:") return undefined;
  const issuer = await system.peerIssuer(authorize.hostname, Number(authorize.port || 443));
  if (issuer === undefined) return undefined;
  const own = settings.caFiles.length > 0
    ? "; the CA files under Trust are also used to check it"
    : "";
  return ok("TLS", `${authorize.host} shows a certificate by ${nameOrQuoted(issuer)}${own}`);
}
