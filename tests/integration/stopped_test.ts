// A process that was stopped during a request: SIGSTOP acts as a laptop that slept.
// Rule: the answer that lies in the socket is read, not asked for again.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const HTTP = new URL("../../src/system/http.ts", import.meta.url).href;

Deno.test({
  name: "an answer that came while the process was stopped is read, though its time is up",
  ignore: Deno.build.os === "windows",
  async fn() {
    let asked = 0;
    const arrived = Promise.withResolvers<void>();
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
      asked++;
      arrived.resolve();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return new Response("the answer");
    });
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const code = `import { fetchWhole } from "${HTTP}";
      const request = { method: "POST", url: "${url}", body: "", timeout: 800 };
      console.log(await (await fetchWhole(request, () => {})).text());`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", code],
      stdout: "piped",
    }).spawn();
    await arrived.promise;
    child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    child.kill("SIGCONT");
    const [said, { code: exit }] = await Promise.all([
      new Response(child.stdout).text(),
      child.status,
    ]);
    assertEquals([said, exit, asked], ["the answer\n", 0, 1]);
  },
});

Deno.test({
  name: "a sign-in that ended while login was stopped counts, though its time is up",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    const { clientId, clientSecret } = sandbox.clients.rotating;
    const flags = sandboxFlags(sandbox, { clientId }, registeredListener(sandbox));
    await using program = await startProgram(["login", ...flags, "--timeout", "2s"], {
      home: home.path,
      env: { ANAPLAN_CLIENT_SECRET: clientSecret },
    });
    const [address] = await program.said(SIGN_IN_ADDRESS);
    await program.said(/Waiting up to 2 s/);
    program.signal("SIGSTOP");
    const page = browse(address).catch(({ message }) => ({ body: message }));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    program.signal("SIGCONT");
    assertStringIncludes((await page).body, "You are signed in");
    assertEquals((await program.outcome).code, 0);
  },
});
