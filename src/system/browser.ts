// Opens the user's browser. Rule: by argument vector, never through a shell, and never fatal.

import { delay } from "@std/async/delay";
import { startProgram } from "./program.ts";
import { env } from "./surroundings.ts";

/** How long an opener may run before it counts as the browser itself, in milliseconds. */
const OPENER_TIME = 2_000;

/** Tries the platform's openers in their order; see {@link System.openBrowser}. */
export async function openBrowser(url: string): Promise<boolean | "forbidden"> {
  let found: boolean | "forbidden" = false;
  for (const command of browserCommands(url, Deno.build.os, env)) {
    const outcome = await tried(command);
    if (outcome === true) return true;
    found ||= outcome;
  }
  return found;
}

/**
 * The argument vectors that may open the URL, best first.
 *
 * `BROWSER` holds one program or several between colons; `%s` in one is replaced by the URL, which else
 * comes last. Who sets it has chosen: nothing else is tried then.
 */
export function browserCommands(
  url: string,
  platform: typeof Deno.build.os,
  env: (name: string) => string | undefined,
): string[][] {
  const browser = env("BROWSER");
  if (browser !== undefined) {
    const candidates = platform === "windows" ? [browser] : browser.split(":");
    return candidates.map(splitWords).filter((words) => words.length > 0).map((words) =>
      words.some((word) => word.includes("%s"))
        ? words.map((word) => word.replaceAll("%s", () => url))
        : [...words, url]
    );
  }
  if (platform === "darwin") return [["open", url]];
  if (platform === "windows") return [["rundll32", "url.dll,FileProtocolHandler", url]];
  if (env("WSL_DISTRO_NAME") !== undefined) {
    return [["wslview", url], ["rundll32.exe", "url.dll,FileProtocolHandler", url]];
  }
  const hasDisplay = env("DISPLAY") !== undefined || env("WAYLAND_DISPLAY") !== undefined;
  return hasDisplay ? [["xdg-open", url]] : []; // without a display xdg-open starts a text browser
}

/** Splits words as a shell does, quotes and backslashes included, without being one. */
export function splitWords(text: string): string[] {
  const words = text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return Array.from(
    words,
    ([word]) =>
      word.replace(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
        (_, escaped, double, single) =>
          escaped ?? single ?? String(double).replace(/\\(["\\$`])/g, "$1"),
      ),
  );
}

async function tried([program, ...args]: string[]): Promise<boolean | "forbidden"> {
  if (program === undefined) return false;
  try {
    const child = startProgram(program, { args, stdin: "null", stdout: "null", stderr: "null" });
    child.unref(); // the browser outlives this program
    return await endedWell(child);
  } catch (error) {
    return error instanceof Deno.errors.NotCapable ? "forbidden" : false; // or not installed
  }
}

async function endedWell(child: Deno.ChildProcess): Promise<boolean> {
  const done = new AbortController();
  const isStillRunning = delay(OPENER_TIME, { signal: done.signal }).then(() => true, () => true);
  try {
    return await Promise.race([isStillRunning, child.status.then(({ success }) => success)]);
  } finally {
    done.abort();
  }
}
