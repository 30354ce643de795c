// Which of Anaplan's regions an address belongs to. Rule: pure, and loaded only where a region is typed.

import { REGIONS } from "./regions.ts";

/** The regions of an address or a host, and that host; `undefined` for any other text. */
export function regionsAt(
  text: string,
): { readonly host: string; readonly regions: readonly string[] } | undefined {
  const address = text.trim();
  const url = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (!host.endsWith(".anaplan.com")) return undefined;
  const regions = Object.entries(REGIONS)
    .filter(([, { oauth, api, auth }]) => [oauth, api, auth].includes(host))
    .map(([name]) => name);
  if (regions.length > 0) return { host, regions };
  const [, named = ""] = /^([a-z]+\d)[a-z]?\./.exec(host) ?? []; // the table has not every host
  return Object.hasOwn(REGIONS, named) ? { host, regions: [named] } : undefined;
}
