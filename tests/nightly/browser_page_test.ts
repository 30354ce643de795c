// The page that a sign-in ends on, as people meet it: two themes, two widths, a keyboard, a screen reader.
// Rule: the pages come from the program's own listener, and one browser shows them all.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Page } from "npm:playwright-core@1.65.1";
import { bookmarklet } from "../../src/oauth/relay.ts";
import { barriers, type Gallery, inGallery, photograph } from "./browser_pages.ts";
import type { LastPage } from "./browser_pages.ts";
import { findChromium, testWith } from "../support/needs.ts";

type Theme = "light" | "dark";

const WIDTHS = { phone: { width: 320, height: 568 }, wide: { width: 1280, height: 720 } };
const HEAVIEST = 10_000;
const POLICY =
  /^default-src 'none'; style-src 'sha256-[\w+/]+='; frame-ancestors 'none'; base-uri 'none'; form-action 'none'$/;
/** Commands, flags and variables on more than one line; an inline one has a rectangle a line. */
const BROKEN_COMMANDS = `[...document.querySelectorAll("code, span")].filter((code) =>
  code.getClientRects().length > 1 ||
  code.getBoundingClientRect().height > 2 * parseFloat(getComputedStyle(code).fontSize)
).map((code) => code.textContent)`;
/** Steps of two themes run at once, so none of them can say what another left open; the test can. */
const SIDE_BY_SIDE = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

testWith(findChromium(), "the pages that a sign-in can end on, in Chromium", async (path, test) => {
  await inGallery(path, async (gallery) => {
    await Promise.all([everyPage("light", gallery, test), everyPage("dark", gallery, test)]);
    for (const [name, behavior] of Object.entries(BEHAVIORS)) {
      await test.step(name, () => behavior(gallery));
    }
  });
});

async function everyPage(theme: Theme, gallery: Gallery, test: Deno.TestContext): Promise<void> {
  await using view = await gallery.open({ colorScheme: theme });
  const { page, complaints } = view;
  const step = (name: string, fn: () => Promise<void>): Promise<boolean> =>
    test.step({ name: `${name} fits, ${theme}`, fn, ...SIDE_BY_SIDE });
  for (const last of gallery.pages) {
    await step(last.name, async () => {
      await assertServed(page, last);
      await assertStands(page, last.name, theme);
    });
  }
  await step("the relay's page", async () => {
    await page.goto(gallery.relay);
    await page.getByText("There is no answer for anaplan-auth on this page.").waitFor();
    await assertStands(page, "relay", theme);
  });
  assertEquals(complaints, [], "nothing is loaded, and no page breaks its own policy");
}

/** Small, with the headers of a page that is not cached, and the title and heading that it should have. */
async function assertServed(page: Page, { address, status, heading }: LastPage): Promise<void> {
  const response = await page.goto(address);
  assert(response !== null);
  assertEquals(response.status(), status);
  assert((await response.body()).length < HEAVIEST);
  const headers = response.headers();
  assertMatch(headers["content-security-policy"] ?? "", POLICY);
  assertEquals(headers["cache-control"], "no-store");
  assertEquals(headers["referrer-policy"], "no-referrer");
  assertEquals(headers["x-content-type-options"], "nosniff");
  assertEquals(await page.title(), `${heading} · anaplan-auth`);
  assertEquals(await page.getByRole("heading").allInnerTexts(), [heading]);
}

/** Whole at both widths, without a barrier; only a button or a command that scrolls takes the keyboard. */
async function assertStands(page: Page, name: string, theme: Theme): Promise<void> {
  await page.keyboard.press("Tab");
  assertEquals(
    await page.evaluate("document.activeElement.matches('body, a, code[tabindex]')"),
    true,
  );
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    await page.setViewportSize(viewport);
    const content = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert(content <= viewport.width, `${content} px of content in ${viewport.width} px`);
    assertEquals(
      await page.evaluate(BROKEN_COMMANDS),
      [],
      "a command is on one line, and so is a flag",
    );
    await photograph(page, `${name}-${theme}-${width}`);
    assertEquals(await barriers(page), [], `${name}, ${theme}, ${width}`);
  }
}

