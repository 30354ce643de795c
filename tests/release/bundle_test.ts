// The bundle and the one file: the same bytes every time, only what is needed is read, and what is inside an
// executable is the bundle with the permissions that it needs.
// Rule: an executable is read, never run: its runtime is a stand-in, since the real one is not on npm.
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { VERSION } from "../../src/cli/tree/commands.ts";
import { makeBundle } from "../../tools/bundle.ts";
import { compile, differences, writeSums } from "../../tools/compile.ts";
import { readEmbedded } from "../../tools/embedded.ts";
import { installArguments } from "../../tools/install.ts";
import { RUN_FLAGS } from "../../tools/launchers.ts";
import { writeBill } from "../../tools/sbom.ts";
import { filesBelow, output } from "../../tools/tool.ts";
import { TARGETS } from "../../tools/targets.ts";
import { staleLogin } from "../hostile/stale_login.ts";
import { testWith } from "../support/needs.ts";
import { SOCKET_STAGE } from "../../src/files/socket_file.ts";
import { certificates } from "../support/certificates.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { bareEnvironment, runProgram } from "../support/program.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { tempDir } from "../support/temp_dir.ts";

const KIB = 1024;
const HOUR = 3_600_000;
const made = Deno.makeTempDirSync({ prefix: "anaplan-auth-made-" });
const BUNDLE = `${made}/bundle`;
const BIN = `${made}/bin/anaplan-auth`;
globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
await makeBundle(made);
const FILES = await filesBelow(BUNDLE);

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(BIN, {
    args,
    clearEnv: true,
    env: await bareEnvironment("/nonexistent"),
    stdin: "null",
  }).output();
  const [stdout = "", stderr = ""] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code: output.code, stdout, stderr };
}

Deno.test("two runs make the same bundle, byte by byte, and no path of the machine is in it", async () => {
  using other = tempDir();
  await makeBundle(other.path);
  assertEquals(await filesBelow(`${other.path}/bundle`), FILES);
  for (const name of FILES) {
    const [one, two] = [made, other.path].map((path) =>
      Deno.readTextFileSync(`${path}/bundle/${name}`)
    );
    assert(one === two, `${name} differs`);
    assert(
      !one?.includes(Deno.cwd()) && !one?.replaceAll(SOCKET_STAGE, "").includes("/tmp/"),
      `${name} holds a path`,
    );
  }
});

Deno.test("the bundle says its version, and what it was made from", async () => {
  assertEquals(await run("--version"), { code: 0, stdout: `${VERSION}\n`, stderr: "" });
  assertMatch((await run("help", "reference")).stdout, /^Version [\d.]+, commit \w+/m);
});

