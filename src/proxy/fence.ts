// What of an API a program may use. Rule: judged by the one meaning that a path has; a path with more than one
// meaning is refused, and what is refused is never sent.

import { CliError } from "../base/errors.ts";
import { canonicalPath, isBelow } from "../provider/paths.ts";

/** What is let through; without limits everything is. */
export interface Fence {
  readonly readOnly: boolean;
  /** Canonical paths; none for no limit. */
  readonly only: readonly string[];
}

/** Why a request does not pass, in words. */
export type Refusal = string;

/** The fence of the flags. @throws {CliError} `usage` for a prefix that is no path, or that has two meanings. */
export function fenceOf(readOnly: boolean, prefixes: readonly string[]): Fence {
  const only = prefixes.map((prefix) => {
    const path = /^\/[!-~]*$/.test(prefix) && !/[?#\\]/.test(prefix)
      ? canonicalPath(prefix)
      : undefined;
    if (path !== undefined) return path;
    throw new CliError("usage", `Cannot use --only ${prefix}: it is not a plain path`, {
      next: "give a path that begins with /, without a query",
    });
  });
  return { readOnly, only };
}

/** Parameters by which some servers take another method than the request's. */
const METHOD_PARAMETERS = /^(_method|_httpmethod|x-http-method(-override)?|method-override)$/i;

/**
 * Why a request is refused; `undefined` when it passes.
 *
 * @param target the path with its query, as it came; @param sent the path as it will be sent, `/host/NAME` before it
 * when it goes to another host.
 */
export function refusalOf(
  { readOnly, only }: Fence,
  method: string,
  target: string,
  sent: string,
): Refusal | undefined {
  const [path = "", ...query] = target.split("?");
  if (readOnly && method !== "GET" && method !== "HEAD") {
    return `${method} is rejected: this proxy only reads (--read-only)`;
  }
  const parameters = new URLSearchParams(query.join("?").replaceAll(";", "&")); // some servers take both
  if ([...parameters.keys()].some((name) => METHOD_PARAMETERS.test(name))) {
    return "this proxy rejects a parameter that names another method";
  }
  const canonical = canonicalPath(path);
  if (canonical === undefined || canonicalPath(sent) !== canonical) {
    return "this proxy rejects a path that can be read in more than one way";
  }
  const isInside = only.length === 0 || only.some((place) => isBelow(canonical, place));
  return isInside ? undefined : "this path is outside of what this proxy lets through (--only)";
}