const BEHAVIORS: Readonly<Record<string, (gallery: Gallery) => Promise<void>>> = {
  async "a screen reader gets the heading, the sentence and what to do"({ open, addressOf }) {
    await using view = await open();
    const heard = async (name: string): Promise<string> => {
      await view.page.goto(addressOf(name));
      return await view.page.locator("html").ariaSnapshot();
    };
    assertEquals(
      await heard("signed-in"),
      `- document:
  - main:
    - heading "You are signed in to Anaplan" [level=1]
    - paragraph: Ada Lovelace, ada@example.com
    - paragraph: us1, profile default
    - paragraph: You can close this tab and return to the terminal.
  - contentinfo: anaplan-auth, on this computer`,
    );
    assertStringIncludes(await heard("declined"), "code: anaplan-auth login");
  },

  async "a click on a command selects the whole of it, to be copied"({ open, addressOf }) {
    await using view = await open();
    await view.page.goto(addressOf("failed"));
    await view.page.locator("code").click({ position: { x: 30, y: 10 } });
    assertEquals(
      await view.page.evaluate("getSelection().toString()"),
      "anaplan-auth login --profile eu",
    );
  },

  async "the bookmarklet is a button that can be dragged, and a click on it runs nothing"(
    { open, addressOf },
  ) {
    await using view = await open();
    await view.page.goto(addressOf("waiting-for-a-relay"));
    const button = view.page.getByRole("link", { name: "Finish the sign-in" });
    await view.page.evaluate(`addEventListener("dragstart", ({ dataTransfer }) => {
      document.title = dataTransfer.getData("text/uri-list");
    })`);
    await button.hover();
    await view.page.mouse.down();
    await view.page.mouse.move(10, 10, { steps: 5 });
    await view.page.mouse.up();
    assertEquals(await view.page.title(), bookmarklet("127.0.0.1"));
    await button.click();
    assertMatch(view.complaints.join(), /Content Security Policy/);
  },

  async "in forced colors the mark and the card keep their shape"({ open, addressOf }) {
    await using view = await open({ forcedColors: "active" });
    const { page } = view;
    await page.goto(addressOf("failed"));
    await photograph(page, "failed-forced-colors");
    const [mark, text, border, card] = await page.evaluate<string[]>(`
      const of = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
      [of("path", "stroke"), of("h1", "color"), of("main", "borderTopColor"), of("main", "backgroundColor")]
    `);
    assertEquals(mark, text);
    assertNotEquals(border, card);
  },

  async "nothing moves, whatever the browser prefers"({ open, addressOf }) {
    await using view = await open();
    await view.page.goto(addressOf("signed-in"));
    const motions = await view.page.evaluate<string[]>(`
      [...document.querySelectorAll("*")].map((element) => getComputedStyle(element))
        .map(({ animationName, transitionDuration }) => animationName + " " + transitionDuration)
    `);
    assertEquals([...new Set(motions)], ["none 0s"]);
  },

  async "without JavaScript the relay's page says what to do by hand"({ open, relay }) {
    await using view = await open({ javaScriptEnabled: false });
    const { page } = view;
    await page.goto(`${relay}?code=a-code&state=8443.${"r".repeat(43)}`);
    assertStringIncludes(await page.innerText("main"), "Copy the whole address of this page");
    assertMatch(page.url(), /code=a-code/); // it is what has to be copied
    await photograph(page, "relay-without-javascript");
    // axe-core is JavaScript itself, so it judges the same words where they are shown without a script
    await using judged = await open();
    const html = (await page.content()).replace(/<script>.*<\/script>|<\/?noscript>/gs, "");
    await judged.page.setContent(html);
    assertStringIncludes(await judged.page.innerText("main"), "Copy the whole address");
    assertEquals(await barriers(judged.page), []);
  },
};
