// The lines above the prompt while the browser is waited for. Rule: they say what has happened so far, and what will.

import { type Talk } from "../command.ts";
import type { Words } from "../base/words.ts";
import { fitLines, NO_BREAK_SPACE } from "../base/lines.ts";
import { countdown } from "../base/times.ts";
import { isLoopbackHost } from "../base/urls.ts";
import type { Attempt } from "./authorization_code.ts";
import type { Loopback } from "./loopback.ts";

/** How long is left, in milliseconds, how much room there is, and how words are shown in it. */
export interface WaitDisplay {
  readonly left: number;
  readonly columns: number;
  readonly shown: Talk["shown"];
}

/** What is said about the browser's warning of the listener's certificate. */
export interface CertificateWarning {
  /** Until the browser warns; `undefined` where it need not. */
  readonly coming: Words | undefined;
  /** From its warning on. */
  readonly shown: Words;
}

/** The lines, each no longer than there are columns, except where one word is longer. */
export function waitingLines(
  attempt: Attempt,
  loopback: Loopback | undefined,
  warning: Words | undefined,
  { left, columns, shown }: WaitDisplay,
): string {
  const time = `${countdown(left)} left`;
  if (loopback?.kind !== "open") {
    return fitLines(`${pasteHint(attempt, loopback)} and paste it here (${time}):`, columns);
  }
  const wait = ["Waiting for your browser …", "Waiting …"]
    .find((text) => text.length + time.length + 2 <= columns) ?? "";
  const lines = [
    ...warning === undefined ? [] : [fitLines(shown(warning, NO_BREAK_SPACE), columns)],
    wait + time.padStart(Math.min(columns, WIDTH) - wait.length),
    fitLines("Or paste the address that the browser ends on:", columns),
  ];
  return lines.join("\n");
}

/** The last column of the time: it stays beside its text, however wide the terminal is. */
const WIDTH = 79;

/** What the browser will show in the end, which looks like a failure, and what to do with it. */
export function pasteHint(
  { redirectUri }: Pick<Attempt, "redirectUri">,
  loopback: Loopback | undefined,
): string {
  const { hostname } = new URL(redirectUri);
  const end = !isLoopbackHost(hostname)
    ? `is at ${redirectUri}`
    : loopback === undefined
    ? `will say that it cannot reach ${hostname}. That is expected`
    : "will show no result, or the page of another program. That is expected";
  return `After you sign in, the browser ${end}: copy the whole address from its address bar`;
}
