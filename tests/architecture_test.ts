// The house rules, read off the code itself. Rule: what ARCHITECTURE.md promises is tested here.

import { assert, assertEquals } from "@std/assert";
import { linesOf, longFunctions } from "./support/long_code.ts";
import { type Dependency, localPath, modules } from "./support/module_graph.ts";

/** The rooms from top to bottom; imports point down this list only. */
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
  "types",
];

const MAY_REVEAL: readonly string[] = [
  "src/api/answer.ts",
  "src/commands/exec.ts",
  "src/commands/token.ts",
  "src/oauth/authorization_code.ts",
  "src/oauth/device.ts",
  "src/oauth/id_token.ts",
  "src/oauth/loopback.ts",
  "src/oauth/refresh.ts",
  "src/oauth/refusals.ts",
  "src/oauth/revocation.ts",
  "src/oauth/token_sets.ts",
  "src/oauth/wire.ts",
  "src/provider/anaplan.ts",
  "src/provider/belonging.ts",
  "src/store/engines/etcd_client.ts",
  "src/store/engines/pg_client.ts",
  "src/system/http_client.ts",
  "src/system/peer_issuer.ts",
];

/** Files over 250 lines and functions over 40, with their lines. Rule: it only becomes shorter, in each way. */
const TOO_LONG: Readonly<Record<string, number>> = {
  "src/files/lock_file.ts heldLock": 43,
  "src/files/replacement.ts beginReplacement": 44,
  "src/oauth/device.ts startDeviceAuthorization": 45,
  "src/sign_in/first_time.ts askAll": 42,
  "src/store/locked_login.ts lockedLogin": 69,
  "src/system/http_stream.ts fetchStream": 45,
};

const ROOT = new URL("../", import.meta.url);

Deno.test("imports point down the list of rooms, and no command imports another", async () => {
  const wrong = (await sourceModules()).flatMap(({ path, dependencies }) =>
    localImports(dependencies)
      .filter((target) => !mayImport(path, target))
      .map((target) => `${path} → ${target}`)
  );
  assertEquals(wrong, []);
});

Deno.test("every source file has its room", async () => {
  const paths = (await sourceModules()).map(({ path }) => path);
  assertEquals(paths.filter((path) => roomOf(path) < 0), []);
  assertEquals(await filesUnder("src"), paths.filter((path) => path.startsWith("src/")).sort());
});

Deno.test("no file imports itself through others", async () => {
  const graph = new Map((await sourceModules()).map(({ path, dependencies }) => {
    return [path, localImports(dependencies)] as const;
  }));
  assertEquals([...graph.keys()].filter((path) => reached(path, graph).has(path)), []);
});

Deno.test("the house has at most 20 rooms, 12 floors, 110 arrows, and 16 entries in src/", async () => {
  const arrows = new Map<string, Set<string>>();
  for (const { path, dependencies } of await sourceModules()) {
    const from = roomName(path);
    const others = localImports(dependencies).map(roomName).filter((room) => room !== from);
    arrows.set(from, new Set([...arrows.get(from) ?? [], ...others]));
  }
  arrows.delete("types");
  const count = [...arrows.values()].reduce((sum, { size }) => sum + size, 0);
  const floors = Math.max(...[...arrows.keys()].map((room) => floorOf(room, arrows)));
  const entries = Array.from(Deno.readDirSync(new URL("src", ROOT))).length;
  const counted = { rooms: arrows.size, floors, arrows: count, entries };
  const isSmall = arrows.size <= 20 && floors <= 12 && count <= 110 && entries <= 16;
  assert(isSmall, JSON.stringify(counted));
});

Deno.test("Deno is named in main.ts, in src/system/ and src/files/, and nowhere else", async () => {
  const files = await filesThatSay(/\bDeno\.(?!build\.os\b|customInspect\b)/);
  const allowed = /^(main\.ts|src\/(system|files)\/.*)$/;
  assertEquals(files.filter((path) => !allowed.test(path)), []);
});

