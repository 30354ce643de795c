// Several programs, and what is around the program: other processes, a browser program.
// Rule: real processes, started by the test and ended with it.
import { assert, assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";

const AT_ONCE = 16;

Deno.test(`${AT_ONCE} processes that want a token at once send one refresh request`, async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  await home.changeCredentials({ expiresAt: Date.now() - 1 });
  const before = sandbox.requests.length;
  const outcomes = await Promise.all(
    Array.from({ length: AT_ONCE }, () => runProgram(["token"], { home: home.path })),
  );
  assertEquals(outcomes.map(({ code }) => code), Array(AT_ONCE).fill(0));
  assertEquals(new Set(outcomes.map(({ stdout }) => stdout)).size, 1);
  assertEquals(outcomes[0]?.stdout.trim(), (await home.credentials())?.accessToken);
  assertEquals(sandbox.requests.slice(before).map(({ path }) => path), ["/oauth/token"]);
});

Deno.test("$BROWSER is started with the address as its last argument, and reads who signed in", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const { rotating } = sandbox.clients;
  const script = new URL("../support/scripted_browser.ts", import.meta.url).pathname;
  const seen = `${home.path}/seen.json`;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  const { code, stderr } = await runProgram(argv, {
    home: home.path,
    env: {
      ANAPLAN_CLIENT_SECRET: rotating.clientSecret,
      BROWSER: `"${Deno.execPath()}" run --allow-all "${script}"`,
      SCRIPTED_BROWSER_OUT: seen,
    },
  });
  assertEquals(code, 0, stderr);
  const page = await written(seen);
  assertEquals(page.status, 200);
  assert(String(page.body).includes("Ada Lovelace"), String(page.body));
});

Deno.test({
  name: "a $BROWSER that is missing or fails makes room for the next, which inherits no secret",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    const { rotating } = sandbox.clients;
    const seen = `${home.path}/seen`;
    const failing = `${home.path}/failing`;
    const working = `${home.path}/working`;
    await Deno.writeTextFile(failing, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    const script = `#!/bin/sh\necho $# arguments > '${seen}'\nenv >> '${seen}'\n`;
    await Deno.writeTextFile(working, script, { mode: 0o755 });
    const flags = sandboxFlags(sandbox, rotating, registeredListener(sandbox));
    const { code, stderr } = await runProgram(["login", "--timeout", "1s", ...flags], {
      home: home.path,
      env: {
        BROWSER: `no-such-browser:${failing}:${working}`,
        ANAPLAN_CLIENT_SECRET: rotating.clientSecret,
      },
    });
    assertEquals(code, 5, stderr);
    const text = await Deno.readTextFile(seen);
    assertEquals([text.split("\n")[0], text.includes(rotating.clientSecret)], [
      "1 arguments",
      false,
    ]);
  },
});

/** What the browser wrote; it ends a moment after the program. */
async function written(path: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return JSON.parse(await Deno.readTextFile(path));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("The browser wrote nothing");
}
