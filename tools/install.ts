// deno task install: puts `anaplan-auth` where Deno puts its programs, with the bundle of this checkout.
// Rule: the same flags as every other way to run the bundle.

import { makeBundle } from "./bundle.ts";
import { RUN_FLAGS } from "./launchers.ts";
import { DIST, output, say } from "./tool.ts";

/** The arguments of Deno that install a bundle; below `root/bin` as `installed` when one is given. */
export function installArguments(main: string, root?: string): string[] {
  const [, ...flags] = RUN_FLAGS;
  const place = root === undefined
    ? ["--name", "anaplan-auth"]
    : ["--name", "installed", "--root", root];
  return ["install", "--global", "--force", ...place, ...flags, main];
}

if (import.meta.main) {
  await makeBundle(DIST);
  say(await output(Deno.execPath(), installArguments(`${DIST}/bundle/main.js`)));
}
