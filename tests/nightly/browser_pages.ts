// Chromium in front of the pages that a sign-in can end on, with what judges and photographs them.
// Rule: the pages keep their own content security policy all the while; nothing here goes around it.
import axe from "npm:axe-core@4.14.1";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "npm:playwright-core@1.65.1";
import { CliError } from "../../src/base/errors.ts";
import { formatWords, shell, signIn, words } from "../../src/base/words.ts";
import { redirectionEndpoint } from "../../src/oauth/loopback.ts";
import {
  correctedPage,
  failedPage,
  type Page as Outcome,
  signedInPage,
} from "../../src/oauth/page.ts";
import { relayPage } from "../../src/oauth/relay.ts";
import { listen } from "../../src/system/listener.ts";
import { FLAGS } from "../support/chromium.ts";
import { responseQuery, someAttempt } from "../support/oauth.ts";
import { PROJECT_DIRECTORY } from "../support/task_command.ts";

/** A window of the browser, on its own. */
export interface View extends AsyncDisposable {
  readonly page: Page;
  /** What the pages complained of in the console, and every address that is not theirs. */
  readonly complaints: readonly string[];
}

/** The pages, and a browser to see them in. */
export interface Gallery extends Pick<LastPages, "pages" | "relay"> {
  open(looks?: BrowserContextOptions): Promise<View>;
  /** The address of the page with that name. */
  addressOf(name: string): string;
}

/** Runs a test in one browser with the pages served. */
export async function inGallery(
  executablePath: string,
  fn: (gallery: Gallery) => Promise<void>,
): Promise<void> {
  await using served = await startLastPages();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    await fn({
      ...served,
      open: (looks) => openView(browser, served.origin, looks),
      addressOf: (name) => served.pages.find((page) => page.name === name)?.address ?? "",
    });
  } finally {
    await browser.close();
  }
}

async function openView(
  browser: Browser,
  origin: string,
  looks: BrowserContextOptions = {},
): Promise<View> {
  const context = await browser.newContext(looks);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // a page that is refused has such a status, and Chromium says so
    const isOfStatus = /the server responded with a status of (400|403|502)/.test(message.text());
    if (!isOfStatus) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(request.url());
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe-core finds, best practices and doubts included: the rule and the places. */
export async function barriers(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe") === "undefined") await page.evaluate(axe.source);
  const { violations, incomplete } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { rules: { 'color-contrast-enhanced': { enabled: true } } })",
  );
  return [...violations, ...incomplete].map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(" ")}`
  );
}

/** Takes a picture of the whole page, into artifacts/browser/. */
export async function photograph(page: Page, name: string): Promise<void> {
  const path = `${PROJECT_DIRECTORY}artifacts/browser/page-${name}.png`;
  await page.screenshot({ path, fullPage: true });
}

/** A page, and how it is reached. */
export interface LastPage {
  readonly name: string;
  readonly address: string;
  readonly status: number;
  readonly heading: string;
}

/** A listener that serves them. */
export interface LastPages extends AsyncDisposable {
  readonly origin: string;
  readonly pages: readonly LastPage[];
  /** The relay's page, as a company hosts it: opened without an answer in its address. */
  readonly relay: string;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "signed-in": signedInPage({
    server: "Anaplan",
    who: "Ada Lovelace, ada@example.com",
    place: "us1, profile default",
  }),
  "signed-in-with-a-name": signedInPage({
    server: "id.example.com",
    who: undefined,
    place: "Profile work",
  }),
  "declined": failed("Cannot sign in: it was declined (access_denied)", {
    oauthError: "access_denied",
    next: signIn(),
  }),
  "failed": failed(
    "Cannot sign in: Anaplan rejected the code (invalid_grant); it is old, was used, or the " +
      "callback URL differs",
    { next: words`finish in the newest window: ${signIn("--profile eu")}` },
  ),
  "failed-with-flags": failed(
    "Cannot sign in: Anaplan rejected the client ID or its secret (invalid_client)",
    { next: "copy the secret again (ANAPLAN_CLIENT_SECRET); check --client-id, --region" },
  ),
  "corrected": correctedPage(
    new CliError("denied", "Cannot sign in: no", {
      reason: "Anaplan rejected the client ID or its secret (invalid_client)",
    }),
  ),
  "failed-at-length": failed(`Cannot write ${"/a-long-directory-name".repeat(9)}: disk full`, {
    next: words`fix that, then put them back before anything else: ${
      shell(
        `mv /run/user/1000/${"rescued".repeat(12)} ~/.config/anaplan-auth/credentials/default.json`,
      )
    }`,
  }),
};

function failed(message: string, details: ConstructorParameters<typeof CliError>[2]): Outcome {
  return failedPage(
    new CliError("denied", message, details),
    (text) => formatWords(text),
  );
}

/** Opens a listener of the program's own, and brings about every page on it. */
export async function startLastPages(): Promise<LastPages> {
  const attempt = await someAttempt();
  const query = responseQuery(attempt);
  const hosts = new Set<string>();
  const endpoints = new Map(
    Object.entries(OUTCOMES).map(([name, page]) => {
      const endpoint = redirectionEndpoint(attempt, hosts);
      endpoint.take(query);
      endpoint.reply(page);
      return [name, endpoint];
    }),
  );
  const relayed = { ...attempt, redirectUri: "https://www.anaplan.com/" };
  const relayHtml = await relayPage("127.0.0.1");
  const headers = { "content-type": "text/html; charset=utf-8" };
  // the endpoint knows one path and one outcome; the part before that path says which one is meant
  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/relay.html") return new Response(relayHtml, { headers });
    const [, name = "", path] = /^\/([\w-]+)(\/.*)$/.exec(url.pathname) ?? [];
    url.pathname = path ?? url.pathname;
    const endpoint = endpoints.get(name) ??
      redirectionEndpoint(name === "waiting-for-a-relay" ? relayed : attempt, hosts);
    return await endpoint.handle(new Request(url, { headers: request.headers }));
  }
  const listener = listen({ hostname: "127.0.0.1", port: 0, handle }, () => {});
  if (listener.kind !== "open") throw new Error("There is no port left");
  const { host, origin } = new URL(`http://127.0.0.1:${listener.port}`);
  hosts.add(host);
  const outcomes = Object.entries(OUTCOMES).map(([name, { status, heading }]) => ({
    name,
    status,
    heading,
    address: `${origin}/${name}/callback?${query}`,
  }));
  const refused = (name: string, heading: string, search: string): LastPage => ({
    name,
    status: 400,
    heading,
    address: `${origin}/signed-in/callback?${search}`,
  });
  const waiting = (name: string): LastPage => ({
    name,
    status: 200,
    heading: "anaplan-auth is waiting for your sign-in",
    address: `${origin}/${name}/`,
  });
  return {
    origin,
    relay: `${origin}/relay.html`,
    pages: [
      ...outcomes,
      waiting("waiting"),
      waiting("waiting-for-a-relay"),
      refused(
        "unknown-state",
        "This page belongs to another sign-in",
        "code=a-code&state=another",
      ),
      refused("malformed", "This answer cannot be used", `${query}&code=twice`),
      refused(
        "second-answer",
        "This sign-in is already finished",
        `${responseQuery(attempt, { code: "another" })}`,
      ),
    ],
    [Symbol.asyncDispose]: () => listener.close(),
  };
}
