// What is said of a request: in a trace, and while it takes its time. Rule: no secret, neither one that was sent nor one
// that a server repeats.

import { maskedParameters, masker, secretsIn } from "../base/masking.ts";
import type { ShowWait } from "./contract.ts";
import { isScreen } from "./surroundings.ts";

/** How long a wait is silent, in milliseconds. */
const PATIENCE = 1_000;

/** In milliseconds. */
export function since(started: number): number {
  return Math.round(performance.now() - started);
}

/** The URL without what its query holds, for a trace. */
export function maskUrl(url: URL): string {
  const query = url.search === "" ? "" : `?${maskedParameters(url.searchParams).join("&")}`;
  return `${url.origin}${url.pathname}${query}`;
}

/** The content type for a trace; a server may repeat in it what it was sent. */
export function typeOf(
  { headers }: Pick<Response, "headers">,
  sent: Parameters<typeof secretsIn>[0],
): string {
  return masker(secretsIn(sent))(headers.get("content-type") ?? "no content type");
}

/**
 * Says on a terminal what is waited for once that has taken a second: the words are loaded only then.
 *
 * @param signal what ends the wait when Ctrl-C is pressed, if something does.
 */
export function waiting(
  what: string,
  limit: number,
  show: ShowWait,
  signal?: AbortSignal,
): Disposable {
  if (!isScreen()) return { [Symbol.dispose]() {} };
  const end = performance.now() + limit;
  const silence = AbortSignal.timeout(PATIENCE);
  let isOver = false;
  let said: Disposable | undefined;
  const say = async (): Promise<void> => {
    const { sayWaiting } = await import("./waiting.ts");
    if (!isOver) said = sayWaiting({ what, end, signal }, show);
  };
  const begin = (): void => void say().catch(() => undefined); // as when no file can be opened any more
  silence.addEventListener("abort", begin);
  return {
    [Symbol.dispose]() {
      isOver = true;
      silence.removeEventListener("abort", begin);
      said?.[Symbol.dispose]();
    },
  };
}
