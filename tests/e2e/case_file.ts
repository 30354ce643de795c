// A case as a text: what is given, what is typed, and what is then on each stream.
// Rule: parsing and formatting are each other's inverse, so that a case is written again as it was read.

/** One line of a case, or one command with all that comes of it. */
export type Step =
  | { readonly kind: "words"; readonly line: string }
  | { readonly kind: "given" | "then"; readonly line: string }
  | { readonly kind: "command"; readonly line: string; readonly result: Result };

/** What comes of a command. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  /** The requests that the program sent, one a line. */
  readonly requests: readonly string[];
  readonly code: number;
}

const RESULT_LINE = /^(?:(out|err|net)\|(?: (.*))?|exit (\d+))$/;
const NOTHING: Result = { stdout: "", stderr: "", requests: [], code: 0 };

/** Reads a case. */
export function parseCase(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const last = steps.at(-1);
    const found = RESULT_LINE.exec(line);
    if (found !== null && last?.kind === "command") {
      steps[steps.length - 1] = { ...last, result: withLine(last.result, found) };
    } else if (line.startsWith("$ ")) {
      steps.push({ kind: "command", line: line.slice(2), result: NOTHING });
    } else if (line.startsWith("given ")) steps.push({ kind: "given", line: line.slice(6) });
    else if (line.startsWith("then ")) steps.push({ kind: "then", line: line.slice(5) });
    else steps.push({ kind: "words", line });
  }
  return steps;
}

/** Writes a case. */
export function formatCase(steps: readonly Step[]): string {
  return steps.map(formatStep).join("\n") + "\n";
}

/** The sentence that a case begins with: what it shows. */
export function sentenceOf(steps: readonly Step[]): string {
  const [first] = steps;
  if (first?.kind === "words" && first.line !== "") return first.line;
  throw new Error("A case begins with one sentence that says what it shows");
}

function withLine(result: Result, [, stream, content = "", code]: RegExpExecArray): Result {
  if (stream === "out") return { ...result, stdout: `${result.stdout}${content}\n` };
  if (stream === "err") return { ...result, stderr: `${result.stderr}${content}\n` };
  if (stream === "net") return { ...result, requests: [...result.requests, content] };
  return { ...result, code: Number(code) };
}

function formatStep(step: Step): string {
  if (step.kind === "words") return step.line;
  if (step.kind !== "command") return `${step.kind} ${step.line}`;
  const { stdout, stderr, requests, code } = step.result;
  return [
    `$ ${step.line}`,
    ...linesOf(stdout).map((line) => `out| ${line}`.trimEnd()),
    ...linesOf(stderr).map((line) => `err| ${line}`.trimEnd()),
    ...requests.map((line) => `net| ${line}`),
    `exit ${code}`,
  ].join("\n");
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : [...lines, "(no line break at the end)"];
}
