// The real listener: exclusive, on one address, and closed in a moment however peers behave.
import { assert, assertEquals } from "@std/assert";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import { denoSystem, type Listening } from "../../src/system.ts";
import { listen } from "../../src/system/listener.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { HALF_A_HANDSHAKE, leaveOpen } from "../support/raw_traffic.ts";
import { browse } from "../support/scripted_browser.ts";
import { tempDir } from "../support/temp_dir.ts";

async function tls(): Promise<{ certificate: string; key: string }> {
  using dir = tempDir();
  return await listenerCertificate(dir.path, denoSystem(), () => {});
}

/** Opens a listener on 127.0.0.1, which has to succeed. */
async function opened(
  port: number,
  handle: (request: Request) => Promise<Response>,
): Promise<Extract<Listening, { kind: "open" }>> {
  const listening = listen({ hostname: "127.0.0.1", port, tls: await tls(), handle }, () => {});
  if (listening.kind !== "open") throw new Error(`The port is ${listening.kind}`);
  return listening;
}

const HELLO = (): Promise<Response> => Promise.resolve(new Response("hello"));

Deno.test("a listener answers over TLS until it is closed", async () => {
  const port = freePort();
  const listener = await opened(port, HELLO);
  assertEquals((await browse(`https://127.0.0.1:${port}/`)).body, "hello");
  await listener.close();
  assert(isFree("127.0.0.1", port));
});

Deno.test("a port that is taken is taken, by a listener as by any program", async () => {
  const port = freePort();
  const first = await opened(port, HELLO);
  const second = listen({ hostname: "127.0.0.1", port, handle: HELLO }, () => {});
  assertEquals(second.kind, "taken");
  await first.close();
});

Deno.test("an address that this computer does not have is unsupported", () => {
  const listening = listen({ hostname: "192.0.2.1", port: freePort(), handle: HELLO }, () => {});
  assertEquals(listening.kind, "unsupported");
});

Deno.test("an answer that was given just before closing reaches its reader", async () => {
  const port = freePort();
  const held = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  const listener = await opened(port, () => {
    asked.resolve();
    return held.promise;
  });
  const page = browse(`https://127.0.0.1:${port}/`);
  await asked.promise;
  held.resolve(new Response("x".repeat(20_000)));
  await listener.close();
  assertEquals((await page).body.length, 20_000);
});

Deno.test("closing takes less than a second whatever connections stand open", async () => {
  const port = freePort();
  const listener = await opened(port, HELLO);
  using _idle = await leaveOpen(port, 15);
  using _half = await leaveOpen(port, 15, HALF_A_HANDSHAKE);
  const started = performance.now();
  await listener.close();
  assert(performance.now() - started < 1000);
  assert(isFree("127.0.0.1", port));
});

Deno.test("a handler that fails is a bare 500, and no word of why", async () => {
  const port = freePort();
  const listener = await opened(port, () => Promise.reject(new Error("hush")));
  const { status, body } = await browse(`https://127.0.0.1:${port}/`);
  assertEquals([status, body], [500, ""]);
  await listener.close();
});
