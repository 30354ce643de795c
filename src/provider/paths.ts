// What a path means to a server that reads it (RFC 3986, section 6.2.2). Rule: a path that two servers could read in two
// ways has no canonical form.

import { ifPossible } from "../base/errors.ts";

/** What a decoded segment must not have: another server may take it for the end of a segment, or of the path. */
// deno-lint-ignore no-control-regex
const HIDDEN = /[/\\;?#%\x00-\x1f\x7f-\x9f]/;

/** What has one meaning at first sight. */
const PLAIN = /^(\/[\w-]+)+\/?$/;

/**
 * The path percent-decoded once, without dot segments; `undefined` when it hides something: what decodes once more,
 * a separator, a control character, what Unicode folds into one, an empty segment, or dots and blanks alone.
 *
 * @param path begins with `/`, and has no query.
 */
export function canonicalPath(path: string): string | undefined {
  if (PLAIN.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, raw] of segments.entries()) {
    const segment = decoded(raw);
    if (segment === undefined || HIDDEN.test(segment)) return undefined;
    const isLast = index === segments.length - 1;
    const isDot = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (segment === "" && !isLast) return undefined;
    if (!isDot && /^[.\s]+$/.test(segment)) return undefined;
    if (!isDot) kept.push(segment);
    else if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function decoded(segment: string): string | undefined {
  const text = ifPossible(() => decodeURIComponent(segment)); // malformed and overlong UTF-8 throws
  return text?.normalize("NFKC") === text ? text : undefined;
}

/** Whether a canonical path is at a place or below it: `/a/b` is below `/a`, `/ab` is not. */
export function isBelow(path: string, place: string): boolean {
  const base = place.replace(/\/$/, "");
  return path === base || path.startsWith(`${base}/`);
}
