// deno task ok, test, nightly: says what will run and what a machine lacks for it, then runs it with dots.
import { findEtcd } from "./support/etcd.ts";
import { findKeychains } from "./support/keyring.ts";
import {
  findCertutil,
  findChromium,
  findNode,
  findPython,
  findPythonRequests,
  findShell,
  findStrace,
  type Tool,
} from "./support/needs.ts";
import { findPgBouncer } from "./support/pgbouncer.ts";
import { findPostgres } from "./support/postgres.ts";
import { findTmux } from "./support/tmux.ts";

/** A set of tests that runs as one. */
interface Suite {
  /** What it shows and how long it takes, on two cores that do nothing else. */
  readonly about: string;
  readonly paths: readonly string[];
  readonly jobs: number;
  /** Whether it has tests that need programs of others; the tests of a commit need none. */
  readonly needsTools: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  ok: {
    about: "Functions and command lines, in one process each: half a minute.",
    paths: [
      ...[
        "tests/architecture_test.ts",
        "tests/schema_test.ts",
        "tests/docs/reference_test.ts",
        "tests/unit",
      ],
      ...["tests/e2e/e2e_test.ts", "tests/e2e/login_cases_test.ts"],
    ],
    jobs: 3,
    needsTools: false,
    // the shell and the core utilities of any Unix, for tests of pipes, links and `exec`
    env: {
      ANAPLAN_AUTH_CASES: "here",
      PATH: `${Deno.env.get("PATH")}${Deno.build.os === "windows" ? "" : ":/usr/bin:/bin"}`,
    },
  },
  test: {
    about: "The program with real processes, servers, databases and a browser: four minutes.",
    paths: ["--ignore=tests/nightly", "tests"],
    jobs: 4,
    needsTools: true,
  },
  nightly: {
    about: "Faults, kills, failovers, long waits, packages and browser pages: an hour.",
    paths: ["tests/nightly"],
    jobs: 2,
    needsTools: true,
  },
};

/** The programs that some tests need. */
async function tools(): Promise<readonly Tool[]> {
  return [
    ...[findChromium(), findPostgres(), findPgBouncer(), findEtcd(), findStrace(), findTmux()],
    ...[findShell("zsh"), findShell("fish"), findKeychains(), findCertutil()],
    ...await Promise.all([findPython(), findPythonRequests(), findNode()]),
  ];
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function run(name: string, more: readonly string[]): Promise<number> {
  const suite = SUITES[name];
  if (suite === undefined) {
    say(`Cannot run ${name}: there is no such suite.\nNext: deno task test`);
    return 2;
  }
  say(suite.about);
  const missing = suite.needsTools && Deno.env.get("CI") !== "true"
    ? (await tools()).filter(({ path }) => path === undefined)
    : [];
  for (const { hint } of missing) say(`Skipped, for want of ${hint}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-prompt", "--no-check", "--parallel", "--reporter=dot"],
      ...["--sanitize-ops", "--sanitize-resources", ...suite.paths, ...more],
    ],
    env: {
      ...suite.env,
      DENO_JOBS: String(suite.jobs),
      ...(Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" }),
    },
    stdout: Deno.stdout.isTerminal() ? "inherit" : "piped",
  }).spawn();
  if (!Deno.stdout.isTerminal()) await joinDots(child.stdout);
  return (await child.status).code;
}

/** Prints the dots in one line: into a file, Deno writes a line for each. */
async function joinDots(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    const joined = lines.map((line) => /^[.,!]$/.test(line) ? line : `${line}\n`).join("");
    Deno.stdout.writeSync(new TextEncoder().encode(joined));
  }
}

const [name = "", ...more] = Deno.args;
Deno.exit(await run(name, more));
