// A login's file that was edited: the real program, and a server that records whatever reaches it.
// Rule: what is no address of a server makes the file a damaged one, and nothing is sent.
import { serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { LOGIN, putLogin, STALE } from "../support/logins.ts";
import { runProgram } from "../support/program.ts";

/** Plain HTTP to this computer by a name that is not loopback: what is sent there would be heard. */
const EDITS: Readonly<Record<string, (port: number) => object>> = {
  "a plain token endpoint elsewhere": (port) => ({
    tokenEndpoint: `http://0.0.0.0:${port}/token`,
    origins: [`http://0.0.0.0:${port}`],
  }),
  "nonsense for a token endpoint": () => ({ tokenEndpoint: "nonsense", origins: undefined }),
};

for (const [what, edit] of Object.entries(EDITS)) {
  Deno.test(`a login with ${what} is a damaged file, and sends nothing`, async () => {
    const heard: string[] = [];
    await using server = Deno.serve(
      { hostname: "0.0.0.0", port: 0, onListen: () => {} },
      (asked) => {
        heard.push(asked.url);
        return Response.json({ access_token: "new-access", token_type: "Bearer" });
      },
    );
    await using home = await makeHome();
    for (const [command, login] of [["refresh", STALE], ["whoami", LOGIN]] as const) {
      putLogin(home.configDir, login);
      const fields = { ...JSON.parse(serializeTokenSet(login)), ...edit(server.addr.port) };
      await Deno.writeTextFile(home.credentialsFile(), JSON.stringify(fields));
      const { code, stderr } = await runProgram([command], { home: home.path });
      assertEquals(heard, []);
      assertEquals(code, 7, stderr);
      assertStringIncludes(stderr, "its tokenEndpoint is not the address of a server");
    }
  });
}
