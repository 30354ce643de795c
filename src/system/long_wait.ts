// A wait that takes long is said on a terminal. Rule: a short wait loads none of the words.

import type { ShowWait } from "./contract.ts";
import { isScreen } from "./surroundings.ts";

/** How long a wait is silent, in milliseconds. */
const PATIENCE = 1_000;

/**
 * Says on a terminal what is waited for once that has taken a second: the words are loaded only then.
 *
 * @param signal what ends the wait when Ctrl-C is pressed, if something does.
 */
export function showWait(
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
