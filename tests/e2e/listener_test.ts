// The listener's port: open while an answer is awaited, and at no other time.
// Rule: it is tried from outside, as any other program on this computer could.
import { assert, assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { isFree } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Program, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import {
  type Listener,
  registeredListener,
  sandboxFlags,
  SIGN_IN_ADDRESS,
} from "../support/sign_in.ts";

interface Pending {
  readonly program: Program;
  readonly address: string;
}

async function pendingLogin(
  sandbox: Sandbox,
  home: Home,
  listener: Listener,
  flags: readonly string[] = [],
): Promise<Pending> {
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, listener), ...flags];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  const program = await startProgram(argv, { home: home.path, env });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  return { program, address };
}

const ENDS:
  readonly (readonly [string, number, (pending: Pending) => Promise<unknown>, string[]?])[] = [
    ["a success", 0, ({ address }) => browse(address)],
    ["a decline", 4, ({ address }) => browse(address, { decide: "decline" })],
    ["the time is up", 5, () => Promise.resolve(), ["--timeout", "1s"]],
    ["SIGTERM", 143, ({ program }) => Promise.resolve(program.signal("SIGTERM"))],
    ["SIGINT", 130, ({ program }) => Promise.resolve(program.signal("SIGINT"))],
  ];

for (const [what, expected, act, flags] of ENDS) {
  Deno.test({
    name: `the port is open while login waits, and closed after ${what} (exit ${expected})`,
    ignore: Deno.build.os === "windows" && what.startsWith("SIG"),
    async fn() {
      await using sandbox = await startSandbox({ signIn: "page" });
      await using home = await makeHome();
      const listener = registeredListener(sandbox);
      const pending = await pendingLogin(sandbox, home, listener, flags);
      await using program = pending.program;
      assert(!isFree("127.0.0.1", listener.port), "the listener is open while login waits");
      await act(pending);
      assertEquals((await program.outcome).code, expected);
      assert(isFree("127.0.0.1", listener.port));
      assert(isFree("::1", listener.port));
    },
  });
}

Deno.test("a peer that never finishes its handshake does not keep login from ending", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const listener = registeredListener(sandbox);
  const { program, address } = await pendingLogin(sandbox, home, listener);
  await using _program = program;
  using _idle = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
  assertEquals((await browse(address)).status, 200);
  const answered = performance.now();
  assertEquals((await program.outcome).code, 0);
  assert(performance.now() - answered < 3_000);
});

Deno.test("a page with an unknown state or a forged error changes nothing, and the wait goes on", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const listener = registeredListener(sandbox);
  const { program, address } = await pendingLogin(sandbox, home, listener);
  await using _program = program;
  for (const query of ["code=abc&state=unknown", "error=access_denied&state=unknown", "code=abc"]) {
    const { status, body } = await browse(`${listener.redirectUri}?${query}`);
    assertEquals(status, 400);
    assert(body.includes("This page belongs to another sign-in"));
  }
  assertEquals((await browse(address)).status, 200);
  assertEquals((await program.outcome).code, 0);
});

Deno.test("the login is on the disk before the browser is answered", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const { program, address } = await pendingLogin(sandbox, home, registeredListener(sandbox));
  await using _program = program;
  const { body } = await browse(address);
  assert(body.includes("You are signed in"));
  assert(await home.credentials() !== undefined);
  await program.outcome;
});
