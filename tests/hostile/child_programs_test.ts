// What the programs that `cert trust` starts find in their environment: real programs that write it down.
import { assertEquals } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { runBounded } from "./wrapped.ts";

const SECRETS = {
  ANAPLAN_CLIENT_SECRET: "hush-client",
  SECRET: "hush-tutorial",
  ANAPLAN_REFRESH_TOKEN: "hush-refresh",
};

Deno.test({
  name: "no program that cert trust --yes runs inherits a secret of the environment",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await makeHome();
    const [bin, seen] = [`${home.path}/bin`, `${home.path}/seen`];
    Deno.mkdirSync(bin);
    for (const name of ["mkdir", "certutil"]) {
      const script = `#!/bin/sh\necho program ${name} >> '${seen}'\nenv >> '${seen}'\n`;
      Deno.writeTextFileSync(`${bin}/${name}`, script, { mode: 0o755 });
    }
    const env = { ...SECRETS, PATH: `${bin}:${Deno.env.get("PATH")}` };
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
