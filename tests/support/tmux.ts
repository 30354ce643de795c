// The real program in tmux: a window of a size that people have, with the prompt before it and after it.
// Rule: what is read is what tmux shows, and lines that it broke at the edge are one line again.
import { bareEnvironment } from "./program.ts";
import { PROJECT_DIRECTORY } from "./task_command.ts";
import type { Tool } from "./needs.ts";
import { tempDir } from "./temp_dir.ts";

/** Columns and rows of a window. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is typed, where, and what is not seen of it. */
export interface WindowOptions extends Size {
  readonly home: string;
  /** The text behind the prompt. */
  readonly typed: string;
  /** What runs: a program and its arguments. */
  readonly command: readonly string[];
  /** Where; in the checkout otherwise. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a window shows, from its first line on; `above` counts the rows that have scrolled away. */
export interface Shown {
  readonly text: string;
  readonly above: number;
}

/** A window in which the program runs, or has run. */
export interface Window extends AsyncDisposable {
  shown(): Promise<Shown>;
  /** Waits until the window shows it. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for the prompt after the program; gives its exit code. */
  end(): Promise<number>;
  /** Types it as it is. */
  type(text: string): Promise<void>;
  /** Presses a key by tmux's name, such as `Enter` or `C-c`. */
  press(key: string): Promise<void>;
}

/** A tmux server of a test. */
export interface Tmux extends AsyncDisposable {
  open(options: WindowOptions): Promise<Window>;
}

const PATIENCE = 20_000;
/** Each look costs a process: the first is soon, and the others later and later. */
const [FIRST_LOOK, LAST_LOOK] = [50, 250];
const CONFIGURATION = [
  "set -g status off",
  "set -g default-terminal tmux-256color",
  "set -g history-limit 2000",
  "set -s escape-time 0",
  "set -s exit-empty off",
].join("\n");
const PROMPT = /(^|\n)\$$/;
/** Shows the prompt and what is typed, runs it, shows the prompt again, and stays. */
const SHELL =
  `trap : INT; printf '$ %s\\n' "$1"; code=$2; shift 2; "$@"; echo $? > $code; printf '$ '; exec cat`;

/** Where tmux is. */
export function findTmux(): Tool {
  const hint = "tmux: apt-get install tmux";
  try {
    const { success } = new Deno.Command("tmux", { args: ["-V"] }).outputSync();
    return { path: success ? "tmux" : undefined, hint };
  } catch {
    return { path: undefined, hint };
  }
}

/** Starts a server that knows nothing of the user's own settings; disposal ends it. */
export async function startTmux(path: string): Promise<Tmux> {
  const dir = tempDir();
  await Deno.writeTextFile(`${dir.path}/conf`, CONFIGURATION);
  async function tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(path, {
      args: ["-u", "-S", `${dir.path}/socket`, "-f", `${dir.path}/conf`, ...args],
      env: { LC_ALL: "C.UTF-8", TMUX: "" },
    }).output();
    const text = new TextDecoder().decode(success ? stdout : stderr);
    if (!success) throw new Error(`tmux ${args[0]}: ${text}`);
    return text;
  }
  let count = 0;
  await tmux("start-server");
  return {
    async open(options) {
      const name = `window-${++count}`;
      const codeFile = `${dir.path}/${name}`;
      const { columns, rows, cwd = PROJECT_DIRECTORY } = options;
      const size = ["-x", String(columns), "-y", String(rows)];
      const command = await commandOf(options, codeFile);
      await tmux("new-session", "-d", "-s", name, ...size, "-c", cwd, ...command);
      return windowOf(tmux, name, codeFile);
    },
    async [Symbol.asyncDispose]() {
      await tmux("kill-server");
      dir[Symbol.dispose]();
    },
  };
}

async function commandOf({ home, typed, command, env }: WindowOptions, codeFile: string) {
  const variables = { ...await bareEnvironment(home), TERM: "tmux-256color", ...env };
  const pairs = Object.entries(variables).map((pair) => pair.join("="));
  return ["env", "-i", ...pairs, "sh", "-c", SHELL, "sh", typed, codeFile, ...command];
}

function windowOf(
  tmux: (...args: string[]) => Promise<string>,
  name: string,
  codeFile: string,
): Window {
  const target = ["-t", name];
  async function shown(): Promise<Shown> {
    const size = ["display-message", "-p", ...target, "#{history_size}"];
    const capture = ["capture-pane", "-p", "-J", "-S", "-", ...target];
    const [above, ...lines] = (await tmux(...size, ";", ...capture)).split("\n"); // one client for both
    return { text: lines.map((line) => line.trimEnd()).join("\n").trimEnd(), above: Number(above) };
  }
  async function shows(pattern: RegExp): Promise<RegExpExecArray> {
    const until = Date.now() + PATIENCE;
    for (let pause = FIRST_LOOK;; pause = Math.min(pause * 1.5, LAST_LOOK)) {
      const { text } = await shown();
      const found = pattern.exec(text);
      if (found !== null) return found;
      if (Date.now() > until) throw new Error(`Not shown: ${pattern}\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return {
    shown,
    shows,
    async end() {
      await shows(PROMPT);
      return Number(await Deno.readTextFile(codeFile));
    },
    type: async (text) => void await tmux("send-keys", ...target, "-l", text),
    press: async (key) => void await tmux("send-keys", ...target, key),
    [Symbol.asyncDispose]: async () => void await tmux("kill-session", ...target),
  };
}
