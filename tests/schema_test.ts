// docs/schema/: one schema for each command's --json, and one for errors. That what is really printed follows
// them is made sure of wherever a case of tests/e2e/ is played.
// Rule: a schema that a wrong value passes is no schema; the values are those of the cases.
import { assert, assertEquals } from "@std/assert";
import { EXIT_CODES } from "../src/base/errors.ts";
import { commandsWithCases, stepsOf } from "./e2e/case_tests.ts";
import {
  complaints,
  EXIT_CODE_OF,
  readSchema,
  schemaNames,
  schemaOf,
  WITHOUT_SCHEMA,
} from "./support/schemas.ts";
import { commands } from "./support/tree.ts";
import { splitWords } from "./support/words.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What no case can show, since the command runs on; api_proxy_gate_test.ts holds the real one against the schema. */
const RUNS_ON: Readonly<Record<string, Json>> = {
  proxy: {
    base_url: "http://127.0.0.1:49321/hW3Zk0aPq9-_x2Lr4TnVx9/",
    socket: null,
    profile: "default",
    read_only: true,
    only: ["/2/0/workspaces"],
    pid: 4711,
  },
};

/** Schemas of what a flag changes altogether. */
const BY_FLAG = ["logout-all"];

interface Schema {
  readonly type: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
}

Deno.test("every command has a schema, and every schema a command", () => {
  const named = commands().map(({ name }) => name.replace(" ", "-"))
    .filter((name) => !Object.hasOwn(WITHOUT_SCHEMA, name));
  assertEquals(schemaNames(), [...named, ...BY_FLAG, "error"].sort());
});

Deno.test("a schema has a title, says what each key is, and takes no other key", () => {
  for (const name of schemaNames()) {
    const schema = readSchema(name);
    assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema", name);
    assertEquals(schema.$id, `urn:anaplan-auth:schema:${name}`);
    assert(typeof schema.title === "string", name);
    for (const part of parts(schema as unknown as Schema)) {
      if (part.properties === undefined) continue;
      assertEquals(part.additionalProperties, false, `${name}: ${part.title}`);
      assertEquals(part.required, Object.keys(part.properties), `${name}: ${part.title}`);
      for (const [key, { description }] of Object.entries(part.properties)) {
        assert(description !== undefined && description.endsWith("."), `${name}: ${key}`);
      }
    }
  }
});

Deno.test("the errors' schema knows every kind, and each kind has its exit code", () => {
  assertEquals(EXIT_CODES, EXIT_CODE_OF as typeof EXIT_CODES);
  for (const kind of Object.keys(EXIT_CODE_OF)) {
    assertEquals(complaints("error", errorOf(kind)), []);
  }
  assert(complaints("error", errorOf("another")).length > 0);
});

for (const name of schemaNames()) {
  Deno.test(`the cases show what ${name}.json describes, and no wrong value passes it`, () => {
    const value = RUNS_ON[name] ?? samples().get(name);
    assert(value !== undefined, `no case in tests/e2e/ prints it: add one with --json`);
    assertEquals(complaints(name, value), []);
    for (const wrong of wrongValues(value)) {
      assert(complaints(name, wrong).length > 0, `${name} takes ${JSON.stringify(wrong)}`);
    }
  });
}

function errorOf(kind: string): Json {
  return { error: { kind, message: "No", next: null, oauth_error: null } };
}

function* parts(schema: Schema): Generator<Schema> {
  yield schema;
  for (const part of Object.values(schema.properties ?? {})) yield* parts(part);
  if (schema.items !== undefined) yield* parts(schema.items);
}

/** One value of each schema, as a case has it. */
function samples(): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const command of commandsWithCases()) {
    for (const step of stepsOf(command)) {
      if (step.kind !== "command" || !/ --json\b(?!=)/.test(step.line)) continue;
      const { stdout, stderr } = step.result;
      const words = splitWords(step.line);
      const argv = words.slice(words.findIndex((word) => word === "anaplan-auth") + 1);
      if (Object.hasOwn(WITHOUT_SCHEMA, argv[0] ?? "")) continue;
      const [name, text] = stdout === ""
        ? ["error", stderr.trimEnd().split("\n").at(-1) ?? ""]
        : [schemaOf(argv), stdout];
      if (!found.has(name)) found.set(name, JSON.parse(withValues(text)));
    }
  }
  return found;
}

/** The text of a case with values again where its placeholders are. */
function withValues(text: string): string {
  return text.replace(/<\w*PORT>/g, "8443").replaceAll("<ISO_TIME>", "2026-11-24T09:00:00.000Z")
    .replaceAll("<FINGERPRINT>", "A1".repeat(32));
}

/** The value with one thing wrong at a time: a key too many, a key missing, a value of another type. */
function* wrongValues(value: Json): Generator<Json> {
  yield null;
  yield 1;
  yield* wrongInside(value);
}

function* wrongInside(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      yield value.with(at, 1);
      for (const wrong of wrongInside(item)) yield value.with(at, wrong);
    }
  } else if (typeof value === "object" && value !== null) {
    const object = value as Readonly<Record<string, Json>>;
    yield { ...object, another: 1 };
    for (const [key, inner] of Object.entries(object)) {
      const { [key]: _, ...rest } = object;
      yield rest;
      yield { ...object, [key]: typeof inner === "number" ? "1" : 1 };
      for (const wrong of wrongInside(inner)) yield { ...object, [key]: wrong };
      if (/_at$|_after$/.test(key)) yield { ...object, [key]: "soon" };
    }
  }
}
