// What ARCHITECTURE.md promises about the structure of src/, read off the code itself.
import { assert, assertEquals } from "@std/assert";

/** The checkout. */
const ROOT = new URL("../", import.meta.url);

/** The rooms from top to bottom; a file imports from its own room and from those below. */
const ROOMS: readonly string[] = [
  "main.ts",
  "src/cli",
  "src/cli/help",
  "src/cli/completion",
  "src/cli/tree",
  "src/commands",
  "src/sign_in",
  "src/doctor",
  "src/proxy",
  "src/api",
  "src/session",
  "src/provider",
  "src/settings",
  "src/store",
  "src/store/engines",
  "src/oauth",
  "src/files",
  "src/command.ts",
  "src/system",
  "src/base",
];

/** The rooms that talk to the runtime. */
const MAY_NAME_DENO = ["main.ts", "src/system", "src/files"];

/** The rooms that send a secret, seal it, or print it because the user asked for it. */
const MAY_REVEAL = [
  ...["src/api", "src/commands", "src/oauth", "src/provider", "src/store/engines", "src/system"],
];

const ALL = await modules();
const OURS = ALL.filter(({ specifier }) => specifier.startsWith(ROOT.href));

Deno.test("imports point down the list of rooms", () => {
  const isAllowed = (from: string, to: string): boolean =>
    ROOMS.includes(roomOf(from)) && ROOMS.indexOf(roomOf(from)) <= ROOMS.indexOf(roomOf(to));
  const wrong = OURS.flatMap((module) =>
    importsOf(module).filter((path) => !isAllowed(pathOf(module.specifier), path))
      .map((path) => `${pathOf(module.specifier)} imports ${path}`)
  );
  assertEquals(wrong, []);
});

Deno.test("no file imports itself through others", () => {
  const imports = new Map(OURS.map((module) => [pathOf(module.specifier), importsOf(module)]));
  const below = (path: string, seen = new Set<string>()): Set<string> => {
    for (const next of imports.get(path) ?? []) if (!seen.has(next)) below(next, seen.add(next));
    return seen;
  };
  assertEquals([...imports.keys()].filter((path) => below(path).has(path)), []);
});

Deno.test("Deno is named only in the rooms that talk to the runtime", async () => {
  const rooms = await roomsThatSay(/\bDeno\.(?!build\.os\b|customInspect\b)/);
  assertEquals(rooms.filter((room) => !MAY_NAME_DENO.includes(room)), []);
});

Deno.test("a secret is revealed only in the rooms that send it", async () => {
  const rooms = await roomsThatSay(/\.reveal\(\)/);
  assertEquals(rooms.filter((room) => !MAY_REVEAL.includes(room)), []);
});

Deno.test("--version and a fresh token load few modules and no package", () => {
  for (const [entries, most] of [[["main.ts"], 25], [["main.ts", "src/commands/token.ts"], 30]]) {
    const loaded = staticClosure(ALL, ...entries as string[]).map(({ specifier }) => specifier);
    assertEquals(loaded.filter((specifier) => /^(npm|node):/.test(specifier)), []);
    assert(loaded.length > 3 && loaded.length <= Number(most), `${loaded.length} modules`);
  }
});

function importsOf({ dependencies = [] }: Module): string[] {
  return dependencies
    .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
    .filter((specifier) => specifier?.startsWith(ROOT.href) === true)
    .map((specifier) => pathOf(specifier ?? ""));
}

/** The folder of a file; a file that is in src/ itself is a room of its own. */
function roomOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  return folders.length < 2 ? path : folders.join("/");
}

async function roomsThatSay(pattern: RegExp): Promise<string[]> {
  const rooms = new Set<string>();
  for (const { specifier } of OURS) {
    const source = await Deno.readTextFile(new URL(specifier));
    const code = source.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
    if (pattern.test(code)) rooms.add(roomOf(pathOf(specifier)));
  }
  return [...rooms];
}

/** One import of a module. */
interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}

/** One module; the size is that of its file. */
interface Module {
  readonly specifier: string;
  readonly size?: number;
  readonly dependencies?: readonly Dependency[];
}

/** All modules reachable from main.ts, dynamic imports included. */
async function modules(): Promise<readonly Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("main.ts", ROOT).pathname],
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

/** A module's path in the checkout, or its name when it is not there. */
function pathOf(specifier: string): string {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
}

/** What is loaded with some modules: their static imports and theirs, types left out; sorted. */
function staticClosure(all: readonly Module[], ...entries: readonly string[]): Module[] {
  const bySpecifier = new Map(all.map((module) => [module.specifier, module]));
  const seen = new Map<string, Module>();
  const visit = (specifier: string): void => {
    if (seen.has(specifier)) return;
    const module = bySpecifier.get(specifier) ?? { specifier };
    seen.set(specifier, module);
    for (const { code, isDynamic } of module.dependencies ?? []) {
      if (code?.specifier !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  for (const entry of entries) visit(new URL(entry, ROOT).href);
  return [...seen.values()].sort((a, b) => a.specifier < b.specifier ? -1 : 1);
}
