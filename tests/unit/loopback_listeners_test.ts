// Which listeners are opened, which can be done without, and for which hosts they answer.
import { assertEquals } from "@std/assert";
import type { ListenerCertificate } from "../../src/oauth/certificate.ts";
import { formatAddress, listenCandidates } from "../../src/oauth/listen_addresses.ts";
import { listenerHosts, type Loopback, openLoopback } from "../../src/oauth/loopback.ts";
import type { Listening, ListenOptions } from "../../src/system/contract.ts";

const CERTIFICATE: ListenerCertificate = {
  certificate: "a certificate",
  key: "a key",
  fingerprint: "00",
  notAfter: 0,
};
const HANDLE = (): Promise<Response> => Promise.resolve(new Response());

/** Ports of a computer: what is not `open` cannot be had. */
function ports(states: Readonly<Record<string, Exclude<Listening["kind"], "open">>>): {
  readonly open: Set<string>;
  readonly asked: ListenOptions[];
  serve(options: ListenOptions): Promise<Listening>;
} {
  const open = new Set<string>();
  const asked: ListenOptions[] = [];
  return {
    open,
    asked,
    serve(options) {
      asked.push(options);
      const address = formatAddress(options);
      const state = states[address];
      if (state !== undefined) return Promise.resolve({ kind: state });
      open.add(address);
      const close = (): Promise<void> => Promise.resolve(void open.delete(address));
      return Promise.resolve({ kind: "open", port: options.port, close });
    },
  };
}

function opened(loopback: Loopback): string[] | string {
  return loopback.kind === "open"
    ? loopback.addresses.map(formatAddress)
    : `${loopback.kind} ${formatAddress(loopback.address)}`;
}

function open(
  redirectUri: string,
  listen: readonly string[],
  system: ReturnType<typeof ports>,
): Promise<Loopback> {
  return openLoopback(
    listenCandidates(redirectUri, listen),
    CERTIFICATE,
    { handle: HANDLE },
    system,
  );
}

Deno.test("the listener is opened on both families, with the certificate and the handler", async () => {
  const system = ports({});
  const loopback = await open("https://127.0.0.1:8443/callback", [], system);
  assertEquals(opened(loopback), ["127.0.0.1:8443", "[::1]:8443"]);
  for (const { tls, handle } of system.asked) assertEquals([tls?.key, handle], ["a key", HANDLE]);
});

Deno.test("without a certificate the listener speaks plain HTTP", async () => {
  const system = ports({});
  const candidates = listenCandidates("http://127.0.0.1:8080/", []);
  await openLoopback(candidates, undefined, { handle: HANDLE }, system);
  assertEquals(system.asked.map(({ tls }) => tls), [undefined, undefined]);
});

Deno.test("closing closes every listener", async () => {
  const system = ports({});
  const loopback = await open("https://127.0.0.1:8443/callback", [], system);
  if (loopback.kind === "open") await loopback.close();
  assertEquals([...system.open], []);
});

Deno.test("the twin of 127.0.0.1 can be done without", async () => {
  for (const state of ["unsupported", "taken", "refused"] as const) {
    const system = ports({ "[::1]:8443": state });
    assertEquals(opened(await open("https://127.0.0.1:8443/", [], system)), ["127.0.0.1:8443"]);
  }
});

Deno.test("localhost needs both addresses, unless the computer has no IPv6", async () => {
  const uri = "https://localhost:8443/callback";
  const without = ports({ "[::1]:8443": "unsupported" });
  assertEquals(opened(await open(uri, [], without)), ["127.0.0.1:8443"]);
  const taken = ports({ "[::1]:8443": "taken" });
  assertEquals(opened(await open(uri, [], taken)), "taken [::1]:8443");
  assertEquals([...taken.open], []); // the half that was had is given back
});

Deno.test("a port that the redirect URI fixes is not replaced by another", async () => {
  const system = ports({ "127.0.0.1:8443": "taken" });
  assertEquals(opened(await open("https://127.0.0.1:8443/", [], system)), "taken 127.0.0.1:8443");
  assertEquals(system.asked.length, 1);
});

Deno.test("the next port is tried when one is taken or refused and the redirect URI is elsewhere", async () => {
  const system = ports({ "127.0.0.1:8443": "taken", "127.0.0.1:8444": "refused" });
  assertEquals(opened(await open("https://www.anaplan.com/", [], system)), [
    "127.0.0.1:8445",
    "[::1]:8445",
  ]);
});

Deno.test("when no candidate is free, the error has the first one's reason", async () => {
  const system = ports({ "127.0.0.1:1": "refused", "127.0.0.1:2": "taken" });
  const loopback = await open("https://x.example/", ["127.0.0.1:1", "127.0.0.1:2"], system);
  assertEquals(opened(loopback), "refused 127.0.0.1:1");
});

Deno.test("the listener answers for its own names and the redirect URI's host alone", () => {
  const hosts = (redirectUri: string): string[] =>
    [...listenerHosts(listenCandidates(redirectUri, ["127.0.0.1:9443"]), redirectUri)].sort();
  assertEquals(hosts("https://localhost:8443/"), [
    "127.0.0.1:9443",
    "[::1]:9443",
    "localhost:8443",
    "localhost:9443",
  ]);
  assertEquals(hosts("https://127.0.0.1/").includes("127.0.0.1"), true); // 443 is not written
});
