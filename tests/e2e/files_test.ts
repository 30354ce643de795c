// What a login leaves on the disk.
// Rule: modes and texts are read by hand; who may read what matters more than what is in there.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags, signIn } from "../support/sign_in.ts";

const HAS_MODES = Deno.build.os !== "windows";

/** Every path under the configuration directory with its mode, the directory itself first. */
async function modes(home: Home): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  async function walk(path: string): Promise<void> {
    const info = await Deno.lstat(path);
    found.set(path.slice(home.configDir.length) || "/", ((info.mode ?? 0) & 0o777).toString(8));
    if (!info.isDirectory) return;
    for await (const { name } of Deno.readDir(path)) await walk(`${path}/${name}`);
  }
  await walk(home.configDir);
  return found;
}

Deno.test({
  name: "after a login every directory is 0700 and every file 0600",
  ignore: !HAS_MODES,
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signIn(sandbox, home);
    assertEquals((await runProgram(["refresh"], { home: home.path })).code, 0);
    const found = await modes(home);
    const isDirectory = (path: string): boolean => !/\.\w+$/.test(path);
    const wrong = [...found].filter(([path, mode]) => mode !== (isDirectory(path) ? "700" : "600"));
    assertEquals(wrong, []);
    for (const path of ["/", "/config.json", "/credentials", "/credentials/default.json", "/tls"]) {
      assert(found.has(path), `${path} is there`);
    }
  },
});

Deno.test("only the credentials and the listener's key are secret; the settings hold none", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signIn(sandbox, home);
  const login = await home.credentials();
  const secrets = [login?.accessToken, login?.refreshToken, login?.clientSecret, "PRIVATE KEY"];
  const holders = new Set<string>();
  for (const path of (await modes(home)).keys()) {
    const text = await Deno.readTextFile(home.configDir + path).catch(() => "");
    if (secrets.some((secret) => secret === undefined || text.includes(secret))) holders.add(path);
  }
  assertEquals([...holders].sort(), ["/credentials/default.json", "/tls/listener.json"]);
});

Deno.test({
  name: "an open directory is refused by the next login before a browser is opened, and stays open",
  ignore: !HAS_MODES,
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await Deno.mkdir(home.configDir, { recursive: true, mode: 0o755 });
    await Deno.chmod(home.configDir, 0o755);
    const flags = sandboxFlags(sandbox, sandbox.clients.rotating, registeredListener(sandbox));
    const { code, stderr } = await runProgram(["login", ...flags], { home: home.path });
    assertEquals(code, 7);
    assertStringIncludes(stderr, "Cannot use ~/.config/anaplan-auth: other users can open it.");
    assertEquals([...await modes(home)], [["/", "755"]]);
  },
});

Deno.test({
  name: "a login that is a symbolic link is refused, and what it leads to is left alone",
  ignore: !HAS_MODES,
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signIn(sandbox, home);
    const elsewhere = `${home.path}/elsewhere.json`;
    await Deno.rename(home.credentialsFile(), elsewhere);
    await Deno.symlink(elsewhere, home.credentialsFile());
    const before = await Deno.readTextFile(elsewhere);
    for (const command of ["whoami", "refresh", "logout"]) {
      assertEquals((await runProgram([command], { home: home.path })).code, 7, command);
    }
    assertEquals(await Deno.readTextFile(elsewhere), before);
  },
});