Deno.test("only src/cli/ knows Stricli", async () => {
  const files = await filesThatSay(/["']@stricli\//);
  assertEquals(files.filter((path) => !path.startsWith("src/cli/")), []);
});

Deno.test("only src/oauth/ knows oauth4webapi", async () => {
  const files = await filesThatSay(/["']oauth4webapi["']/);
  assertEquals(files.filter((path) => !path.startsWith("src/oauth/")), []);
});

Deno.test("nothing prints through the console, and only cli/print.ts writes to the streams", async () => {
  assertEquals(await filesThatSay(/\bconsole\./), []);
  const writers = await filesThatSay(/\bsystem\.write\(/);
  assertEquals(writers, ["src/cli/print.ts"]);
  const streams = await filesThatSay(/Deno(\.|\[)(stdout|stderr|stream)\b/);
  assertEquals(streams, [
    "src/system/deno.ts",
    "src/system/keyboard.ts",
    "src/system/program.ts",
    "src/system/stream.ts",
    "src/system/surroundings.ts",
  ]);
});

Deno.test("no request sets a timer by setTimeout, which loads node:timers for 10 ms", async () => {
  assertEquals(await filesThatSay(/\bset(Timeout|Interval)\(|@std\/async\/delay/), [
    "src/files/socket_file.ts",
    "src/proxy/pauses.ts",
    "src/proxy/proxy.ts",
    "src/system/browser.ts",
    "src/system/connections.ts",
    "src/system/listener.ts",
    "src/system/peer_issuer.ts",
    "src/system/peers.ts",
    "src/system/sleep.ts",
    "src/system/terminal.ts",
  ]);
});

Deno.test("programs are started in one file, which takes the secrets out of their environment", async () => {
  assertEquals(await filesThatSay(/\bDeno\.Command\(/), ["src/system/program.ts"]);
});

Deno.test("a secret is revealed in the named files only", async () => {
  assertEquals(await filesThatSay(/\.reveal\(\)/), MAY_REVEAL);
});

Deno.test("every source file opens with its one job and its one rule", async () => {
  const files = await filesUnder("src");
  const without = [];
  for (const path of files) {
    const head = (await read(path)).split("\n\n")[0] ?? "";
    const isComment = head.split("\n").every((line) => line.startsWith("//"));
    if (!isComment || !/Rule:|The one command whose answer is a secret/.test(head)) {
      without.push(path);
    }
  }
  assertEquals(without.filter((path) => !path.startsWith("src/commands/")), []);
});

Deno.test("no file of src/ has more than 250 lines, no function more than 40, but for those named here", async () => {
  const long = new Map<string, number>();
  for (const path of ["main.ts", ...await filesUnder("src")]) {
    const source = await read(path);
    if (linesOf(source) > 250) long.set(path, linesOf(source));
    for (const [name, lines] of longFunctions(path, source, 40)) long.set(name, lines);
  }
  const named = Object.entries(TOO_LONG);
  const grown = [...long].filter(([name, lines]) => lines > (TOO_LONG[name] ?? 0));
  assertEquals(grown, [], "make it shorter; it is not added here");
  assertEquals(named.filter(([name]) => !long.has(name)), [], "short by now: take it off the list");
});

Deno.test("long functions are found, whatever kind they are", () => {
  const body = "{\n\n\n}";
  const source = `function declared() ${body}
const arrow = () => ${body};
const short = () => 1;
export const held = { method() ${body}, of: function () ${body} };
[].map(() => ${body});`;
  assertEquals([...longFunctions("x.ts", source, 3)], [
    ["x.ts declared", 4],
    ["x.ts arrow", 4],
    ["x.ts method", 4],
    ["x.ts of", 4],
    ["x.ts (without a name)", 4],
  ]);
});

Deno.test("no default export, no `any`, no non-null assertion, no enum in src/", async () => {
  const said = /^export default|:\s*any\b|\bas any\b|<any>|^(export )?(const )?enum /m;
  assertEquals(await filesThatSay(said), []);
});

Deno.test("the sandbox never imports from src/", async () => {
  const files = await filesUnder("tests/sandbox");
  const wrong = [];
  for (const path of files) if (/from "(\.\.\/)+src\//.test(await read(path))) wrong.push(path);
  assertEquals(wrong, []);
});

Deno.test("each file that the bundle puts together with others is there", async () => {
  const source = await read("tools/bundle.ts");
  const groups = source.slice(source.indexOf("const GROUPS"), source.indexOf("}).map("));
  let names = Array.from(groups.matchAll(/"(.+?)\|?"/g), ([, part]) => part).join("|");
  while (names.includes("(")) {
    names = names.replaceAll(
      /([\w/]*)\(([^()]*)\)/g,
      (_, start, ends: string) => ends.split("|").map((end) => start + end).join("|"),
    );
  }
  const grouped = names.split("|").map((name) => `src/${name}.ts`);
  assert(grouped.length > 50, `only ${grouped.length} files were found`);
  const there = await filesUnder("src");
  assertEquals(grouped.filter((path) => !there.includes(path)), []);
});

Deno.test("the version in commands.ts is that of deno.json", async () => {
  const { version } = JSON.parse(await read("deno.json"));
  const { VERSION } = await import("../src/cli/tree/commands.ts");
  assertEquals(VERSION, version);
});

async function sourceModules(): Promise<{ path: string; dependencies: readonly Dependency[] }[]> {
  return (await modules())
    .filter(({ specifier }) => specifier.startsWith(ROOT.href))
    .map(({ specifier, dependencies }) => ({
      path: localPath(specifier),
      dependencies: dependencies ?? [],
    }));
}

function localImports(dependencies: readonly Dependency[]): string[] {
  return dependencies
    .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
    .filter((specifier) => specifier !== undefined)
    .filter((specifier) => specifier.startsWith(ROOT.href))
    .map(localPath);
}

/** The folder of a file; a file that lies in src/ itself is a room of its own. */
function roomName(path: string): string {
  const folders = path.split("/").slice(0, -1);
  return folders.length < 2 ? folders[0] === "types" ? "types" : path : folders.join("/");
}

function roomOf(path: string): number {
  return ROOMS.indexOf(roomName(path));
}

function mayImport(from: string, to: string): boolean {
  const [above, below] = [roomOf(from), roomOf(to)];
  if (above < 0 || below < 0) return false;
  return above < below || (above === below && !from.startsWith("src/commands/"));
}

/** All that a file imports, and what that imports. */
function reached(start: string, graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    for (const next of graph.get(path) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      visit(next);
    }
  };
  visit(start);
  return seen;
}

function floorOf(room: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): number {
  const below = [...arrows.get(room) ?? []].map((next) => floorOf(next, arrows));
  return 1 + Math.max(0, ...below);
}

async function filesThatSay(pattern: RegExp): Promise<string[]> {
  const files = ["main.ts", ...await filesUnder("src")];
  const saying = [];
  for (const path of files) if (pattern.test(withoutComments(await read(path)))) saying.push(path);
  return saying;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

async function filesUnder(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesUnder(path));
    else if (path.endsWith(".ts")) files.push(path);
  }
  return files.sort();
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}
