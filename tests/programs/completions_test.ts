// Tab in the real shells: bash and zsh in a terminal, fish by its own `complete -C`.
// Rule: the same lines in every shell. PowerShell is not among Debian's packages: its script is not run here.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { shellWord } from "../../src/base/words.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, findShell, testWith } from "../support/needs.ts";
import { bareEnvironment } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";
import { openTerminalOf, type Terminal } from "../support/terminal.ts";

/** What is typed before Tab, and what then can be read. */
const LINES: readonly (readonly [what: string, line: string, shown: RegExp])[] = [
  ["commands", "anaplan-auth lo", /\blogin\b[^]*\blogout\b/],
  ["commands of a group", "anaplan-auth cert ", /\brenew\b[^]*\bshow\b[^]*\btrust\b/],
  ["flags", "anaplan-auth token --he", /--header\b[^]*--help\b/],
  ["regions behind =", "anaplan-auth login --region=eu", /\beu1\b[^]*\beu5\b/],
  ["values behind an open quote", 'anaplan-auth login --region "eu', /\beu1\b[^]*\beu5\b/],
  ["profiles that can be named", "anaplan-auth profile use eu-", /\beu-prod\s+eu-test$/m],
  [
    "profiles of another directory",
    'anaplan-auth whoami --config-dir "my logins" --profile ',
    /--profile elsewhere|^elsewhere$/m,
  ],
  ["files", "anaplan-auth login --ca-file my", /my\\? cert\.pem/],
  ["directories", "anaplan-auth login --config-dir=my", /--config-dir=my\\? logins\//],
];

/** Command substitutions of each shell, in a value that has blanks, a colon and quotes. */
const SUBSTITUTIONS: Readonly<Record<ShellName, string>> = {
  bash: `--scope "a:b $(touch executed) 'c" --issuer=$(touch\${IFS}executed)=`,
  zsh: `--scope "a:b $(touch executed) 'c" --issuer=$(touch\${IFS}executed)=`,
  fish: `--scope "a:b $(touch executed) 'c" --issuer=(touch executed)`,
};

const FISH_INSTALL =
  "mkdir -p ~/.config/fish/completions && anaplan-auth complete fish > ~/.config/fish/completions/anaplan-auth.fish";
/** Split at its blanks, the value would hold the flag that then is not offered again. */
const UNSPLIT = /eu2" --region\b|^--region\t/m;
const CLEAR = "\x15";

const python = await findPython();

for (const shell of ["bash", "zsh", "fish"] as const) {
  const found = findShell(shell);
  const tool = shell === "fish" || python.path !== undefined ? found : python;

  testWith(tool, `${shell} completes what can be completed`, async (path) => {
    await using scene = await shellScene();
    await using tab = await openTab(shell, path, scene);
    for (const [what, line, shown] of LINES) assertMatch(await tab.after(line, shown), shown, what);
  });

  testWith(tool, `${shell} is offered no file's name that names no profile`, async (path) => {
    await using scene = await shellScene();
    await using tab = await openTab(shell, path, scene);
    const shown = await tab.after("anaplan-auth logout --profile e", /eu-test/);
    assertEquals(shown.match(/eu-\S+/g)?.slice(0, 2), ["eu-prod", "eu-test"]);
    assert(!/eu-[^pt\s]/.test(shown), shown);
  });

  testWith(tool, `${shell} neither runs nor splits what has been typed`, async (path) => {
    await using scene = await shellScene();
    await using tab = await openTab(shell, path, scene);
    const line = `anaplan-auth login ${SUBSTITUTIONS[shell]} --region e`;
    await tab.after(line, /\beu1\b[^]*\beu5\b/);
    await tab.after(`anaplan-auth login ${SUBSTITUTIONS[shell]}`, undefined);
    await tab.after('anaplan-auth login --scope "a --region eu2" --reg', UNSPLIT);
    assertEquals(await exists(`${scene.home.path}/executed`), false);
  });

  testWith(tool, `${shell} shows nothing when the program fails`, async (path) => {
    await using scene = await shellScene();
    await using tab = await openTab(shell, path, scene);
    await scene.breakProgram();
    const shown = await tab.after("anaplan-auth login --region ", undefined);
    assert(!shown.includes("broken"), shown);
  });
}

/** A shell in which a line is typed, and Tab. */
interface Tab extends AsyncDisposable {
  /** What can be read once the pattern is there, or else once the shell is ready for the next line. */
  after(line: string, pattern: RegExp | undefined): Promise<string>;
}

async function openTab(shell: ShellName, path: string, scene: ShellScene): Promise<Tab> {
  if (shell === "fish") {
    await runFish(path, FISH_INSTALL, [], scene);
    return {
      async after(line, pattern) {
        const { stdout, stderr } = await runFish(path, "complete -C $argv[1]", [line], scene);
        assertEquals(stderr, "");
        if (pattern !== undefined) assertMatch(stdout, pattern);
        return stdout;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const terminal = await openShell(path, python.path ?? "", scene);
  let count = 0;
  return {
    async after(line, pattern) {
      const mark = `: ${++count};`; // a command of its own in front, by which the line is found again
      const lineOn = (screen: string): string => screen.slice(screen.indexOf(mark) + mark.length);
      await terminal.type(`${mark} ${line}\t`);
      if (pattern !== undefined) {
        await terminal.shows(new RegExp(`${mark} [^]*?${pattern.source}`, pattern.flags));
      }
      const before = lineOn(terminal.screen()); // the line itself is about to be cleared
      await terminal.type(`${CLEAR}echo rea""dy ${count}\r`);
      // with the next prompt: what is typed before it is shown twice
      const { input } = await terminal.shows(new RegExp(`^ready ${count}\n>$`, "m"));
      return `${before}\n${lineOn(input)}`;
    },
    [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose](),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** What one presses Tab in. */
type ShellName = "bash" | "zsh" | "fish";

/** A home with profiles, a file with a blank in its name, and the shells' start-up files. */
interface ShellScene extends AsyncDisposable {
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
async function shellScene(): Promise<ShellScene> {
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
async function openShell(
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
async function runFish(
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
