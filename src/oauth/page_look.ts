// How our pages look: those of the listener, and the relay. Rule: one style, allowed by its hash;
// nothing moves, nothing is loaded, and no meaning is carried by color alone.

import { escape } from "@std/html/entities";

/** The shape that goes with a page's heading. */
export type Mark = "done" | "declined" | "failed" | "notice" | "onward";

const MARKS: Readonly<Record<Mark, string>> = {
  done: "M7.5 12.5l3 3 6-6.5",
  declined: "M8 12h8",
  failed: "M12 7v6.5M12 17v.01",
  notice: "M12 11v6M12 7v.01",
  onward: "M7 12h10M13 8l4 4-4 4",
};

const STYLE = `
:root {
  color-scheme: light dark; --ink: #1c2127; --soft: #49525c; --paper: #f3f4f6; --card: #fff;
  --line: #e2e5e9; --wash: #eef0f3; --good: #18743a; --warn: #8a5a00; --bad: #b3261e; --calm: #2459a9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaed; --soft: #a8b0b9; --paper: #121417; --card: #1b1e23;
    --line: #2c3138; --wash: #292e35; --good: #5fc884; --warn: #e2b04a; --bad: #f2938c; --calm: #8ab4f8;
  }
}
@media (prefers-contrast: more) { :root { --soft: var(--ink); --line: var(--ink) } }
* { box-sizing: border-box; margin: 0 }
body {
  min-height: 100vh; min-height: 100svh; padding: 1.5rem 1rem;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.25rem;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere;
}
main {
  width: 100%; max-width: 31rem; padding: 2.25rem 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 .5rem 1.5rem rgb(0 0 0 / .05);
}
@media (max-width: 30rem) { main { padding: 1.75rem 1.25rem } }
.mark { height: 2.75rem; margin-bottom: 1.25rem }
.mark svg { display: block; width: 2.75rem; height: 2.75rem }
.done { color: var(--good) }
.declined { color: var(--warn) }
.failed { color: var(--bad) }
.notice, .onward { color: var(--calm) }
h1 {
  margin-bottom: .625rem; font-size: 1.5rem; font-weight: 650; line-height: 1.25;
  letter-spacing: -.012em; text-wrap: balance;
}
p { text-wrap: pretty }
.small { margin-top: 1.125rem; color: var(--soft); font-size: .9375rem }
code {
  display: inline-block; max-width: 100%; overflow-x: auto; vertical-align: bottom; white-space: nowrap;
  padding: 0 .4em; border: 1px solid var(--line); border-radius: .375rem; background: var(--wash);
  color: var(--ink); font: .9em/1.6 ui-monospace, Menlo, Consolas, monospace;
  -webkit-user-select: all; user-select: all;
}
span { white-space: nowrap }
code[tabindex] { background: none }
@media (max-width: 30rem) { code { font-size: .8em } }
ol { padding-left: 1.5rem }
li + li { margin-top: .5rem }
a {
  display: inline-block; padding: .125rem .75rem; border: 1px solid var(--calm); border-radius: .5rem;
  background: var(--wash); color: var(--ink); font-weight: 600; text-decoration: none; cursor: grab;
}
footer { color: var(--soft); font-size: .8125rem }
`;

/** What is on a page; `head`, `body` and `tail` are HTML, the rest is text. */
export interface PageParts {
  readonly mark: Mark;
  readonly heading: string;
  /** Follows the first tags of the head, such as a policy. */
  readonly head?: string;
  /** Follows the heading. */
  readonly body: string;
  /** Who speaks, and from where; text. */
  readonly foot: string;
  /** Follows everything that is seen. */
  readonly tail?: string;
}

export function pageHtml({ mark, heading, head = "", body, foot, tail = "" }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}<title>${escape(heading)} · anaplan-auth</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${markHtml(mark)}
<h1>${escape(heading)}</h1>
${body}
</main>
<footer>${escape(foot)}</footer>
${tail}</body>
</html>
`;
}

/** The color is the paragraph's, so that forced colors apply to the shape in it. */
function markHtml(mark: Mark): string {
  return `<p class="mark ${mark}" aria-hidden="true"><svg viewBox="0 0 24 24" fill="none" ` +
    `stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">` +
    `<circle cx="12" cy="12" r="11" fill="currentColor" fill-opacity=".1" stroke-width="1"/>` +
    `<path d="${MARKS[mark]}"/></svg></p>`;
}

/** The policy under which the style works, and nothing else besides what is `added`. */
export async function pagePolicy(...added: readonly string[]): Promise<string> {
  return [
    "default-src 'none'",
    `style-src ${await sourceHash(STYLE)}`,
    ...added,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A script or style as a policy names it (Content Security Policy 3, section 2.3.1). */
export async function sourceHash(source: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}
