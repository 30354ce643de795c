// A person's shell with the program on its PATH and its completions installed.
// Rule: the program is a two-line script that runs the task's own command line; the shell is the real one.
import { shellWord } from "../../src/base/words.ts";
import { type Home, makeHome } from "./home.ts";
import { bareEnvironment } from "./program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "./task_command.ts";
import { openTerminalOf, type Terminal } from "./terminal.ts";

/** What one presses Tab in. */
export type ShellName = "bash" | "zsh" | "fish";

/** A home with profiles, a file with a blank in its name, and the shells' start-up files. */
export interface ShellScene extends AsyncDisposable {
  readonly home: Home;
  readonly env: Readonly<Record<string, string>>;
  /** From now on the program fails, and says so. */
  breakProgram(): Promise<void>;
}

const START_UP: Readonly<Record<"bash" | "zsh", readonly [file: string, text: string]>> = {
  // twice, as when a shell reads the file again
  bash: [
    ".bashrc",
    `PS1='> '
bind 'set show-all-if-ambiguous on' 'set enable-bracketed-paste off'
source <(anaplan-auth complete bash)
source <(anaplan-auth complete bash)
`,
  ],
  zsh: [
    ".zshrc",
    `PS1='> '
unset zle_bracketed_paste
unsetopt list_ambiguous
autoload -Uz compinit && compinit -u
source <(anaplan-auth complete zsh)
`,
  ],
};

/** Makes the scene; some files have names that no profile can have, and a shell could run one of them. */
export async function shellScene(): Promise<ShellScene> {
  const home = await makeHome();
  const directories = ["bin", ".config/anaplan-auth/profiles", "my logins"];
  for (const directory of [...directories, "my logins/profiles"]) {
    await Deno.mkdir(`${home.path}/${directory}`, { recursive: true });
  }
  await Deno.writeTextFile(`${home.path}/my cert.pem`, "");
  for (const name of ["eu-prod", "eu-test", "eu-a b", "eu-$(touch executed)", "eu-x:y"]) {
    await Deno.writeTextFile(`${home.configDir}/profiles/${name}.json`, "{}");
  }
  await Deno.writeTextFile(`${home.path}/my logins/profiles/elsewhere.json`, "{}");
  for (const [file, text] of Object.values(START_UP)) {
    await Deno.writeTextFile(`${home.path}/${file}`, text);
  }
  const program = `${home.path}/bin/anaplan-auth`;
  const write = (line: string): Promise<void> =>
    Deno.writeTextFile(program, `#!/bin/sh\n${line}\n`, { mode: 0o700 });
  await write(`exec ${(await programWords()).map(shellWord).join(" ")} "$@"`);
  const bare = await bareEnvironment(home.path);
  return {
    home,
    env: { ...bare, PATH: `${home.path}/bin:${bare["PATH"]}` },
    breakProgram: () => write("echo it is broken >&2; exit 1"),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

/** What runs the program from anywhere, with the permissions of the task `complete`. */
async function programWords(): Promise<string[]> {
  const { program, args } = await commandLineOf(["complete"]);
  const main = `${PROJECT_DIRECTORY}main.ts`;
  return [program, ...args.slice(0, -1).map((arg) => arg === "main.ts" ? main : arg)];
}

/** Opens bash or zsh in a terminal, at its first prompt. */
export async function openShell(
  shell: string,
  python: string,
  { home, env }: ShellScene,
): Promise<Terminal> {
  const args = shell.endsWith("zsh")
    ? ["-d", "-i"]
    : ["--rcfile", `${home.path}/${START_UP.bash[0]}`, "-i"];
  const terminal = await openTerminalOf({ program: shell, args }, {
    python,
    home: home.path,
    cwd: home.path,
    env,
  });
  await terminal.shows(/^>$/m);
  return terminal;
}

/** Runs one line of fish. */
export async function runFish(
  fish: string,
  line: string,
  args: readonly string[],
  { home, env }: ShellScene,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(fish, {
    args: ["-c", line, "--", ...args],
    cwd: home.path,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { stdout: text(stdout), stderr: text(stderr) };
}
