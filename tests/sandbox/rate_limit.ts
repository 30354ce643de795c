// Anaplan's rate limit.
// Rule: only calls that were let through count, so a client that waits as told gets through.

/** Says whether one more call is let through now. */
export type RateLimit = () => boolean;

/** Lets so many calls through in any one second; without a number, all. */
export function createRateLimit(perSecond = Infinity): RateLimit {
  let passed: number[] = [];
  return () => {
    const now = performance.now();
    passed = passed.filter((at) => now - at < 1000);
    if (passed.length >= perSecond) return false;
    if (perSecond !== Infinity) passed.push(now);
    return true;
  };
}
