// The real listener: what it has answered arrives, however soon it is closed.
import { assertEquals } from "@std/assert";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { listen } from "../../src/system/listener.ts";
import { browse } from "../support/scripted_browser.ts";
import { tempDir } from "../support/temp_dir.ts";

const TLS: { certificate: string; key: string } = await madeCertificate();

async function madeCertificate(): Promise<{ certificate: string; key: string }> {
  using dir = tempDir();
  return await listenerCertificate(dir.path, denoSystem(), () => {});
}

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
