// Answers of any length: what they cost in memory and in time.
// Rule: the real program; the system says what it took, and times are compared with each other only.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { compressRepeated, longAnswer } from "../support/long_answer.ts";
import { watchMemory } from "../support/memory.ts";
import { findPython, testWith } from "../support/needs.ts";
import { bareEnvironment, startProgram } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

const ON_LINUX = { ignore: Deno.build.os !== "linux" };
const MIB = 1024 * 1024;
const PATH = "/2/0/users/me";
const PACKED = { headers: { "content-type": "application/json", "content-encoding": "gzip" } };

const PIECE = `[${"{},".repeat(MIB / 4)}0],\n`;

/** So many mebibytes of JSON, which are far less on their way. */
function bombOf(mebibytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return compressRepeated(PIECE, Math.ceil(mebibytes * MIB / PIECE.length));
}

const BOMB = await bombOf(256);

const TWO_LINES = /^Cannot [^\n]+\.\nNext: [^\n]+\n$/;
const ONE_JSON_LINE = /^\{"error":\{"kind":"[^\n]+","message":"Cannot [^\n]+\}\}\n$/;

/** What is to be held whole, and what becomes of it. */
const HELD: readonly (readonly [argv: readonly string[], status: number, code: number])[] = [
  [["api", PATH, "--json"], 200, 6],
  [["api", PATH, "--paginate"], 200, 6],
  [["api", PATH, "--paginate", "--lines"], 200, 6],
  [["api", "/2/0/files/1/chunks", "--chunks"], 200, 6],
  [["api", PATH, "--json"], 403, 6],
  [["api", PATH, "-o", "/dev/null"], 403, 8],
  [["whoami"], 200, 6],
  [["validate"], 200, 6],
];

for (const [argv, status, expected] of HELD) {
  const what = `${argv.join(" ")}, answered HTTP ${status}`;
  Deno.test(`256 MiB that were packed are an error: ${what}`, ON_LINUX, async () => {
    await using home = await longAnswer(BOMB, { ...PACKED, status });
    await using program = await startProgram(argv, { home: home.path });
    using memory = watchMemory(program.pid);
    const { code, stderr } = await program.outcome;
    assertEquals(code, expected, stderr);
    assertMatch(stderr, argv.includes("--json") ? ONE_JSON_LINE : TWO_LINES);
    assert(memory.peak < 512, `${memory.peak} MB`);
  });
}

/** What is held whole, and how much memory that may take, in MB: values in memory would take more. */
const WHOLE: readonly (readonly [what: string, text: string, most: number])[] = [
  ["as much as can be held", `["${"x".repeat(31 * MIB - 1_000_000)}"]`, 512],
  ["3,000,000 values", `[${"{},".repeat(3_000_000)}0]`, 256], // it was 138
];

for (const [what, text, most] of WHOLE) {
  Deno.test(`${what} of JSON takes less than ${most} MB`, ON_LINUX, async () => {
    await using home = await longAnswer(new TextEncoder().encode(text));
    await using program = await startProgram(["api", PATH, "--json"], { home: home.path });
    using memory = watchMemory(program.pid);
    const { code, stdout } = await program.outcome;
    assertEquals([code, stdout === `${text}\n`], [0, true]);
    assert(memory.peak < most, `${memory.peak} MB`);
  });
}

Deno.test("what flows may be of any length, in little memory", ON_LINUX, async () => {
  await using home = await longAnswer(await bombOf(512), PACKED);
  const argv = ["api", PATH, "-o", "/dev/null"];
  await using program = await startProgram(argv, { home: home.path });
  using memory = watchMemory(program.pid);
  const { code, stderr } = await program.outcome;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^Saved 537 MB /);
  assert(memory.peak < 400, `${memory.peak} MB`); // it was 140 to 260, for 256 MiB as well
});

const PYTHON = await findPython();

for (const where of ["pipe", "terminal"] as const) {
  for (const flags of [[], ["--raw"], ["--json"]]) {
    const how = flags[0] ?? "as it is";
    testWith(
      PYTHON,
      `a line of 20 MiB, ${how}, to a ${where} takes at most 6 times as long as one of 5 MiB`,
      async (python) => {
        let ratio = Infinity;
        for (let tries = 4; ratio > 6 && tries > 0; tries--) { // a busy machine is not the program
          const short = await secondsFor(5);
          ratio = await secondsFor(20) / short;
        }
        assert(ratio <= 6, `${ratio} times as long`);

        async function secondsFor(mebibytes: number): Promise<number> {
          const text = JSON.stringify(["x".repeat(mebibytes * MIB)]);
          await using home = await longAnswer(new TextEncoder().encode(text));
          const result = await runRead(python, where, ["api", PATH, ...flags], home.path);
          assertEquals([result.code, result.length >= text.length], [0, true]);
          return result.seconds;
        }
      },
    );
  }
}

/** How the program ended, how many bytes it printed, and the processor time that it took. */
interface Read {
  readonly code: number;
  readonly length: number;
  readonly seconds: number;
}

async function runRead(
  python: string,
  where: string,
  argv: readonly string[],
  home: string,
): Promise<Read> {
  const { program, args } = await commandLineOf(argv);
  const script = new URL("../support/long_answer.py", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(python, {
    args: [script, where, program, ...args],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: await bareEnvironment(home),
    stdin: "null",
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
