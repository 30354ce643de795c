// The house rules, read off the code itself. Rule: what ARCHITECTURE.md promises is tested here.

import { assertEquals } from "@std/assert";
import { type Dependency, localPath, modules } from "./support/module_graph.ts";

/** The rooms from top to bottom; imports point down this list only. */
const ROOMS: readonly string[] = [
  "main.ts",
  "src/cli/",
  "src/commands/",
  "src/sign_in/",
  "src/checks/",
  "src/api/",
  "src/session.ts",
  "src/grants.ts",
  "src/environment_login.ts",
  "src/environment_advice.ts",
  "src/account.ts",
  "src/login_expiry.ts",
  "src/anaplan.ts",
  "src/authorization_server.ts",
  "src/belonging.ts",
  "src/regions.ts",
  "src/oauth/",
  "src/settings.ts",
  "src/profiles.ts",
  "src/place.ts",
  "src/last_failure.ts",
  "src/store.ts",
  "src/locked_login.ts",
  "src/put_back.ts",
  "src/rescue.ts",
  "src/lock_file.ts",
  "src/ca_file.ts",
  "src/named_file.ts",
  "src/set_aside.ts",
  "src/loose_places.ts",
  "src/replacement.ts",
  "src/private_directory.ts",
  "src/private_file.ts",
  "src/command.ts",
  "src/system",
  "src/needs.ts",
  "src/token_sets.ts",
  "src/token_set.ts",
  "src/proxies.ts",
  "src/near_names.ts",
  "src/errors.ts",
  "src/secret.ts",
  "src/masking.ts",
  "src/names.ts",
  "src/urls.ts",
  "src/json.ts",
  "src/text.ts",
  "src/retry_after.ts",
  "src/trust_commands.ts",
  "src/version.ts",
  "types/",
];

const MAY_REVEAL: readonly string[] = [
  "src/anaplan.ts",
  "src/api/answer.ts",
  "src/belonging.ts",
  "src/commands/exec.ts",
  "src/commands/token.ts",
  "src/oauth/authorization_code.ts",
  "src/oauth/client.ts",
  "src/oauth/device.ts",
  "src/oauth/loopback.ts",
  "src/oauth/paste.ts",
  "src/oauth/refusals.ts",
  "src/oauth/revocation.ts",
  "src/oauth/token_response.ts",
  "src/oauth/wire.ts",
  "src/system/http_client.ts",
  "src/system/peer_issuer.ts",
  "src/token_sets.ts",
];

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

Deno.test("Deno is named in main.ts, at the doors to the world and to the disk, and nowhere else", async () => {
  const files = await filesThatSay(/\bDeno\.(?!build\.os\b|customInspect\b)/);
  const allowed =
    /^(main\.ts|src\/system(\.ts|\/.*)|src\/(private_file|replacement|private_directory|lock_file|named_file|ca_file|loose_places|set_aside)\.ts)$/;
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
  assertEquals(streams, ["src/system.ts", "src/system/keyboard.ts", "src/system/stream.ts"]);
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

Deno.test("the version in version.ts is that of deno.json", async () => {
  const { version } = JSON.parse(await read("deno.json"));
  const { VERSION } = await import("../src/version.ts");
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

function roomOf(path: string): number {
  return ROOMS.findIndex((room) => path === room || path.startsWith(room));
}

function mayImport(from: string, to: string): boolean {
  const [above, below] = [roomOf(from), roomOf(to)];
  if (above < 0 || below < 0) return false;
  const isFolder = ROOMS[above]?.endsWith(".ts") === false;
  return above < below || (above === below && isFolder && !from.startsWith("src/commands/"));
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
