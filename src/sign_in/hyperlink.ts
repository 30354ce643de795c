// An address that can be clicked. Rule: what is seen and copied is the whole address, and a terminal that
// is not known to understand a link gets none.

import type { System } from "../system/contract.ts";

/** The address as a link (OSC 8) where the terminal has them; else as it is. */
export function hyperlink(url: string, system: Pick<System, "env" | "terminal">): string {
  return hasLinks(system) ? `\x1b]8;;${url}\x1b\\${url}\x1b]8;;\x1b\\` : url;
}

/** Programs that name themselves in `TERM_PROGRAM`. */
const KNOWN_PROGRAMS = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"];
/** The first VTE (GNOME Terminal and its kin) with links that do not crash it: 0.50.1. */
const FIRST_VTE = 5001;
/** The first tmux that hands links on: 3.4. */
const FIRST_TMUX = 3.4;

function hasLinks({ env, terminal }: Pick<System, "env" | "terminal">): boolean {
  const term = env("TERM") ?? "";
  if (!terminal.stderr || term === "dumb") return false;
  const forced = env("FORCE_HYPERLINK");
  if (forced !== undefined) return forced !== "0";
  const program = env("TERM_PROGRAM") ?? "";
  // inside a multiplexer the variables of the terminal around it are still set, but it is not asked
  if (program === "tmux") return parseFloat(env("TERM_PROGRAM_VERSION") ?? "") >= FIRST_TMUX;
  if (env("TMUX") !== undefined || term.startsWith("screen")) return false;
  return KNOWN_PROGRAMS.includes(program) || Number(env("VTE_VERSION")) >= FIRST_VTE ||
    ["WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION"].some((name) => env(name) !== undefined) ||
    /^(xterm-kitty|xterm-ghostty|alacritty|foot)/.test(term);
}
