// What the programs that this one starts find in their environment: real programs that write it down.
// Rule: the secrets of the surroundings reach the one program that the user named after `exec`, and no other.
import { assertEquals } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { staleLogin } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

const SECRETS = {
  ANAPLAN_CLIENT_SECRET: "hush-client",
  SECRET: "hush-tutorial",
  ANAPLAN_REFRESH_TOKEN: "hush-refresh",
};

/** A directory with programs of these names, each of which adds its environment to the file beside them. */
function recorders(directory: string, names: readonly string[]): { path: string; seen: string } {
  const [path, seen] = [`${directory}/bin`, `${directory}/seen`];
  Deno.mkdirSync(path);
  for (const name of names) {
    const script = `#!/bin/sh\necho program ${name} >> '${seen}'\nenv >> '${seen}'\n`;
    Deno.writeTextFileSync(`${path}/${name}`, script, { mode: 0o755 });
  }
  return { path: `${path}:${Deno.env.get("PATH")}`, seen };
}

Deno.test({
  name: "no program that cert trust --yes runs inherits a secret of the environment",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await makeHome();
    const { path, seen } = recorders(home.path, ["mkdir", "certutil"]);
    const env = { ...SECRETS, PATH: path };
    const { code, stderr } = await runBounded(["cert", "trust", "--yes"], { home: home.path, env });
    assertEquals(code, 0, stderr);
    const lines = Deno.readTextFileSync(seen).split("\n");
    assertEquals(lines.filter((line) => line.startsWith("program ")), [
      "program mkdir",
      "program certutil",
    ]);
    assertEquals(lines.filter((line) => line.includes("hush")), []);
  },
});

Deno.test({
  name: "exec adds the token to the environment, and hands on the rest of it as it is",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 3_600_000 });
    const { path, seen } = recorders(home.path, ["nightly"]);
    const env = { ANAPLAN_CLIENT_SECRET: "hush-client", SECRET: "hush-tutorial", PATH: path };
    const { code, stderr } = await runBounded(["exec", "--", "nightly"], { home: home.path, env });
    assertEquals(code, 0, stderr);
    const lines = Deno.readTextFileSync(seen).split("\n");
    assertEquals(lines.filter((line) => /hush|-token$/.test(line)).sort(), [
      "ANAPLAN_ACCESS_TOKEN=old-access-token",
      "ANAPLAN_CLIENT_SECRET=hush-client",
      "SECRET=hush-tutorial",
    ]);
  },
});
