// deno task bundle: one minified program with its lazily loaded parts beside it, in dist/bundle/.
// Rule: the same sources give the same bytes, wherever and whenever the bundle is made.

import { type OutputChunk, rolldown } from "rolldown";
import { shellLauncher } from "./launchers.ts";
import { DIST, filesBelow, ROOT } from "./paths.ts";
import { packagesOf, thirdPartyLicences } from "./packages.ts";
import { say } from "./process.ts";
import { makeStage } from "./stage.ts";

/**
 * Files that are needed together are one file of the bundle, since each costs a start its time.
 *
 * `start` is what every start needs, and `token`, which is called most; main.ts is not in it, since who waits
 * at the top level of a file must not be in the file that others wait for. `session` is what every command
 * needs that looks at a login, `request` what every command needs that asks a server.
 */
const GROUPS = [
  {
    name: "start",
    test: ours(
      "base/(errors|json|secret|text|version)|cli/(app|print)|cli/help/root_help|cli/tree/(commands|parse)|" +
        "command|commands/token|files/private_(directory|file)|settings/location|store/(logins|token_set)|" +
        "system/(deno|needs|stream|surroundings)",
    ),
  },
  {
    name: "session",
    test: ours(
      "base/urls|files/(ca_file|config_file|lock_file|named_file|replacement|set_aside)|provider/belonging|" +
        "session/(environment_advice|grants|session)|settings/(profiles|settings)|" +
        "store/(key_source|locked_login|put_back|rescue|sealed_store|sealed_text|sealing|token_sets)|" +
        "system/(key_needs|signals)",
    ),
  },
  {
    name: "request",
    test: ours(
      "base/(masking|retry_after)|oauth/(answer_fields|client|token_response|wire)|" +
        "provider/(authorization_server|regions)|system/(http|http_client|proxies)",
    ),
  },
];

function ours(names: string): RegExp {
  return new RegExp(`/src/(${names})\\.ts$`);
}

/** When every file was made, as npm says it, too: the time goes into the one file. */
const MADE_AT = new Date("1985-10-26T08:15:00Z");

/** Makes `bundle/` in a directory, from nothing, and `bin/anaplan-auth`, which starts it. */
export async function makeBundle(dist: string): Promise<void> {
  await using stage = await makeStage();
  const chunks = await bundled(stage.directory);
  const packages = await packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds));
  const directory = `${dist}/bundle`;
  await Deno.remove(directory, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(directory, { recursive: true });
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(`${directory}/${name}`, text);
  for (const { fileName, code, map } of chunks) {
    await write(fileName, code);
    if (map !== null) await write(`${fileName}.map`, map.toString());
  }
  // Node and Deno read from here that this is ESM, whatever the directories above say.
  await write("package.json", '{ "type": "module" }\n');
  await write("THIRD_PARTY_LICENSES", await thirdPartyLicences(packages));
  const named = packages.map(({ directory: _, ...rest }) => rest);
  await write("packages.json", JSON.stringify(named, undefined, 2) + "\n"); // for the bill of materials
  await Deno.copyFile(`${ROOT}/LICENSE`, `${directory}/LICENSE`);
  for (const name of await filesBelow(directory)) {
    await Deno.utime(`${directory}/${name}`, MADE_AT, MADE_AT);
  }
  await Deno.mkdir(`${dist}/bin`, { recursive: true });
  await Deno.writeTextFile(`${dist}/bin/anaplan-auth`, shellLauncher(Deno.execPath()), {
    mode: 0o755,
  });
}

async function bundled(cwd: string): Promise<OutputChunk[]> {
  await using bundle = await rolldown({
    cwd,
    input: "main.ts",
    platform: "neutral",
    external: /^node:/,
    resolve: {
      mainFields: ["module", "main"],
      conditionNames: ["import", "module", "default"],
      alias: await importMap(cwd),
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

/** The import map's names that are not those of packages. */
async function importMap(directory: string): Promise<Record<string, string>> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${directory}/deno.json`),
  );
  const entries = Object.entries(imports).flatMap(([name, target]) => {
    const [, packageName = "", path = ""] = /^npm:(@?[^@]+)@[^/]+(.*)$/.exec(target) ?? [];
    return packageName + path === name ? [] : [[name, packageName + path]];
  });
  return Object.fromEntries(entries);
}

if (import.meta.main) {
  await makeBundle(DIST);
  const directory = `${DIST}/bundle`;
  const names = (await filesBelow(directory)).filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(
    names.map(async (name) => (await Deno.stat(`${directory}/${name}`)).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  say(`dist/bundle: ${names.length} files, ${Math.round(total / 1024)} KiB`);
}
