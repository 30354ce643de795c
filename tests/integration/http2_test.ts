// The listener over HTTP/2, which every browser speaks to it: Deno.serve offers it by itself.
import { assertEquals, assertRejects } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/errors.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { http2StatusOf } from "../support/raw_traffic.ts";
import { sandboxPerson } from "../support/sandbox_person.ts";

Deno.test("over HTTP/2 a forged state gets the friendly 400 page, and the wait goes on", async () => {
  await using sandbox = await startSandbox();
  let status = 0;
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before: async () => {
      status = await http2StatusOf(`${person.redirectUri}?code=forged&state=forged`);
    },
  });
  await login(person.flags, person.context);
  assertEquals(status, 400);
});

Deno.test("over HTTP/2 an answer is heard, and its page arrives before the listener is closed", async () => {
  await using sandbox = await startSandbox();
  const page = Promise.withResolvers<number>();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before(url) {
      const state = new URL(url).searchParams.get("state") ?? "";
      page.resolve(http2StatusOf(`${person.redirectUri}?error=access_denied&state=${state}`));
      return new Promise(() => {}); // no other browser comes
    },
  });
  const flags = { ...person.flags, timeout: 5_000 };
  const error = await assertRejects(() => login(flags, person.context), CliError);
  assertEquals([error.oauthError, await page.promise], ["access_denied", 403]);
});
