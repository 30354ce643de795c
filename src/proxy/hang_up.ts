// Notices that a program hangs up before it has its answer. Rule: nothing is read ahead before it is listened for: a
// short answer is there sooner.

import { BROKEN } from "../system/framing.ts";
import type { Input } from "../system/input.ts";

/** Hears the end of a program, or of its patience. */
export interface HangUp {
  /** All of the request has come: what comes now is another one, or the end. */
  readonly expect: () => void;
  readonly isExpected: boolean;
  readonly isHeard: boolean;
  /** Says what is cut when it is heard. */
  readonly cuts: (cut: (() => void) | undefined) => void;
  /** For what takes a signal; its reason is BROKEN. */
  readonly signal: () => AbortSignal;
}

/** Listens on a connection. */
export function hangUpOn(input: Input): HangUp {
  let cut: (() => void) | undefined;
  let gone: AbortController | undefined;
  let isListening = false;
  function listen(): void {
    if (isListening || !hangUp.isExpected || (cut ?? gone) === undefined) return;
    isListening = true;
    void input.stirs().then((isThere) => {
      if (isThere) return;
      hangUp.isHeard = true;
      gone?.abort(BROKEN);
      cut?.();
    });
  }
  const hangUp = {
    isExpected: false,
    isHeard: false,
    expect() {
      hangUp.isExpected = true;
      listen();
    },
    cuts(what: (() => void) | undefined) {
      cut = what;
      if (hangUp.isHeard) cut?.();
      else listen();
    },
    signal() {
      gone ??= new AbortController();
      if (hangUp.isHeard) gone.abort(BROKEN);
      else listen();
      return gone.signal;
    },
  };
  return hangUp;
}
