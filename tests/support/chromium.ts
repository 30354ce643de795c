// A person in a real Chromium: buttons are pressed, certificate warnings are clicked away.
// Rule: no certificate is ignored behind the user's back; every warning is met and counted.
import { chromium, type Page } from "npm:playwright-core@1.65.1";
import { PROJECT_DIRECTORY } from "./task_command.ts";

/** With these Chromium runs anywhere, and asks no questions. */
export const FLAGS: string[] = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
const PATIENCE = 20_000;
const DESKTOP = { width: 1000, height: 640 };
const PHONE = { width: 360, height: 640 };

/** A browser with a profile of its own. */
export interface Browser extends AsyncDisposable {
  readonly page: Page;
  /** What the pages wrote to the console as errors, such as a broken content security policy. */
  readonly complaints: readonly string[];
  /**
   * Opens an address and waits for the heading.
   *
   * @returns the number of certificate warnings that were clicked away.
   */
  open(address: string, heading: string): Promise<number>;
  /** Opens the sandbox's sign-in page, presses the button, and waits for the heading. */
  signIn(address: string, button: "Sign in" | "Decline", heading: string): Promise<number>;
  /** Clicks away every certificate warning until the heading is there; gives their number. */
  passWarnings(heading: string): Promise<number>;
  /** Takes pictures of the page, light, dark and on a phone, into artifacts/browser/. */
  photograph(name: string): Promise<void>;
}

/** What is special about a browser. */
export interface BrowserWishes {
  /** The home directory, in which the user's own trusted certificates are. */
  readonly home?: string;
  /** A name that leads to a server on this computer, whose certificate it accepts. */
  readonly standIn?: { readonly hostname: string; readonly port: number; readonly spki: string };
}

/** Starts Chromium with an empty profile. */
export async function openBrowser(
  executablePath: string,
  { home, standIn }: BrowserWishes = {},
): Promise<Browser> {
  await using undo = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "anaplan-auth-chromium-" });
  undo.defer(() => Deno.remove(profile, { recursive: true }));
  const options = {
    executablePath,
    args: [...FLAGS, ...standInFlags(standIn)],
    viewport: DESKTOP,
    timeout: PATIENCE,
    ...(home === undefined ? {} : { env: { ...Deno.env.toObject(), HOME: home } }),
  };
  const context = await chromium.launchPersistentContext(profile, options);
  undo.defer(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const end = undo.move();
  return {
    page,
    complaints,
    open: (address, heading) => open(page, address, heading),
    async signIn(address, button, heading) {
      const warnings = await open(page, address, "How do you want to log in?");
      await page.getByRole("button", { name: "Log in with email" }).click();
      await page.getByRole("button", { name: button, exact: true }).click();
      return warnings + await passWarnings(page, heading);
    },
    passWarnings: (heading) => passWarnings(page, heading),
    photograph: (name) => photograph(page, name),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

function standInFlags(standIn: BrowserWishes["standIn"]): string[] {
  if (standIn === undefined) return [];
  const { hostname, port, spki } = standIn;
  return [
    `--host-resolver-rules=MAP ${hostname} 127.0.0.1:${port}`,
    `--ignore-certificate-errors-spki-list=${spki}`,
  ];
}

async function open(page: Page, address: string, heading: string): Promise<number> {
  await page.goto(address).catch((error) => {
    if (!String(error).includes("ERR_CERT_AUTHORITY_INVALID")) throw error; // a warning is shown
  });
  return await passWarnings(page, heading);
}

/** Advanced, then Proceed, as often as there is a warning. */
async function passWarnings(page: Page, heading: string): Promise<number> {
  const advanced = page.locator("#details-button");
  const there = page.getByRole("heading", { name: heading, exact: true });
  for (let count = 0;; count++) {
    await there.or(advanced).waitFor();
    if (await there.isVisible()) return count;
    const proceed = page.locator("#proceed-link");
    if (await proceed.count() === 0) { // no warning: a page that did not come has such a button as well
      throw new Error(`Chromium shows at ${page.url()}:\n${await page.innerText("body")}`);
    }
    await advanced.click();
    await proceed.click();
    await advanced.waitFor({ state: "hidden" });
  }
}

async function photograph(page: Page, name: string): Promise<void> {
  const path = (look: string): string =>
    `${PROJECT_DIRECTORY}artifacts/browser/${name}-${look}.png`;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path(colorScheme) });
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: path("phone") });
  await page.setViewportSize(DESKTOP);
}
