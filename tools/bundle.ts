// deno task bundle: one minified program with its lazily loaded parts beside it, in dist/bundle/.
// Rule: the same sources give the same bytes, wherever and whenever the bundle is made.

import { rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { type OutputChunk, type Plugin, rolldown } from "npm:rolldown@1.3.2";
import config from "../deno.json" with { type: "json" };
import { shellLauncher } from "./launchers.ts";
import { DIST, filesBelow, ROOT, say } from "./tool.ts";
import { packagesOf } from "./packages.ts";
import { inStage } from "./stage.ts";

/**
 * Files that are needed together are one file of the bundle, since each costs a start its time.
 *
 * `start` is what every start needs, and `token`, which is called most; main.ts is not in it, since who waits
 * at the top level of a file must not be in the file that others wait for. `session` is what every command
 * needs that looks at a login, `shared` what a fresh token from a login store needs besides, `request` what every command needs that asks a server.
 */
const GROUPS = Object.entries({
  start: "base/(errors|json|secret|words)|cli/(app|print)|cli/tree/commands|" +
    "commands/token|files/private_file|settings/location|store/fresh_login|oauth/token_set|" +
    "system/(deno|needs|stream|surroundings)",
  session:
    "base/(attempts|urls)|files/(ca_file|config_(fields|file)|lock_file|named_file|real_path|replacement|set_aside)|provider/belonging|" +
    "session/(advice_in_use|grants|session)|settings/(client_environment|profiles|settings|table)|" +
    "store/(key_source|locked_login|locking|logins|put_back|rescue|sealed_store|sealed_text|sealing)|oauth/token_sets|" +
    "system/(key_needs|signals)",
  shared:
    "store/(local_copy|shared_rescue|shared_settings|shared_store|store_choice)|store/engines/(address|engine|password)",
  sharing:
    "base/names|files/this_process|store/(row_when_needed|shared_(delivery|directory|elsewhere|login|place))|" +
    "store/engines/(lock_wait|row_texts)|system/(dial|framing|guarded_request|http_wire|input|long_wait|peers)",
  request:
    "base/(masking|retry_after)|oauth/(answer_fields|id_token|refresh|token_response|wire)|" +
    "provider/(authorization_server|regions)|system/(http|http_client|proxies|silence|unpacked)",
}).map(([name, files]) => ({ name, test: new RegExp(`/src/(${files})\\.ts$`) }));

/** When every file was made, as npm says it: the time goes into the one file. */
const MADE_AT = new Date("1985-10-26T08:15:00Z");

/** Makes `bundle/` in a directory, and `bin/anaplan-auth`, which starts it. */
export async function makeBundle(dist: string): Promise<void> {
  const { chunks, packages, licences } = await inStage(async (directory) => {
    const chunks = await bundled(directory);
    return { chunks, ...await packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds)) };
  });
  const files = new Map([
    // Node and Deno read from here that this is ESM, whatever the directories above say.
    ["package.json", '{ "type": "module" }\n'],
    ["packages.json", JSON.stringify(packages, undefined, 2) + "\n"], // for the bill of materials
    ["THIRD_PARTY_LICENSES", licences],
    ["LICENSE", await Deno.readTextFile(`${ROOT}/LICENSE`)],
  ]);
  for (const { fileName, code, map } of chunks) {
    files.set(fileName, code);
    if (map !== null) files.set(`${fileName}.map`, map.toString());
  }
  const launcher = new Map([["anaplan-auth", shellLauncher(Deno.execPath())]]);
  await replaceFiles(`${dist}/bundle`, files, 0o644);
  await replaceFiles(`${dist}/bin`, launcher, 0o755);
  for (const name of await filesBelow(`${dist}/bundle`)) {
    if (!files.has(name)) await rm(`${dist}/bundle/${name}`); // last: a command may just start with the old main.js
  }
}

