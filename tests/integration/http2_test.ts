// The listener over HTTP/2, which every browser speaks to it: Deno.serve offers it by itself.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { http2StatusOf } from "../support/raw_traffic.ts";
import { sandboxPerson } from "../support/sandbox_person.ts";

async function statusOver2(query: (state: string) => string): Promise<number> {
  await using sandbox = await startSandbox();
  let status = 0;
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before: async (url) => {
      const state = new URL(url).searchParams.get("state") ?? "";
      status = await http2StatusOf(`${person.redirectUri}?${query(state)}`);
    },
  });
  await login(person.flags, person.context);
  return status;
}

Deno.test("over HTTP/2 a forged state gets the friendly 400 page, not a 421", async () => {
  assertEquals(await statusOver2(() => "code=forged&state=forged"), 400);
});

Deno.test("over HTTP/2 a declined sign-in is heard, and answered with its page", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before(url) {
      const state = new URL(url).searchParams.get("state") ?? "";
      const back = `${person.redirectUri}?error=access_denied&state=${state}`;
      status = http2StatusOf(back);
      return new Promise(() => {}); // the browser that answered is the only one
    },
  });
  let status = Promise.resolve(0);
  const error = await login({ ...person.flags, timeout: 2000 }, person.context).catch(String);
  assertStringIncludes(String(error), "access_denied");
  assertEquals(await status, 403);
});
