// Why no answer came, in words. Rule: an error of fetch holds the whole URL, so none is shown as such; and
// what failed at the proxy is not blamed on the server.

import { CliError, type ErrorDetails } from "../base/errors.ts";
import { type Proxy, proxyFor } from "./proxies.ts";
import { nameOrQuoted } from "../base/names.ts";
import { portOf } from "../base/urls.ts";

/** What was tried, and by which way. */
export interface RequestAttempt {
  readonly url: URL;
  readonly proxy: Proxy | undefined;
  /** Who signed the certificate that was shown; the host is asked when it is not given. */
  readonly signer?: () => Promise<string | undefined>;
}

export async function fetchFailure(error: unknown, tried: RequestAttempt): Promise<CliError> {
  const { url, proxy, signer = () => signerAt(url) } = tried;
  if (error instanceof CliError) return error;
  if (error instanceof Deno.errors.NotCapable) return hostNotPermitted(url);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    const way = proxy === undefined ? "" : ` through the proxy ${proxy.address}`;
    return unavailable(url, error.message + way, { answerLost: true, timedOut: true });
  }
  const chain = causes(error).join(": ").replaceAll(url.href, "");
  const answerLost = !chain.includes("(Connect)");
  if (/UnknownIssuer|unknown issuer/i.test(chain)) {
    return unavailable(url, untrusted(proxy, await signer()), {
      answerLost,
      next: CA_ADVICE,
    });
  }
  const blamed = proxy !== undefined && !answerLost ? blameProxy(chain, proxy, url) : undefined;
  return blamed ?? unavailable(url, reasonIn(chain), {
    answerLost,
    isCut: answerLost && CUT.test(chain), // an answer that cannot be read also lost, and the server has acted
    ...(OUT_OF_DATE.test(chain) ? { code: "clock" } : {}),
    ...(/invalid peer certificate/i.test(chain) ? { next: CA_ADVICE } : {}),
  });
}

async function signerAt(url: URL): Promise<string | undefined> {
  return await (await import("./peer_issuer.ts")).peerIssuer(url.hostname, portOf(url));
}

/** See {@link System.assertReachable}. */
export function assertReachable(text: string): void {
  const url = new URL(text);
  const host = `${url.hostname}:${portOf(url)}`;
  if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") {
    throw hostNotPermitted(url);
  }
  proxyFor(url, Deno.env.get); // also reports a proxy that cannot be used
}

/** The error for a host outside the program's permissions. */
function hostNotPermitted(url: URL): CliError {
  return new CliError(
    "usage",
    `Cannot reach ${url.host}: this program is not permitted to talk to it`,
    { next: `if you trust it, add ${url.host} to HOSTS (see docs/install.md)` },
  );
}

const CA_ADVICE = "give a CA file (--ca-file), or DENO_TLS_CA_STORE=system";

function untrusted(proxy: Proxy | undefined, signer: string | undefined): string {
  const by = signer === undefined ? "" : `, ${nameOrQuoted(signer)}`;
  const way = proxy === undefined ? "" : ` that comes through the proxy ${proxy.address}`;
  return `the certificate${way} is signed by an unknown authority${by}`;
}

function unavailable(
  url: URL,
  reason: string,
  details: Pick<ErrorDetails, "answerLost" | "isCut" | "timedOut" | "next" | "code">,
): CliError {
  return new CliError("unavailable", `Cannot reach ${url.host}: ${reason}`, {
    reason,
    next: "check the network and the proxy, then try again",
    ...details,
  });
}

/** The messages of an error and its causes; they hold the whole URL, so they are never shown as such. */
function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : causes(error.cause))];
}

/** What a proxy did before any tunnel was open; the connection was made to it alone. */
function blameProxy(chain: string, proxy: Proxy, url: URL): CliError | undefined {
  const { variable, address, origin, hasCredentials } = proxy;
  const withCredentials = origin.replace("//", "//USER:PASSWORD@");
  const check = `check ${variable} and the network; unset it where no proxy is needed`;
  const reasons: readonly (readonly [RegExp, string, string])[] = [
    [
      /proxy authentication required/i,
      hasCredentials ? `rejected the credentials in ${variable}` : "wants credentials (407)",
      `export ${variable}=${withCredentials}, with special characters percent-encoded`,
    ],
    [
      /unsuccessful tunnel/i,
      "does not let it through",
      `ask who runs the proxy to let ${url.host} through, or name it in NO_PROXY if it needs none`,
    ],
    [/dns error|failed to lookup/i, "cannot be found: its name is unknown", check],
    [/refused/i, "refused the connection", check],
    [/unreachable|timed out/i, "cannot be reached", check],
    [
      /InvalidContentType|corrupt message/i,
      "answered in its place, and not with HTTPS",
      "open any page in your browser, where the proxy may ask you to sign in; then try again",
    ],
    [/reset|closed|broken pipe|eof/i, "hung up before the connection was secure", check],
  ];
  const found = reasons.find(([pattern]) => pattern.test(chain));
  if (found === undefined) return undefined;
  const [, does, next] = found;
  return unavailable(url, `the proxy ${address} ${does}`, { answerLost: false, next });
}

const OUT_OF_DATE = /Expired|NotValidYet/i;
const CUT = /reset|closed|broken pipe|IncompleteMessage|unexpected end of file|eof|reading a body/i;
const UNREADABLE = /parse|invalid HTTP|too (large|many)/i;
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/NotValidForName|not valid for name/i, "the certificate is for another name"],
  [OUT_OF_DATE, "the certificate is out of date, or this computer's clock is wrong"],
  [/InvalidContentType|corrupt message/i, "the server there does not speak HTTPS"],
  [/invalid peer certificate/i, "the certificate cannot be trusted"],
  [
    /alert: (CertificateRequired|UnknownCA|BadCert)/,
    "the server wants a certificate that it trusts",
  ],
  [/dns error|failed to lookup/i, "the name cannot be resolved"],
  [/refused/i, "the connection was refused"],
  [/unreachable/i, "the network is unreachable"],
  [/too many open files/i, "this program has too many open files"],
  [CUT, "the connection was cut"],
  [UNREADABLE, "the answer is not HTTP that this program can read"],
];

function reasonIn(chain: string): string {
  return REASONS.find(([pattern]) => pattern.test(chain))?.[1] ??
    "the connection broke for an unknown reason";
}
