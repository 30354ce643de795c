// A person with a browser, as a function: follows redirects, submits the sandbox's forms.
// Rule: it trusts every certificate (the user clicks the warning away), runs no script, and
// never leaves this computer: a redirect to another host is where it stops, unless a proxy of this
// computer acts as the outside.
import { Buffer } from "node:buffer";
import { request, type RequestOptions } from "node:https";
import { request as requestPlain } from "node:http";
import type { IncomingHttpHeaders } from "node:http";

/** The page on which the browser stopped. */
export interface FinalPage {
  readonly url: string;
  /** 0 when no server answers there, or when the address is not this computer's. */
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the user is like. */
export interface BrowseOptions {
  /** Which button the user presses on a sign-in or a confirmation page. */
  readonly decide?: "approve" | "decline";
  /** The user stops before they open an address that begins so. */
  readonly stopBefore?: string;
  /** What reaches other hosts; cookies and redirects are the browser's own. Nothing does by default. */
  readonly outside?: Outside;
}

/** A way to other hosts than this computer; it follows no redirect. */
export type Outside = (request: Request) => Promise<Response>;

interface Step {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body?: string;
}

/** Cookies by host and port, by name: enough for one visit to one or two servers. */
type Jar = Map<string, Map<string, string>>;

const MOST_STEPS = 30;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/**
 * Opens the URL and goes on until a page offers nothing more to do.
 *
 * With a redirect URI at which there is no listener, the page's `url` is what the user would paste.
 */
export async function browse(url: string, options: BrowseOptions = {}): Promise<FinalPage> {
  const jar: Jar = new Map();
  let step: Step = { method: "GET", url: new URL(url) };
  for (let count = 0; count < MOST_STEPS; count++) {
    const page = await load(step, jar, options.outside);
    const next = redirection(page) ?? submission(page, options.decide ?? "approve");
    if (next === undefined) return page;
    if (options.stopBefore !== undefined && next.url.href.startsWith(options.stopBefore)) {
      return { url: next.url.href, status: 0, body: "", headers: {} };
    }
    step = next;
  }
  throw new Error(`Still on the way after ${MOST_STEPS} steps, at ${step.url.href}`);
}

function redirection({ url, status, headers }: FinalPage): Step | undefined {
  if (status < 300 || status > 399 || headers.location === undefined) return undefined;
  return { method: "GET", url: new URL(headers.location, url) };
}

/** What the user does with the page's form; nothing when it wants something typed. */
function submission(page: FinalPage, decide: "approve" | "decline"): Step | undefined {
  if (!(page.headers["content-type"] ?? "").startsWith("text/html")) return undefined;
  const form = tags(page.body, "form")[0];
  if (form === undefined) return undefined;
  const inputs = tags(page.body, "input");
  if (inputs.some(({ type, value }) => type !== "hidden" && !value)) return undefined;
  const buttons = tags(page.body, "button");
  const declining = buttons.find(({ name, value }) => name === "abort" || value === "decline");
  const pressed = decide === "decline" && declining !== undefined ? declining : buttons[0];
  const fields = new URLSearchParams();
  for (const { name, value } of [...inputs, pressed ?? {}]) {
    if (name !== undefined) fields.append(name, value ?? "");
  }
  const action = new URL(form.action ?? "", page.url);
  if (form.method?.toLowerCase() === "post") {
    return { method: "POST", url: action, body: String(fields) };
  }
  action.search = String(fields);
  return { method: "GET", url: action };
}

/** The attributes of every such tag; enough for the sandbox's own plain pages, not for the web. */
function tags(html: string, name: string): Record<string, string | undefined>[] {
  return [...html.matchAll(new RegExp(`<${name}\\b([^>]*)>`, "g"))].map(([, attributes = ""]) =>
    Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)]
        .map(([, key = "", value = ""]) => [key, unescape(value)]),
    )
  );
}

function unescape(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&(amp|lt|gt|quot);/g, (_, entity) => named[entity] ?? "");
}

async function load(step: Step, jar: Jar, outside: Outside | undefined): Promise<FinalPage> {
  const nowhere = { url: step.url.href, status: 0, body: "", headers: {} };
  if (!LOOPBACK.test(step.url.hostname)) {
    return outside === undefined ? nowhere : await fetchOutside(step, jar, outside);
  }
  try {
    return await fetchPage(step, jar);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return nowhere;
    throw error;
  }
}

async function fetchOutside(step: Step, jar: Jar, outside: Outside): Promise<FinalPage> {
  const cookies = cookiesFor(step, jar);
  const response = await outside(
    new Request(step.url, {
      method: step.method,
      headers: { accept: "text/html", cookie: cookieHeader(cookies) },
      ...(step.body === undefined ? {} : { body: new URLSearchParams(step.body) }),
    }),
  );
  for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);
  const { status, headers } = response;
  return {
    url: step.url.href,
    status,
    body: await response.text(),
    headers: Object.fromEntries(headers),
  };
}

function cookiesFor({ url }: Step, jar: Jar): Map<string, string> {
  const cookies = jar.get(url.host) ?? new Map<string, string>();
  jar.set(url.host, cookies);
  return cookies;
}

function fetchPage(step: Step, jar: Jar): Promise<FinalPage> {
  const cookies = cookiesFor(step, jar);
  const options: RequestOptions = {
    method: step.method,
    rejectUnauthorized: false,
    agent: false, // a connection of its own, closed with the answer
    headers: {
      accept: "text/html",
      "user-agent": "Mozilla/5.0 (scripted)",
      ...(cookies.size > 0 ? { cookie: cookieHeader(cookies) } : {}),
      ...(step.body === undefined ? {} : {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(step.body.length),
      }),
    },
  };
  return new Promise((resolve, reject) => {
    const open = step.url.protocol === "http:" ? requestPlain : request;
    const outgoing = open(step.url, options, (incoming) => {
      for (const cookie of incoming.headers["set-cookie"] ?? []) keep(cookies, cookie);
      const chunks: Uint8Array[] = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          url: step.url.href,
          status: incoming.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: incoming.headers,
        }));
    });
    const { origin, pathname } = step.url;
    outgoing.on("error", (error) => {
      error.message = `${origin}${pathname}: ${error.message}`;
      reject(error);
    });
    outgoing.end(step.body);
  });
}

function keep(cookies: Map<string, string>, setCookie: string): void {
  const [pair = "", ...attributes] = setCookie.split("; ");
  const at = pair.indexOf("=");
  const isOver = attributes.some((attribute) =>
    /^(expires=Thu, 01 Jan 1970|max-age=0)/i.test(attribute)
  );
  if (isOver) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

function cookieHeader(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** As `$BROWSER`: silent, and 0 whatever the page says, like the openers of real browsers. */
if (import.meta.main) {
  const out = Deno.env.get("SCRIPTED_BROWSER_OUT");
  const decide = Deno.env.get("SCRIPTED_BROWSER_DECIDE") === "decline" ? "decline" : "approve";
  const seen = await browse(Deno.args.at(-1) ?? "", { decide })
    .then(({ url, status, body }) => ({ url, status, body }))
    .catch((error) => ({ error: String(error) }));
  if (out !== undefined) await Deno.writeTextFile(out, JSON.stringify(seen));
}
