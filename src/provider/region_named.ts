// Which of Anaplan's regions a text means. Rule: loaded when --region is typed, and never for a refresh.

import { didYouMean, nearNames, oneOf } from "../base/near_names.ts";
import { parseText } from "../base/parse.ts";
import { isAnaplanHost } from "../base/urls.ts";
import { REGIONS } from "./regions.ts";

/**
 * The region that a text means: its name in any case, the place, such as `Germany`, or an address. Any other text is left
 * to fail where the region is used.
 *
 * @throws {Error} in a few words, when several regions are there.
 */
export function regionNamed(text: string): string {
  const typed = parseText(text).trim().toLowerCase();
  if (Object.hasOwn(REGIONS, typed)) return typed;
  const there = regionsAt(typed)?.regions ?? Object.entries(REGIONS)
    .filter(([, { description }]) => `${description.toLowerCase()} `.startsWith(`${typed} `))
    .map(([name]) => name);
  if (there.length > 1) throw new Error(`give ${oneOf(there)}`);
  return there[0] ?? text;
}

/** The same for a region that has to exist. @throws {Error} in a few words, when it does not. */
export function existingRegion(text: string): string {
  const region = regionNamed(text);
  if (Object.hasOwn(REGIONS, region)) return region;
  const near = didYouMean(nearNames(text, Object.keys(REGIONS)));
  throw new Error(`there is no region ${text}${near}`);
}

/** The regions of an address or a host, and that host; `undefined` for any other text. */
export function regionsAt(
  text: string,
): { readonly host: string; readonly regions: readonly string[] } | undefined {
  const address = text.trim();
  const url = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (!isAnaplanHost(host)) return undefined;
  const regions = Object.entries(REGIONS)
    .filter(([, { oauth, api, auth }]) => [oauth, api, auth].includes(host))
    .map(([name]) => name);
  if (regions.length > 0) return { host, regions };
  const [, named = ""] = /^([a-z]+\d)[a-z]?\./.exec(host) ?? []; // the table has not every host
  return Object.hasOwn(REGIONS, named) ? { host, regions: [named] } : undefined;
}