Deno.test("every file of the bundle that holds code of the program has its source map beside it", () => {
  const programs = FILES.filter((name) => /^(?!rolldown-runtime).*\.js$/.test(name));
  const withCode = programs.filter((name) =>
    !/^(import|export)\{?[^(]*;?$/.test(Deno.readTextFileSync(`${BUNDLE}/${name}`))
  );
  assert(withCode.length > 20);
  assertEquals(withCode.filter((name) => !FILES.includes(`${name}.map`)), []);
});

/** Which files each start reads, without what the bundler adds to their names; and how much that is. */
const READS: readonly (readonly [string[], string[], number])[] = [
  [["--version"], ["main", "start"], 24 * KIB],
  [["--help"], ["main", "root_help", "start"], 24 * KIB],
  [["token"], ["main", "start"], 24 * KIB],
];
for (const [argv, files, limit] of READS) {
  testWith(
    await findStrace(),
    `${argv.join(" ")} from the bundle reads ${files.join(", ")} and nothing else`,
    async (strace) => {
      const url = "https://127.0.0.1:1";
      const endpoints = { authorization: url, token: url, apiUrl: url, authUrl: url };
      const service = { endpoints, caFile: "/dev/null" };
      await using home = await staleLogin(service, { expiresAt: Date.now() + HOUR });
      const log = `${home.path}/trace`;
      const { success } = await new Deno.Command(strace, {
        args: [
          ...["-f", "-qq", "-e", "trace=openat", "-o", log, Deno.execPath(), ...RUN_FLAGS],
          ...[`${BUNDLE}/main.js`, ...argv],
        ],
        clearEnv: true,
        env: await bareEnvironment(home.path),
        stdout: "null",
      }).output();
      assert(success);
      // another thread may come between a call and its end; then its line ends with "unfinished"
      const calls = Deno.readTextFileSync(log).matchAll(/"([^"]+\.js)"[^\n]*( = \d|<unfinished)/g);
      const opened = [...calls].map(([, path = ""]) => path);
      assertEquals(opened.filter((path) => !path.startsWith(BUNDLE)), []);
      const names = opened.map((path) => path.slice(BUNDLE.length + 1));
      assertEquals(names.map((name) => name.replace(/(-.{8})?\.js$/, "")).sort(), files);
      const texts = opened.map((path) => Deno.readTextFileSync(path));
      assertEquals(texts.filter((text) => /["'`]node:/.test(text)), []);
      const bytes = names.reduce((sum, name) => sum + Deno.statSync(`${BUNDLE}/${name}`).size, 0);
      assert(bytes > 10 * KIB && bytes <= limit, `${bytes} bytes`);
    },
  );
}

testWith(
  findPostgres(),
  "a refresh through PostgreSQL from the bundle loads none of Node's modules",
  async (bin) => {
    await using made = await certificates();
    await using postgres = await startPostgres(bin, {
      settings: ["ssl=on"],
      files: { "server.crt": made.good.certificate, "server.key": made.good.key },
    });
    await using world = await sharedWorld(postgres, 1);
    const { path = "" } = world.homes[0] ?? {};
    const url = `${postgres.url.replace("127.0.0.1", "localhost")}?sslmode=verify-full`;
    const { code, stdout, stderr } = await runProgram(["refresh"], {
      home: path,
      executable: BIN,
      env: {
        ...{ ...world.env, ANAPLAN_AUTH_STORE: `${url}&sslrootcert=${made.authorityFile}` },
        ...{ TMPDIR: path, DENO_LOG_LAZY_LOAD: "1" }, // Deno lists what it loads of its own
      },
    });
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^Refreshed\./m);
    const loaded = new Set(stderr.match(/node:\w+/g));
    assertEquals([...loaded], []);
  },
  { sanitizeOps: false, sanitizeResources: false },
);

Deno.test("the one file holds the bundle, byte by byte, with the permissions that it needs", async () => {
  const target = TARGETS.find(({ triple }) => triple === Deno.build.target);
  assert(target !== undefined, `no one file is made for ${Deno.build.target}`);
  const path = await compile(made, target, true); // throws when it does not
  const executable = await Deno.readFile(path);
  const embedded = readEmbedded(executable);
  const inside = FILES.filter((name) => !/\.map$|^packages\.json$/.test(name));
  assertEquals([...embedded.files.keys()].sort(), inside);
  assertEquals(await differences(embedded, BUNDLE, inside), []);

  const files = new Map(embedded.files);
  files.set("main.js", new TextEncoder().encode("evil()"));
  files.set("more.js", new Uint8Array());
  const permissions = { ...embedded.permissions, allow_net: [], allow_ffi: [] };
  assertEquals(await differences({ ...embedded, files, permissions }, BUNDLE, inside), [
    "main.js differs",
    "more.js is also in it",
    "allow_net is []",
    "allow_ffi is []",
  ]);
  assertThrows(() => readEmbedded(executable.subarray(0, 1_000_000)), Error, "no program");
});

Deno.test("the bill of materials names every package with licence text, by the lock file's hashes", async () => {
  await writeBill(made); // checks it against the schema of CycloneDX
  const { components } = JSON.parse(Deno.readTextFileSync(`${made}/sbom.cdx.json`));
  const licences = Deno.readTextFileSync(`${BUNDLE}/THIRD_PARTY_LICENSES`);
  const { npm } = JSON.parse(
    Deno.readTextFileSync(new URL("../../deno.lock", import.meta.url)),
  );
  assert(components.length > 20);
  for (const { name, version, hashes } of components) {
    assert(licences.includes(`${name} ${version} (`), name);
    const integrity = Uint8Array.fromHex(hashes[0].content).toBase64();
    assertEquals(npm[`${name}@${version}`].integrity, `sha512-${integrity}`);
  }
  const shipped = components.map(({ name }: { name: string }) => name);
  for (const name of ["@stricli/core", "oauth4webapi", "@peculiar/x509"]) {
    assert(shipped.includes(name), name);
  }
  for (const name of ["oidc-provider", "playwright-core", "rolldown"]) {
    assert(!shipped.includes(name), name);
  }
});

Deno.test("deno install of the bundle makes a program that runs", async () => {
  await output(Deno.execPath(), installArguments(`${BUNDLE}/main.js`, { root: made }));
  const env = await bareEnvironment("/nonexistent");
  const path = `${env.PATH}:${Deno.execPath().replace(/\/[^/]*$/, "")}`;
  const said = await output(`${made}/bin/installed`, ["--version"], {
    env: { ...env, PATH: path },
  });
  assertEquals(said, `${VERSION}\n`);
});

Deno.test("SHA256SUMS is what sha256sum reads", async () => {
  const path = `${BUNDLE}/main.js`;
  await writeSums(made, [path]);
  const digest = await crypto.subtle.digest("SHA-256", Deno.readFileSync(path));
  assertEquals(
    Deno.readTextFileSync(`${made}/SHA256SUMS`),
    `${new Uint8Array(digest).toHex()}  main.js\n`,
  );
});

async function findStrace(): Promise<{ path: string | undefined; hint: string }> {
  const path = "/usr/bin/strace";
  const isThere = await Deno.stat(path).then(() => true, () => false);
  return { path: isThere ? path : undefined, hint: "strace: apt-get install strace" };
}
