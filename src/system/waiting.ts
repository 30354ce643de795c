// What is waited for, said on a terminal when a wait takes longer than a second. Rule: loaded only then; Ctrl-C ends
// the wait at once, unless new tokens may be on their way.

import { duration } from "../base/times.ts";
import { areSignalsHeld, listenForSignals } from "./signals.ts";
import type { ShowWait } from "./contract.ts";
import { canDraw, columns, ignoredSignals, screen } from "./surroundings.ts";

/** How often the line is looked at, in milliseconds. */
const TICK = 250;

export interface Wait {
  readonly what: string;
  /** When the wait ends at the latest, in milliseconds of `performance.now()`. */
  readonly end: number;
  /** What ends it when Ctrl-C is pressed; without, the program ends. */
  readonly signal: AbortSignal | undefined;
}

const waits = new Set<Wait>();
let shown = "";
let ctrlC: Disposable | undefined;

/** Says what is waited for until it is disposed of. */
export function sayWaiting(wait: Wait, show: ShowWait): Disposable {
  waits.add(wait);
  draw(show);
  if (waits.size === 1) redraw(show);
  return {
    [Symbol.dispose]() {
      waits.delete(wait);
      draw(show);
    },
  };
}

/** Draws the line again as long as something is waited for; by AbortSignal.timeout, as in http.ts. */
function redraw(show: ShowWait): void {
  AbortSignal.timeout(TICK).addEventListener("abort", () => {
    draw(show);
    if (waits.size > 0) redraw(show);
  });
}

function draw(show: ShowWait): void {
  const text = waits.size === 0 || screen.isTaken ? "" : line();
  const isSaid = !canDraw() && shown !== ""; // it cannot be drawn over
  if (text === shown) return;
  shown = text;
  listen(text !== "", show); // before the line says so
  if (!isSaid) show(text);
}

function line(): string {
  const all = [...waits];
  const names = [...new Set(all.map(({ what }) => what))].join(", ");
  const left = duration(Math.max(...all.map(({ end }) => end)) - performance.now());
  const stop = areSignalsHeld() && !isEndedBySignal()
    ? "Ctrl-C stops after the answer."
    : "Ctrl-C stops.";
  return `Waiting for ${names}, at most ${left}. ${stop}`.slice(0, (columns() ?? 80) - 1);
}

function isEndedBySignal(): boolean {
  return [...waits].every(({ signal }) => signal !== undefined);
}

/** What else hears the signal may let it wait for a request that nothing ends. */
function listen(isWaiting: boolean, show: ShowWait): void {
  if (!isWaiting || ignoredSignals().has("SIGINT")) {
    ctrlC?.[Symbol.dispose]();
    ctrlC = undefined;
    return;
  }
  ctrlC ??= listenForSignals(["SIGINT"], () => {
    if (areSignalsHeld() || isEndedBySignal()) return;
    if (canDraw()) show("");
    Deno.exit(130);
  });
}
