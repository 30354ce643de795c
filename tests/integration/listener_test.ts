// The real listener: exclusive, on one address, and closed in a moment however peers behave.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import type { Listening } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { listen } from "../../src/system/listener.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { HALF_A_HANDSHAKE, leaveOpen, protocolOf } from "../support/raw_traffic.ts";
import { browse } from "../support/scripted_browser.ts";
import { tempDir } from "../support/temp_dir.ts";

const TLS: { certificate: string; key: string } = await madeCertificate();

async function madeCertificate(): Promise<{ certificate: string; key: string }> {
  using dir = tempDir();
  return await listenerCertificate(dir.path, denoSystem(), () => {});
}

/** Opens a listener on 127.0.0.1, which has to succeed. */
function opened(
  port: number,
  handle: (request: Request) => Promise<Response>,
): Extract<Listening, { kind: "open" }> {
  const listening = listen({ hostname: "127.0.0.1", port, tls: TLS, handle }, () => {});
  if (listening.kind !== "open") throw new Error(`The port is ${listening.kind}`);
  return listening;
}

const HELLO = (): Promise<Response> => Promise.resolve(new Response("hello"));

Deno.test("a listener answers over TLS until it is closed", async () => {
  const port = freePort();
  const listener = opened(port, HELLO);
  assertEquals((await browse(`https://127.0.0.1:${port}/`)).body, "hello");
  await listener.close();
  assert(isFree("127.0.0.1", port));
});

Deno.test("a peer that rejects the certificate is reported, and one that hangs up is not", async () => {
  let rejections = 0;
  const rejected = Promise.withResolvers<void>();
  const onRejected = (): void => {
    rejections++;
    rejected.resolve();
  };
  const options = { hostname: "127.0.0.1", port: freePort(), tls: TLS, handle: HELLO };
  const listener = listen({ ...options, onRejected }, () => {});
  if (listener.kind !== "open") throw new Error(`The port is ${listener.kind}`);
  using _open = await leaveOpen(options.port, 1, HALF_A_HANDSHAKE);
  assertEquals((await browse(`https://127.0.0.1:${options.port}/`)).body, "hello");
  assertEquals(rejections, 0);
  using browser = await Deno.connectTls(options);
  await assertRejects(() => browser.handshake());
  await rejected.promise;
  await listener.close();
  assertEquals(rejections, 1);
});

Deno.test("a port that is taken is taken, by a listener as by any program", async () => {
  const port = freePort();
  const first = opened(port, HELLO);
  const second = listen({ hostname: "127.0.0.1", port, handle: HELLO }, () => {});
  assertEquals(second.kind, "taken");
  await first.close();
});

Deno.test("an address that this computer does not have is unsupported", () => {
  const listening = listen({ hostname: "192.0.2.1", port: freePort(), handle: HELLO }, () => {});
  assertEquals(listening.kind, "unsupported");
});

const PAGE = "x".repeat(20_000);

for (const scheme of ["https", "http"]) {
  Deno.test(`over ${scheme} each of 50 pages arrives whole, although the listener closes at once`, async () => {
    for (let count = 0; count < 50; count++) {
      const asked = Promise.withResolvers<void>();
      const held = Promise.withResolvers<Response>();
      const handle = (): Promise<Response> => (asked.resolve(), held.promise);
      const secured = scheme === "https" ? { tls: TLS } : {};
      const listener = listen({ hostname: "127.0.0.1", port: 0, handle, ...secured }, () => {});
      if (listener.kind !== "open") throw new Error(`The port is ${listener.kind}`);
      const page = browse(`${scheme}://127.0.0.1:${listener.port}/`);
      await asked.promise;
      held.resolve(new Response(PAGE));
      await listener.close();
      assertEquals((await page).body.length, PAGE.length);
    }
  });
}

Deno.test("a client that offers HTTP/2 as well is spoken to in HTTP/1.1, and one without it is cut", async () => {
  const port = freePort();
  const listener = opened(port, HELLO);
  assertEquals(await protocolOf(port, ["h2", "http/1.1"]), "http/1.1");
  assertEquals(await protocolOf(port, ["h2"]), "");
  await listener.close();
});

/** How many descriptors this process has open. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

for (const [what, said] of Object.entries({ nothing: "", "half a handshake": HALF_A_HANDSHAKE })) {
  Deno.test({
    name: `of 200 connections that say ${what} at most 32 are held, and the next one is answered`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const [one, two] = [freePort(), freePort()];
      const listeners = [opened(one, HELLO), opened(two, HELLO)]; // they share the places
      const before = descriptors();
      using _first = await leaveOpen(one, 100, said);
      using _second = await leaveOpen(two, 100, said);
      assertEquals((await browse(`https://127.0.0.1:${two}/`)).body, "hello");
      let ours = Infinity; // other files of tests open and close theirs in this process
      for (let looks = 0; looks < 20 && ours > 32 + 2 * 12; looks++) {
        ours = descriptors() - before - 200; // the peers' own are in this process as well
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert(ours <= 32 + 2 * 12, `${ours} descriptors`);
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  });
}

Deno.test("closing waits for no connection that is open", async () => {
  const port = freePort();
  const listener = opened(port, HELLO);
  using _idle = await leaveOpen(port, 15);
  using _half = await leaveOpen(port, 15, HALF_A_HANDSHAKE);
  await listener.close(); // neither of them ever ends by itself
  assert(isFree("127.0.0.1", port));
});
