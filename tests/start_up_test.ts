// What is loaded before the program has done anything: named files, and no more bytes than named.
// Rule: every file costs every start a tenth of a millisecond; who adds one here has measured it.
import { assert, assertEquals } from "@std/assert";
import { localPath, modules, ROOT, staticClosure } from "./support/module_graph.ts";

const KIB = 1024;

const ALWAYS: readonly string[] = [
  "main.ts",
  "src/base/words.ts",
  "src/base/errors.ts",
  "src/cli/app.ts",
  "src/cli/print.ts",
  "src/cli/tree/commands.ts",
  "src/system/deno.ts",
  "src/system/needs.ts",
  "src/system/stream.ts",
  "src/system/surroundings.ts",
];

/** What starts: the entries that are loaded for it, what else comes with them, and the limit of all. */
const STARTS = [
  {
    name: "--version",
    entries: ["main.ts"],
    more: [],
    limit: 48 * KIB,
  },
  {
    name: "--help",
    entries: ["main.ts", "src/cli/help/root_help.ts"],
    more: ["src/cli/help/root_help.ts"],
    limit: 50 * KIB,
  },
  {
    name: "token on a fresh login",
    entries: ["main.ts", "src/commands/token.ts"],
    more: [
      "src/commands/token.ts",
      "src/base/json.ts",
      "src/settings/location.ts",
      "src/files/private_file.ts",
      "src/base/secret.ts",
      "src/store/fresh_login.ts",
      "src/oauth/token_set.ts",
    ],
    limit: 80 * KIB,
  },
] as const;

const ALL = await modules();

for (const { name, entries, more, limit } of STARTS) {
  Deno.test(`${name} loads the named files, and neither a package nor a node: module`, () => {
    const loaded = staticClosure(ALL, ...entries);
    assertEquals(loaded.map(({ specifier }) => localPath(specifier)), [...ALWAYS, ...more].sort());
    const bytes = loaded.reduce((sum, { size = 0 }) => sum + size, 0);
    assert(bytes > 10 * KIB && bytes <= limit, `${bytes} bytes`);
  });
}

/** What says why a login is gone or what was meant: needed after a failure, and by `status`. */
const LATER = [
  "src/base/near_names.ts",
  "src/session/ended_login.ts",
  "src/session/expiry.ts",
  "src/session/services.ts",
  "src/session/user.ts",
];

Deno.test("a refresh loads nothing that only a failure or status needs", () => {
  const entries = [
    "main.ts",
    "src/commands/token.ts",
    "src/oauth/refresh.ts",
    "src/provider/authorization_server.ts",
    "src/session/grants.ts",
    "src/session/session.ts",
    "src/settings/settings.ts",
  ];
  const loaded = staticClosure(ALL, ...entries).map(({ specifier }) => localPath(specifier));
  assertEquals(entries.filter((entry) => !loaded.includes(entry)), []);
  assertEquals(LATER.filter((later) => loaded.includes(later)), []);
});

/** What a proxy loads before it answers, never, or only when another command asks for it. */
const NOT_WHILE_IT_ANSWERS = [
  "base/near_names",
  ...["container", "listener", "plain_question", "program", "question", "terminal"]
    .map((name) => `system/${name}`),
].map((name) => `src/${name}.ts`);

Deno.test("a proxy loads all that a refresh may need before it answers: an upgrade removes files", () => {
  const found = new Map<string, boolean>();
  const byName = new Map(ALL.map((module) => [module.specifier, module]));
  const visit = (specifier: string): void => {
    const path = localPath(specifier);
    const isElsewhere = /^src\/(cli|commands|doctor|sign_in)\//.test(path);
    if (found.has(path) || isElsewhere && path !== "src/commands/proxy.ts") return;
    found.set(path, false);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      const isLeftOut = NOT_WHILE_IT_ANSWERS.includes(localPath(code?.specifier ?? ""));
      if (code?.specifier === undefined || isLeftOut) continue;
      if (code.specifier.startsWith("node:")) continue; // no file: Deno has it
      visit(code.specifier);
      if (isDynamic) found.set(localPath(code.specifier), true);
    }
  };
  const entries = ["src/commands/proxy.ts", "src/system/deno.ts"];
  for (const entry of entries) visit(new URL(entry, ROOT).href);
  const late = [...found].filter(([, isDynamic]) => isDynamic).map(([path]) => path);
  const stays = byName.get(new URL("src/session/stay_loaded.ts", ROOT).href)?.dependencies ?? [];
  const early = stays.map(({ code }) => localPath(code?.specifier ?? ""));
  assertEquals(late.filter((path) => !early.includes(path)), []);
  assert(late.length > 30);
});
