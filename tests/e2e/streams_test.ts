// Pipes that are closed, full or slow, and streams that are not there, as a shell makes them.
// Rule: real pipes of a real shell; what is looked at is the program's own exit code.
import { assertEquals, assertMatch } from "@std/assert";
import { bareEnvironment } from "../support/program.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { putLoginByHand, putProfilesByHand, runInShell } from "../support/shell.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

const IGNORED = Deno.build.os === "windows";
const TOKEN = "an-access-token\n";
const NOBODY = ["token", "--profile", "nobody"];
const TWO_LINES = /^Cannot write the answer: No space left[^\n]*\.\nNext: [^\n]+\n$/;
const ONE_JSON_LINE = /^\{"error":\{"kind":"storage",[^\n]*\}\}\n$/;

interface Row {
  readonly argv: readonly string[];
  readonly rest: string;
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: RegExp;
}

const ROWS: Readonly<Record<string, Row>> = {
  "a reader that has enough after five bytes is no error": {
    argv: ["token"],
    rest: "| head -c 5",
    code: 0,
    stdout: TOKEN.slice(0, 5),
  },
  "a reader that reads nothing is no error": { argv: ["token"], rest: "| true", code: 0 },
  "an error keeps its exit code when no program reads the answer": {
    argv: ["status", "--profile", "nobody"],
    rest: "| true",
    code: 3,
  },
  "a full disk is exit 7, in two lines": {
    argv: ["token"],
    rest: ">/dev/full",
    code: 7,
    stderr: TWO_LINES,
  },
  "a full disk is exit 7, in one line of JSON with --json": {
    argv: ["token", "--json"],
    rest: ">/dev/full",
    code: 7,
    stderr: ONE_JSON_LINE,
  },
  "without stderr the answer still comes": {
    argv: ["token"],
    rest: "2>&-",
    code: 0,
    stdout: TOKEN,
  },
  "without stderr an error keeps its exit code": { argv: NOBODY, rest: "2>&-", code: 3 },
  "with a full stderr an error keeps its exit code": { argv: NOBODY, rest: "2>/dev/full", code: 3 },
  "without stdout a command does what it does": { argv: ["token"], rest: ">&-", code: 0 },
  "without stdin the answer comes": { argv: ["token"], rest: "<&-", code: 0, stdout: TOKEN },
  "without stdin there are no questions": {
    argv: ["login"],
    rest: "<&-",
    code: 2,
    stderr: /^Cannot sign in: no client ID is known\.\nNext: [^\n]+\n$/,
  },
  "without any stream a command does what it does": {
    argv: NOBODY,
    rest: "<&- >&- 2>&-",
    code: 3,
  },
};

for (const [name, { argv, rest, code, stdout = "", stderr = /^$/ }] of Object.entries(ROWS)) {
  Deno.test({
    name: `${name}: ${argv[0]} ${rest}`,
    ignore: IGNORED,
    async fn() {
      await using home = await makeHome();
      await putLoginByHand(home);
      const end = await runInShell(argv, rest, home);
      assertEquals([end.code, end.stdout], [code, stdout]);
      assertMatch(end.stderr, stderr);
    },
  });
}

Deno.test({
  name: "a variable that is no text counts as unset",
  ignore: IGNORED,
  async fn() {
    await using home = await makeHome();
    await putLoginByHand(home);
    const end = await runInShell(["token"], "", home, "ANAPLAN_PROFILE=$'\\xe9'");
    assertEquals(end, { code: 0, stdout: TOKEN, stderr: "" });
  },
});

const MANY = 1_000;
const LIST = ["profile", "list", "--json"];

async function homeWithMany(): Promise<Home> {
  const home = await makeHome();
  await putProfilesByHand(home, MANY);
  return home;
}

Deno.test({
  name: "an answer longer than any pipe holds is cut by its reader without an error",
  ignore: IGNORED,
  async fn() {
    await using home = await homeWithMany();
    const whole = await runInShell(LIST, "| head -1", home);
    assertEquals([whole.code, whole.stderr], [0, ""]);
    assertEquals(JSON.parse(whole.stdout).profiles.length, MANY);
    const cut = await runInShell(LIST, "| head -c 5", home);
    assertEquals(cut, { code: 0, stdout: '{"pro', stderr: "" });
  },
});

const PYTHON = await findPython();
/** Many lines that are written at once. */
const PAGE = ["help", "doctor"];

/** Runs the program with a stdout that is full, does not block, and is read late. */
async function readLate(
  kind: "pipe" | "terminal",
  argv: readonly string[],
  home: Home,
  python: string,
): Promise<{ readonly code: number; readonly stdout: string }> {
  const { program, args } = await commandLineOf(argv);
  const script = new URL("../support/slow_reader.py", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(python, {
    args: [script, kind, program, ...args],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: await bareEnvironment(home.path),
    stdin: "null",
    stderr: "inherit",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

for (const kind of ["pipe", "terminal"] as const) {
  const stream = `a ${kind} that is full, does not block and is read late`;
  testWith(PYTHON, `${stream} gets a short answer once`, async (python) => {
    await using home = await makeHome();
    await putLoginByHand(home);
    const end = await readLate(kind, ["token"], home, python);
    assertEquals(end, { code: 0, stdout: TOKEN });
  });

  testWith(PYTHON, `${stream} gets a page of many lines as it is`, async (python) => {
    await using home = await makeHome();
    const end = await readLate(kind, PAGE, home, python);
    const { stdout } = await runInShell(PAGE, "", home);
    assertEquals(end, { code: 0, stdout });
  });

  testWith(PYTHON, `${stream} loses nothing of an answer of over 64 kB`, async (python) => {
    await using home = await homeWithMany();
    const { code, stdout } = await readLate(kind, LIST, home, python);
    assertEquals([code, stdout.length > 64 * 1024], [0, true]);
    assertEquals(JSON.parse(stdout).profiles.length, MANY);
  });
}
