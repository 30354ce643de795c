// How long a server asks to be left alone. Rule: pure.

/**
 * The `Retry-After` in milliseconds from now, from either of its forms (RFC 9110, section 10.2.3);
 * `undefined` when there is none that means anything.
 */
export function retryAfter(headers: Pick<Headers, "get">, now: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = /^[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN; // `-5` would be a year
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
