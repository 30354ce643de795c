// Chromium in front of the pages that a sign-in can end on, with what judges and photographs them.
// Rule: the pages keep their own content security policy all the while; nothing here goes around it.
import axe from "npm:axe-core@4.14.1";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "npm:playwright-core@1.65.1";
import { FLAGS } from "./chromium.ts";
import { type LastPages, startLastPages } from "./last_pages.ts";
import { PROJECT_DIRECTORY } from "./task_command.ts";

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
