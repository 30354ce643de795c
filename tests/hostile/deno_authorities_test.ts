// Authorities that Deno itself trusts: a file that others can change is refused before anything is sent.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { assertTwoLines, staleLogin, writeJson } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

for (const variable of ["DENO_CERT", "NODE_EXTRA_CA_CERTS"]) {
  Deno.test({
    name: `a CA file that ${variable} names is trusted only while no other user can change it`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using sandbox = await startSandbox();
      await using home = await staleLogin(sandbox);
      const { caFiles: _, ...profile } = JSON.parse(
        await Deno.readTextFile(`${home.configDir}/profiles/default.json`),
      );
      await writeJson(home, "profiles/default.json", profile);
      const caFile = `${home.path}/ca.pem`;
      await Deno.copyFile(sandbox.caFile, caFile);
      const options = { home: home.path, env: { [variable]: caFile } };
      await Deno.chmod(caFile, 0o666);
      const refused = await runBounded(["whoami"], options);
      assertTwoLines(refused, 2);
      assertStringIncludes(refused.stderr, `, or unset ${variable}`);
      assertEquals(sandbox.requests, []);
      await Deno.chmod(caFile, 0o644);
      await runBounded(["whoami"], options);
      assertEquals(sandbox.requests.length > 0, true, "the server is trusted by it");
    },
  });
}
