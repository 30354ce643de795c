// What else may come to the listener while a person signs in, and how the listener ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { isFree } from "../support/free_port.ts";
import { HALF_A_HANDSHAKE, leaveOpen, statusOf, talkPlainly } from "../support/raw_traffic.ts";
import { sandboxPerson } from "../support/sandbox_person.ts";

/** Signs in while this comes to the listener first. */
async function signInAmid(
  traffic: (redirectUri: string, state: string, port: number) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before: (url) =>
      traffic(person.redirectUri, new URL(url).searchParams.get("state") ?? "", person.port),
  });
  const done = login(person.flags, person.context);
  const page = await Promise.race([person.page, done.then(() => person.page)]);
  await done;
  assertEquals(page.status, 200);
  assert(isFree("127.0.0.1", person.port) && isFree("::1", person.port));
}

Deno.test("forged answers are refused one by one, and the true one still signs in", async () => {
  const statuses: Record<string, number> = {};
  await signInAmid(async (uri, state) => {
    const { origin } = new URL(uri);
    const good = `${uri}?code=forged&state=${state}`;
    statuses.forgedState = await statusOf(`${uri}?code=forged&state=forged`);
    statuses.noState = await statusOf(`${uri}?code=forged`);
    statuses.forgedError = await statusOf(`${uri}?error=access_denied&state=forged`);
    statuses.repeatedState = await statusOf(`${good}&state=${state}`);
    statuses.repeatedCode = await statusOf(`${good}&code=other`);
    statuses.otherPath = await statusOf(`${origin}/other?code=forged&state=${state}`);
    statuses.favicon = await statusOf(`${origin}/favicon.ico`);
    statuses.post = await statusOf(good, { method: "POST" });
    statuses.otherHost = await statusOf(good, { headers: { host: "evil.example" } });
    statuses.prefetch = await statusOf(good, { headers: { "sec-purpose": "prefetch" } });
  });
  assertEquals(statuses, {
    forgedState: 400,
    noState: 400,
    forgedError: 400,
    repeatedState: 400,
    repeatedCode: 400,
    otherPath: 404,
    favicon: 404,
    post: 405,
    otherHost: 421,
    prefetch: 204,
  });
});

Deno.test("plain HTTP to the TLS port is not answered with a page, and the wait goes on", async () => {
  let heard = "";
  await signInAmid(async (uri, state, port) => {
    const { host } = new URL(uri);
    heard = await talkPlainly(
      port,
      `GET /callback?code=forged&state=${state} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    );
  });
  assert(!heard.includes("HTTP/1.1 200"), heard);
});

Deno.test("a request head that is far too long is cut off, and the wait goes on", async () => {
  let status = -1;
  await signInAmid(async (uri) => {
    const headers = { "x-long": "x".repeat(200_000) };
    status = await statusOf(`${new URL(uri).origin}/other`, { headers }); // handled it would be 404
  });
  assert([0, 400, 431].includes(status), `${status}`);
});

Deno.test("the end of a sign-in waits for no idle connection and no half handshake", async () => {
  await using open = new AsyncDisposableStack();
  await signInAmid(async (_uri, _state, port) => {
    open.use(await leaveOpen(port, 30));
    open.use(await leaveOpen(port, 30, HALF_A_HANDSHAKE));
  });
});

Deno.test("only this computer's own addresses are listened on", async () => {
  const others = Deno.networkInterfaces()
    .filter(({ address }) => !/^(127\.|::1$|fe80:)/.test(address))
    .map(({ address }) => address);
  const reached: string[] = [];
  await signInAmid(async (_uri, _state, port) => {
    for (const hostname of others) {
      const connection = await Deno.connect({ hostname, port }).catch(() => undefined);
      if (connection === undefined) continue;
      connection.close();
      reached.push(hostname);
    }
  });
  assertEquals(reached, []);
});

Deno.test("a port that is taken is not shared: the sign-in fails, and names it", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before: () => Promise.reject(new Error("the browser was opened")),
  });
  using _other = Deno.listen({ hostname: "127.0.0.1", port: person.port });
  const error = await assertRejects(() => login(person.flags, person.context), CliError);
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${person.port}: another program is using the port`,
  );
  assert(isFree("::1", person.port));
});

Deno.test("the port is closed after a timeout", async () => {
  await using sandbox = await startSandbox();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    before: () => new Promise(() => {}), // the user has gone for a walk
  });
  const flags = { ...person.flags, timeout: 50 };
  const error = await assertRejects(() => login(flags, person.context), CliError);
  assertEquals(error.kind, "timeout");
  assert(isFree("127.0.0.1", person.port) && isFree("::1", person.port));
});

Deno.test("the port is closed after an interruption", async () => {
  await using sandbox = await startSandbox();
  const controller = new AbortController();
  using person = sandboxPerson(sandbox, sandbox.clients.rotating, {
    interruption: controller.signal,
    before() {
      controller.abort(new CliError("interrupted", "Interrupted"));
      return new Promise(() => {});
    },
  });
  const error = await assertRejects(() => login(person.flags, person.context), CliError);
  assertEquals(error.kind, "interrupted");
  assert(isFree("127.0.0.1", person.port) && isFree("::1", person.port));
});
