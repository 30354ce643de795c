// The keys that a person presses. Rule: a key goes to the next question, even when the one that waited for
// it is gone; and the terminal is left as it was found.

import { ifPossible } from "../base/errors.ts";
import { canDraw, env } from "./surroundings.ts";
import { writeAll } from "./stream.ts";

const decoder = new TextDecoder();
const buffer = new Uint8Array(4096);
let pending: Promise<string | undefined> | undefined;

/** What is typed next; `undefined` once nothing more can come. The signal ends the wait with its reason. */
export async function nextKeys(signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  pending ??= read(); // a read cannot be taken back: who comes later takes over what it brings
  const keys = await Promise.race([pending, whenAborted(signal)]);
  pending = undefined;
  return keys;
}

/** Rejected with the signal's reason. */
export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * Keys come at once and unseen, until it is disposed of.
 *
 * @param ctrlC a signal, as always (the kernel's own line editing would cut a pasted line at 4,095 bytes),
 * or a key like the others.
 */
export function rawKeys(ctrlC: "signal" | "key"): Disposable {
  const cbreak = ctrlC === "signal" && Deno.build.os !== "windows";
  // a terminal that has hung up takes nothing any more; what else is waited for goes on
  ifPossible(() => Deno.stdin.setRaw(true, { cbreak }));
  return { [Symbol.dispose]: () => ifPossible(() => Deno.stdin.setRaw(false)) };
}

/** Whether the user's screen reader wants lines that stay as they are. */
export function wantsPlainLines(): boolean {
  const accessible = env("ACCESSIBLE") ?? "";
  return !canDraw() || !mayReadColors() || !["", "0", "false"].includes(accessible);
}

/** Whether the variables may be read that tell what can be drawn; a task that signs in on the way may not. */
function mayReadColors(): boolean {
  return Deno.permissions.querySync({ name: "env", variable: "FORCE_COLOR" }).state === "granted";
}

/** Writes to the user's screen. */
export function write(text: string): void {
  ifPossible(() => writeAll(Deno.stderr, new TextEncoder().encode(text)));
}

/** A line while it is typed. */
export interface LineEditor {
  text: string;
  /** Takes what was typed; true once the line was ended by Enter. */
  take(typed: string): boolean;
}

/** A line that knows Enter, Backspace, Ctrl-U, and pastes with line breaks in them. */
export function lineEditor(): LineEditor {
  let isPaste = false;
  const editor: LineEditor = {
    text: "",
    take(typed) {
      // deno-lint-ignore no-control-regex
      for (const [key] of typed.matchAll(/\x1b\[[0-9;]*[ -\/]*[@-~]|\x1bO.|[^]/gu)) {
        if (key === "\x1b[200~" || key === "\x1b[201~") isPaste = key === "\x1b[200~";
        else if (key === "\r" || key === "\n") {
          if (!isPaste) return true;
        } else if (key === "\x7f" || key === "\b") {
          editor.text = Array.from(editor.text).slice(0, -1).join("");
        } else if (key === "\x15") editor.text = "";
        else if (key >= " " && !key.startsWith("\x1b")) editor.text += key;
      }
      return false;
    },
  };
  return editor;
}

/** What cannot be read has ended: a terminal that is gone, and what `nohup` puts in its place. */
async function read(): Promise<string | undefined> {
  const length = await Deno.stdin.read(buffer).catch(() => null);
  return length === null ? undefined : decoder.decode(buffer.subarray(0, length), { stream: true });
}