/** Puts files in a directory from which commands may start meanwhile: each as a whole, main.js after what it imports. */
async function replaceFiles(
  directory: string,
  files: ReadonlyMap<string, string>,
  mode: number,
): Promise<void> {
  const beside = `${directory}.new`;
  await rm(beside, { recursive: true, force: true });
  for (const path of [directory, beside]) await Deno.mkdir(path, { recursive: true });
  for (const [name, text] of files) {
    await Deno.writeTextFile(`${beside}/${name}`, text, { mode });
    await Deno.utime(`${beside}/${name}`, MADE_AT, MADE_AT);
  }
  const isMain = (name: string): boolean => name === "main.js";
  for (const name of [...files.keys()].sort((a, b) => Number(isMain(a)) - Number(isMain(b)))) {
    await Deno.rename(`${beside}/${name}`, `${directory}/${name}`);
  }
  await rm(beside, { recursive: true });
}

async function bundled(cwd: string): Promise<OutputChunk[]> {
  await using bundle = await rolldown({
    cwd,
    input: "main.ts",
    platform: "neutral",
    external: (id) => id.startsWith("node:") && !SMALL.includes(id),
    plugins: [PACKAGES],
    // GROUPS says what is in which file; how long a busy computer takes is no warning
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    resolve: {
      mainFields: ["module", "main"],
      conditionNames: ["import", "module", "default"],
      alias: ALIASES,
    },
  });
  const { output } = await bundle.generate({
    format: "esm",
    minify: true,
    sourcemap: "hidden",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: GROUPS },
  });
  return output.filter((file) => file.type === "chunk");
}

const NOTHING = "module.exports = {};";

/**
 * What `pg` requires, and what it gets for that: each of Node's modules costs milliseconds, and `require("events")` is
 * not there at all. It speaks through a stream of ours, every column stays text, and a password is in the address.
 */
const REQUIRED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["dns", "fs", "net", "pg-cloudflare", "pg-connection-string", "pgpass", "tls"]
      .map((name) => [name, NOTHING]),
  ),
  // SCRAM needs the Web Crypto API alone; Node's module is for the md5 passwords of old servers
  crypto: "module.exports = { webcrypto: globalThis.crypto, " +
    'createHash: (name) => process.getBuiltinModule("node:crypto").createHash(name) };',
  "pg-types": "module.exports = { getTypeParser: () => String, setTypeParser() {} };",
  util: "module.exports = { deprecate: (call) => call };",
  "util/types": "module.exports = { isDate: (value) => value instanceof Date };",
};

/** In place of these modules it gets {@link SMALL_NODE}. */
const SMALL = ["events", "node:buffer", "node:events"];
const SMALL_NODE = "\0small_node.js";

/**
 * What `pg` finds in place of `process`, which loads for 6 ms, and of node:timers: what variables say is not for us, a
 * microtask is soon enough, and it sets no timer. On no line of its own, so that the source map stays right.
 */
const GLOBALS = "const clearTimeout = () => {}, process = { env: {}, " +
  "nextTick: (call, ...given) => queueMicrotask(() => call(...given)) }, " +
  '{ Buffer } = require("node:buffer"); ';

const PACKAGES: Plugin = {
  name: "packages",
  resolveId(id) {
    if (SMALL.includes(id)) return SMALL_NODE;
    if (id in REQUIRED) return `\0required:${id}.cjs`;
    if (isBuiltin(id) && !id.startsWith("node:")) throw new Error(`A package requires ${id}`);
    return null;
  },
  load: (id) =>
    id === SMALL_NODE
      ? Deno.readTextFileSync(`${ROOT}/tools/small_node.js`)
      : REQUIRED[/^\0required:(.+)\.cjs$/.exec(id)?.[1] ?? ""] ?? null,
  transform: (code, id) =>
    /[/\\]node_modules[/\\]pg(-protocol)?[/\\]/.test(id)
      ? { code: GLOBALS + code, map: null }
      : null,
};

/** The import map's names that are not those of packages. */
const ALIASES = Object.fromEntries(
  Object.entries(config.imports)
    .map(([name, target]) => [name, target.replace(/^npm:(@?[^@]+)@[^/]+/, "$1")] as const)
    .filter(([name, path]) => name !== path),
);

if (import.meta.main) {
  await makeBundle(DIST);
  const names = (await filesBelow(`${DIST}/bundle`)).filter((name) => name.endsWith(".js"));
  const sizes = names.map((name) => Deno.statSync(`${DIST}/bundle/${name}`).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  say(`dist/bundle: ${names.length} files, ${Math.round(total / 1024)} KiB`);
}
