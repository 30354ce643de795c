// A process that was stopped during a request: SIGSTOP acts as a laptop that slept.
// Rule: the answer that lies in the socket is read, not asked for again.
import { assertEquals } from "@std/assert";

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
