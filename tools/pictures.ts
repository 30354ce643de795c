// Makes the pictures of README anew, in docs/images/: the session from a run of the demo in a terminal, the
// pages from Chromium. Rule: nothing is drawn by hand; what a picture shows has happened.

import { inGallery } from "../tests/nightly/browser_pages.ts";
import { findChromium, findPython, type Tool } from "../tests/support/needs.ts";
import { demoSession, sessionPictures } from "./session.ts";

const IMAGES = new URL("../docs/images/", import.meta.url);
const CARD = { width: 640, height: 400 };

function pathOf({ path, hint }: Tool): string {
  if (path === undefined) throw new Error(`The pictures need ${hint}`);
  return path;
}

const pictures = sessionPictures(await demoSession(pathOf(await findPython())));
for (const [name, svg] of Object.entries(pictures)) {
  await Deno.writeTextFile(new URL(name, IMAGES), svg);
}
await inGallery(pathOf(await findChromium()), async (gallery) => {
  for (const name of ["signed-in", "declined"]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await using view = await gallery.open({ viewport: CARD, colorScheme });
      await view.page.goto(gallery.addressOf(name));
      const png = await view.page.screenshot();
      await Deno.writeFile(new URL(`${name}-${colorScheme}.png`, IMAGES), png);
    }
  }
});
