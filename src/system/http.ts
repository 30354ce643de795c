// One HTTP request, answered whole. Rule: bounded in time and size, never silently sent twice, never
// redirected, and no secret in what is traced or thrown.

import { CliError } from "../errors.ts";
import type { HttpRequest } from "../system.ts";
import { isLoopbackHost } from "../urls.ts";

const TIMEOUT = 20_000;
/** How late a timer is when the process must have stood still; and the moment that it then gets. */
const LATE = 1_000;
const BODY_LIMIT = 4 * 1024 * 1024;

/** Sends the request and reads the whole answer; see {@link System.fetch}. */
export async function fetchWhole(
  request: HttpRequest,
  trace: (text: string) => void,
): Promise<Response> {
  const url = new URL(request.url);
  if (isLoopbackHost(url.hostname)) exemptLoopbackFromProxies();
  // A pooled connection that was reset would make fetch send a POST again by itself, and a code or a
  // rotating refresh token may be sent once only. So: no pool.
  using client = Deno.createHttpClient({
    poolMaxIdlePerHost: 0,
    caCerts: [...request.caCertificates ?? []],
  });
  using patience = patientTimeout(request.timeout ?? TIMEOUT);
  const started = performance.now();
  trace(`> ${request.method} ${maskUrl(url)}${maskForm(request.body)}`);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: { accept: "application/json", "user-agent": "anaplan-auth", ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: "manual",
      signal: patience.signal,
      client,
    });
    const body = await readBounded(response, url.host);
    const type = response.headers.get("content-type") ?? "no content type";
    const duration = Math.round(performance.now() - started);
    trace(`< ${response.status} ${type}, ${body.length} bytes, ${duration} ms`);
    const hasBody = ![101, 204, 205, 304].includes(response.status);
    return new Response(hasBody ? body : null, {
      status: response.status,
      headers: response.headers,
    });
  } catch (error) {
    const translated = toUnavailable(error, url, request.timeout ?? TIMEOUT);
    trace(`< failed after ${Math.round(performance.now() - started)} ms: ${translated.message}`);
    throw translated;
  }
}

/** See {@link System.assertReachable}. */
export function assertReachable(text: string): void {
  const url = new URL(text);
  const host = `${url.hostname}:${url.port || (url.protocol === "http:" ? 80 : 443)}`;
  if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") {
    throw hostNotPermitted(url);
  }
}

/**
 * A timeout that a stopped process does not pay for: when the timer itself comes late (SIGSTOP, a laptop
 * that slept), the answer may lie in the socket already, and is given a moment to be read. Taken for
 * lost, it would be asked for again with a refresh token that is dead by now.
 *
 * By AbortSignal.timeout: the first setTimeout of a process loads node:timers, which takes milliseconds.
 */
function patientTimeout(timeout: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const due = Date.now() + timeout;
  const giveUp = (): void =>
    controller.abort(new DOMException("The request took too long", "TimeoutError"));
  const timeIsUp = (): void => {
    if (Date.now() - due > LATE) AbortSignal.timeout(LATE).addEventListener("abort", giveUp);
    else giveUp();
  };
  const timer = AbortSignal.timeout(timeout);
  timer.addEventListener("abort", timeIsUp);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => timer.removeEventListener("abort", timeIsUp),
  };
}

async function readBounded(response: Response, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > BODY_LIMIT) {
      throw new CliError("unavailable", `Cannot use the answer of ${host}: it is far too long`, {
        next: "try again later; a proxy may be answering in its place",
      });
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** fetch honours proxy variables for loopback too, where no proxy can help. */
function exemptLoopbackFromProxies(): void {
  const isProxied = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
  ]
    .some((name) => Deno.env.get(name));
  if (!isProxied) return;
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const hosts = Deno.env.get(name);
    if (hosts?.includes("127.0.0.1")) continue;
    Deno.env.set(name, [hosts, "127.0.0.1", "localhost", "::1"].filter(Boolean).join(","));
  }
}

const OPEN_PARAMETERS = new Set([
  "grant_type",
  "client_id",
  "redirect_uri",
  "scope",
  "response_type",
]);

function masked(parameters: URLSearchParams): string[] {
  return Array.from(
    parameters,
    ([name, value]) => `${name}=${OPEN_PARAMETERS.has(name) ? value : "[secret]"}`,
  );
}

/** The URL without what its query holds, for a trace. */
export function maskUrl(url: URL): string {
  const query = url.search === "" ? "" : `?${masked(url.searchParams).join("&")}`;
  return `${url.origin}${url.pathname}${query}`;
}

function maskForm(body: string | undefined): string {
  return body === undefined ? "" : ` (${masked(new URLSearchParams(body)).join(" ")})`;
}

function toUnavailable(error: unknown, url: URL, timeout: number): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof Deno.errors.NotCapable) return hostNotPermitted(url);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return unavailable(url, `no answer within ${timeout / 1000} s`, { answerLost: true });
  }
  const chain = causes(error).join(": ");
  const isConnect = chain.includes("(Connect)");
  return unavailable(url, reasonIn(chain), {
    answerLost: !isConnect,
    ...(/invalid peer certificate|UnknownIssuer/i.test(chain) ? { next: CA_ADVICE } : {}),
  });
}

const CA_ADVICE =
  "give your company's CA file with --ca-file (ANAPLAN_CA_FILE), or set DENO_TLS_CA_STORE=system";

function unavailable(
  url: URL,
  reason: string,
  details: { answerLost: boolean; next?: string },
): CliError {
  return new CliError("unavailable", `Cannot reach ${url.host}: ${reason}`, {
    next: "check the network, the proxy settings and the region, then try again",
    ...details,
  });
}

function hostNotPermitted(url: URL): CliError {
  return new CliError(
    "usage",
    `Cannot reach ${url.host}: this program may talk to *.anaplan.com and this computer only`,
    { next: `add ${url.host} to --allow-net in the task (deno.json), if you trust it` },
  );
}

/** The messages of an error and its causes; they hold the whole URL, so they are never shown as such. */
function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : causes(error.cause))];
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/UnknownIssuer|unknown issuer/i, "the certificate is signed by an unknown authority"],
  [/NotValidForName|not valid for name/i, "the certificate is for another name"],
  [/Expired|NotValidYet/i, "the certificate is out of date, or this computer's clock is wrong"],
  [/InvalidContentType|corrupt message/i, "what answers there does not speak HTTPS"],
  [/invalid peer certificate/i, "the certificate cannot be trusted"],
  [/dns error|failed to lookup/i, "the name cannot be resolved"],
  [/refused/i, "the connection was refused"],
  [/unreachable/i, "the network is unreachable"],
  [
    /reset|closed|broken pipe|IncompleteMessage|unexpected end of file|eof/i,
    "the connection was cut",
  ],
  [/proxy|tunnel/i, "the proxy did not let the connection through"],
];

function reasonIn(chain: string): string {
  return REASONS.find(([pattern]) => pattern.test(chain))?.[1] ?? "the request failed";
}
