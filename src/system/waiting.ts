// What is waited for, said on a terminal when a wait takes longer than a second. Rule: without a terminal nothing is
// shown, and Ctrl-C ends the wait at once, unless new tokens may be on their way.

import { duration } from "../base/text.ts";
import { areSignalsHeld, hearing } from "./signals.ts";
import { canDraw, columns, ignoredSignals, isScreen, typing } from "./surroundings.ts";

/** Shows a line in the place of the one before; an empty one clears it. */
export type ShowWait = (text: string) => void;

/** How long a wait is silent, and how often it is looked at, in milliseconds. */
const PATIENCE = 1_000;
const TICK = 250;

interface Wait {
  readonly what: string;
  readonly began: number;
  readonly end: number;
}

const waits = new Set<Wait>();
let shown = "";
let ctrlC: Disposable | undefined;

/** Says what is waited for, for `limit` milliseconds at most, until it is disposed of. */
export function waiting(what: string, limit: number, show: ShowWait): Disposable {
  if (!isScreen()) return { [Symbol.dispose]() {} };
  const began = performance.now();
  const wait = { what, began, end: began + limit };
  waits.add(wait);
  const clock = setInterval(() => draw(show), TICK);
  return {
    [Symbol.dispose]() {
      clearInterval(clock);
      waits.delete(wait);
      draw(show);
    },
  };
}

function draw(show: ShowWait): void {
  const now = performance.now();
  const long = [...waits].filter(({ began }) => now - began >= PATIENCE);
  const text = long.length === 0 || typing.isUnderWay ? "" : lineOf(long, now);
  const isSaid = !canDraw() && shown !== "" && text !== ""; // it cannot be drawn over
  if (text === shown || isSaid) return;
  shown = text;
  show(text);
  listen(text !== "", show);
}

function lineOf(long: readonly Wait[], now: number): string {
  const names = [...new Set(long.map(({ what }) => what))].join(", ");
  const left = duration(Math.max(...long.map(({ end }) => end)) - now);
  const stop = areSignalsHeld() ? "Ctrl-C stops after the answer." : "Ctrl-C stops.";
  return `Waiting for ${names}, at most ${left}. ${stop}`.slice(0, (columns() ?? 80) - 1);
}

/** What else hears the signal may let it wait for a request that nothing ends. */
function listen(isWaiting: boolean, show: ShowWait): void {
  if (!isWaiting || ignoredSignals().has("SIGINT")) {
    ctrlC?.[Symbol.dispose]();
    ctrlC = undefined;
    return;
  }
  ctrlC ??= hearing(["SIGINT"], () => {
    if (areSignalsHeld()) return;
    show("");
    Deno.exit(130);
  });
}
