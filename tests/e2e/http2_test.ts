// The listener to a client that speaks HTTP/2, as every browser does over TLS.
// Rule: the protocol is chosen in the handshake, not by the test.
import { assertEquals } from "@std/assert";
import { connect } from "node:http2";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { startProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

Deno.test("the listener answers HTTP/2, where the host stands in :authority", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const listener = registeredListener(sandbox);
  const argv = ["login", ...sandboxFlags(sandbox, sandbox.clients.rotating, listener)];
  await using program = await startProgram(argv, { home: home.path });
  await program.said(SIGN_IN_ADDRESS);
  const status = await http2Status(new URL(`${listener.redirectUri}?code=abc&state=unknown`));
  assertEquals(status, 400); // a page of no sign-in in progress
});

function http2Status({ origin, pathname, search }: URL): Promise<number | undefined> {
  const session = connect(origin, { rejectUnauthorized: false });
  return new Promise<number | undefined>((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":path": pathname + search });
    stream.on("response", (headers) => resolve(headers[":status"]));
    stream.on("error", reject);
    stream.resume();
  }).finally(() => session.destroy());
}
