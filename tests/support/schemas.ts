// What a command prints with --json, held against its schema in docs/schema/.
// Rule: the schemas are read as files, as a user of them reads them.
import { assert, assertEquals } from "@std/assert";
import { Ajv2020, type ValidateFunction } from "npm:ajv@8.20.0/dist/2020.js";
import addFormats from "npm:ajv-formats@3.0.1";

/** Where the schemas are. */
export const SCHEMAS = new URL("../../docs/schema/", import.meta.url);

/** The exit code of each kind of error, as scripts rely on it. */
export const EXIT_CODE_OF: Readonly<Record<string, number>> = {
  internal: 1,
  usage: 2,
  login_required: 3,
  denied: 4,
  timeout: 5,
  unavailable: 6,
  storage: 7,
  api: 8,
  interrupted: 130,
};

/** Commands whose answer comes from another program or server, and from which. Their errors are still ours. */
export const WITHOUT_SCHEMA: Readonly<Record<string, string>> = {
  "api": "prints what the API answers",
  "complete": "prints a script for a shell",
  "exec": "prints what the program prints that it runs",
};

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

/** The names of all schemas. */
export function schemaNames(): string[] {
  const files = Array.from(Deno.readDirSync(SCHEMAS), ({ name }) => name);
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();
}

/** A schema as it is in its file. */
export function readSchema(name: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, SCHEMAS)));
}

/** What is wrong with a value by a schema; nothing when it follows it. */
export function complaints(name: string, value: unknown): string[] {
  const validate = validators.get(name) ?? ajv.compile(readSchema(name));
  validators.set(name, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The schema of what is typed: its command's, or that of a page. */
export function schemaOf(argv: readonly string[]): string {
  if (argv.includes("--help") || argv.includes("-h")) return "help";
  const [command = "", second = ""] = argv;
  if (command === "logout" && argv.includes("--all")) return "logout-all";
  const ofTwo = `${command}-${second}`;
  return schemaNames().includes(ofTwo) ? ofTwo : command;
}

/** What came of a command that was typed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Makes sure that what came of a command with --json is what the schemas say. */
export function assertFollowsSchema(
  argv: readonly string[],
  { stdout, stderr, code }: Printed,
): void {
  const end = argv.indexOf("--");
  if (!argv.slice(0, end < 0 ? argv.length : end).includes("--json")) return;
  if (argv[0] === "proxy" && end >= 0) return; // stdout is the program's
  const typed = `anaplan-auth ${argv.join(" ")}`;
  if (stdout !== "") {
    if (Object.hasOwn(WITHOUT_SCHEMA, argv[0] ?? "")) return;
    assertEquals(stdout.split("\n").length, 2, `${typed} prints one line`);
    assertEquals(complaints(schemaOf(argv), JSON.parse(stdout)), [], typed);
    return;
  }
  const value = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "");
  assertEquals(complaints("error", value), [], typed);
  const { kind } = value.error;
  assert(
    code === EXIT_CODE_OF[kind] || code > 128, // a signal's, whatever failed
    `${typed}: exit ${code} is not that of ${kind}`,
  );
}
