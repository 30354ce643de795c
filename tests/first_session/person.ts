// A user who has never seen the program, at a shell in a terminal. Rule: what they type is in README
// or on a screen before them, letter by letter; whatever does not was guessed, and ends the session.

import { screenText } from "../support/screen.ts";
import { openTerminalOf, type Terminal } from "../support/terminal.ts";

/** One command, and what it took. */
export interface Step {
  /** Which of their terminals. */
  readonly terminal: number;
  readonly command: string;
  /** Where they had it from. */
  readonly source: "README" | "the screen";
  /** Keys pressed; a paste is one. */
  readonly keys: number;
  readonly seconds: number;
  /** What the terminal showed from the command on. */
  readonly screen: string;
}

/** What a step is waited for. */
export interface Expectation {
  /** The last of what it prints. */
  readonly until: RegExp;
  /** It goes on, and no prompt comes. */
  readonly goesOn?: boolean;
  /** What the user does outside of the terminal meanwhile, given what it printed. */
  readonly meanwhile?: (terminal: Terminal) => Promise<void>;
}

/** A person with an empty home. */
export interface Person extends AsyncDisposable {
  readonly steps: readonly Step[];
  /** Types or pastes a command at a shell of theirs; a new number opens a new terminal. */
  does(terminal: number, command: string, expectation: Expectation): Promise<void>;
  interrupts(terminal: number): Promise<void>;
  /** Everything that a terminal has shown, with lines as long as they were written. */
  seen(): string;
}

/** Where they are and what they have. */
export interface PersonOptions {
  readonly python: string;
  readonly home: string;
  readonly readme: string;
  readonly env: Readonly<Record<string, string>>;
  /** The clone that their terminals are in. */
  readonly checkout: string;
}

const UNWRAPPED = 1_000;
const LONGEST = 60_000;
const SHELL = { program: "bash", args: ["--norc", "--noprofile", "-i"] };

/** Sits down in front of a computer. */
export function person({ python, home, readme, env, checkout }: PersonOptions): Person {
  const terminals: Terminal[] = [];
  const steps: Step[] = [];
  const whole = (terminal: Terminal): string => screenText(terminal.output(), UNWRAPPED);
  const seen = (): string => terminals.map(whole).join("\n");

  async function terminalAt(index: number): Promise<Terminal> {
    const present = terminals[index];
    if (present !== undefined) return present;
    const report = await Deno.makeTempDir({ dir: `${home}/..` });
    const opened = await openTerminalOf(SHELL, {
      python,
      home: report,
      cwd: checkout,
      columns: 120,
      env,
    });
    await opened.shows(/^\$$/m);
    terminals.push(opened);
    return opened;
  }

  return {
    steps,
    seen,
    async does(number, command, { until, goesOn = false, meanwhile }) {
      const source = sourceOf(command, readme, seen());
      const terminal = await terminalAt(number - 1);
      const before = whole(terminal).length;
      const since = (): string => whole(terminal).slice(before);
      const started = performance.now();
      await terminal.type(`${command}\r`);
      await meanwhile?.(terminal);
      const isOver = (): boolean => until.test(since()) && (goesOn || /\n\$$/.test(since()));
      await becomes(isOver, seen);
      const seconds = (performance.now() - started) / 1000;
      const keys = source === "README" ? command.length + 1 : 2;
      const screen = `$${since()}`.replace(/\n\$$/, "");
      steps.push({ terminal: number, command, source, keys, seconds, screen });
    },
    async interrupts(number) {
      const terminal = await terminalAt(number - 1);
      await terminal.type("\x03");
      await becomes(() => /\$$/.test(whole(terminal)), seen);
    },
    async [Symbol.asyncDispose]() {
      for (const terminal of terminals) await terminal[Symbol.asyncDispose]();
    },
  };
}

function sourceOf(command: string, readme: string, seen: string): Step["source"] {
  if (readme.includes(command)) return "README";
  if (seen.includes(command)) return "the screen";
  throw new Error(`Neither README nor a screen says to type: ${command}`);
}

/** Waits, for as long as a download may take. */
async function becomes(isTrue: () => boolean, seen: () => string): Promise<void> {
  const end = performance.now() + LONGEST;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`This did not go on:\n${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
