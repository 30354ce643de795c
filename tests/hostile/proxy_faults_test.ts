// What a proxy can do wrong, and what is said of it: which proxy, what it did, what to do; never its
// credentials. Rule: the requests of the table are sent by one process.
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { createServer } from "node:https";
import type { HttpRequest } from "../../src/system/contract.ts";
import { foundCompany } from "../support/company.ts";
import { listening } from "../support/node_server.ts";
import { type Ended, type ProxiedRequest, sendAll } from "./proxied_requests.ts";
import { type ProxyManners, startProxy } from "../support/proxy.ts";
import { startStandIn } from "../support/stand_in.ts";
import { nextOf } from "../support/shown.ts";

const HOST = "as.example.test";
const AT = "127\\.0\\.0\\.1:\\d+";
const CHECK = /^check HTTPS_PROXY and the network; unset it where no proxy is needed$/;

interface Case {
  readonly manners?: Partial<ProxyManners>;
  /** What is before the proxy's host in the variable. */
  readonly before?: string;
  /** The variable, when it does not lead to a proxy that runs. */
  readonly variable?: string;
  readonly trusts?: boolean;
  readonly message: RegExp;
  readonly next: RegExp;
  readonly kind?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "refuses the tunnel": {
    manners: { instead: { status: 403 } },
    message: new RegExp(`Cannot reach ${HOST}: the proxy ${AT} does not let it through`),
    next: /ask who runs the proxy to let as\.example\.test through, or name it in NO_PROXY/,
  },
  "wants credentials": {
    manners: { credentials: "ada:hush" },
    message: new RegExp(`the proxy ${AT} wants credentials \\(407\\)`),
    next: new RegExp(`export HTTPS_PROXY=http://USER:PASSWORD@${AT}, with special characters`),
  },
  "does not accept its credentials": {
    manners: { credentials: "ada:other" },
    before: "ada:hush@",
    message: new RegExp(`the proxy ${AT} rejected the credentials in HTTPS_PROXY`),
    next: new RegExp(`export HTTPS_PROXY=http://USER:PASSWORD@${AT}`),
  },
  "hangs up": {
    manners: { instead: "drop" },
    message: new RegExp(`the proxy ${AT} hung up before the connection was secure`),
    next: CHECK,
  },
  "says yes and sends a page": {
    manners: { instead: "page" },
    message: new RegExp(`the proxy ${AT} answered in its place, and not with HTTPS`),
    next: /open any page in your browser, where the proxy may ask you to sign in/,
  },
  "is not there": {
    variable: "http://ada:hush@127.0.0.1:1",
    message: /the proxy 127\.0\.0\.1:1 refused the connection/,
    next: CHECK,
  },
  "cannot be used": {
    variable: "ftp://ada:hush@proxy.invalid",
    message: /Cannot use the proxy that HTTPS_PROXY names: it begins with ftp:\/\//,
    next: /export HTTPS_PROXY=http:\/\/HOST:PORT, or unset it/,
    kind: "usage",
  },
  "signs with an unknown authority": {
    trusts: false,
    message: new RegExp(
      `the certificate that comes through the proxy ${AT} is signed by an unknown authority, ` +
        "Corp Proxy CA",
    ),
    next: /--ca-file\), or DENO_TLS_CA_STORE=system/,
  },
};

/** Sends one request for each case; the proxies run until all are answered. */
async function outcomes(): Promise<ReadonlyMap<string, Ended>> {
  await using undo = new AsyncDisposableStack();
  const sent: ProxiedRequest[] = [];
  for (
    const { manners, before = "", variable, trusts = true } of Object.values(CASES)
  ) {
    const proxy = undo.use(await startProxy({ [`${HOST}:443`]: 1 }, manners));
    const HTTPS_PROXY = variable ?? proxy.url.replace("//", `//${before}`);
    sent.push({
      env: { HTTPS_PROXY, NO_PROXY: "" },
      request: {
        method: "POST",
        url: `https://${HOST}/oauth/token?code=hush`,
        caCertificates: trusts ? [proxy.caPem] : [],
        timeout: 5_000,
      },
    });
  }
  const ended = await sendAll(sent);
  return new Map(Object.keys(CASES).map((what, index) => [what, ended[index] ?? unanswered()]));
}

function unanswered(): never {
  throw new Error("each request has an outcome");
}

let all: ReturnType<typeof outcomes> | undefined;

for (const [what, { message, next, kind = "unavailable" }] of Object.entries(CASES)) {
  Deno.test(`with a proxy that ${what} the error says so, and what to do`, async () => {
    const ended = (await (all ??= outcomes())).get(what) ?? unanswered();
    assertMatch(ended.message ?? "", message);
    assertMatch(nextOf(ended), next);
    // Nothing has reached the server, so a refresh token is as good as before.
    assertEquals([ended.kind, ended.answerLost], [kind, false]);
    assertNotMatch(`${ended.message}${nextOf(ended)}${ended.traced}`, /hush|ada/);
  });
}

Deno.test("what is on this computer is asked directly, under each of its names", async () => {
  await using proxy = await startProxy({});
  await using server = await startStandIn(() => ({ status: 204 }));
  const to = (host: string, NO_PROXY: string): ProxiedRequest => ({
    env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url, NO_PROXY },
    request: request(`https://${host}:${server.port}/`, server.caPem),
  });
  const ended = await sendAll([
    to("127.0.0.1", "example.com"),
    to("localhost", "127.0.0.1"),
    to("127.0.0.2", "127.0.0.1"),
    to("[::1]", "127.0.0.1"),
  ]);
  assertEquals(ended.slice(0, 2).map(({ status }) => status), [204, 204]);
  assertEquals(proxy.tunnels, []);
});

Deno.test("Deno also sends a proxy's credentials inside the tunnel; doctor warns about it", async () => {
  // Fails once Deno does not any more: then take `isLeaky` out of src/system/proxies.ts.
  await using server = await startStandIn(() => ({ status: 204 }));
  await using proxy = await startProxy({ [`${HOST}:443`]: server.port }, { credentials: "a:b" });
  const HTTPS_PROXY = proxy.url.replace("//", "//a:b@");
  await sendAll([{ env: { HTTPS_PROXY }, request: request(`https://${HOST}/`, proxy.caPem) }]);
  assertEquals(proxy.inspected[0]?.headers["proxy-authorization"], `Basic ${btoa("a:b")}`);
});

Deno.test("through a plain tunnel the server shows its own certificate, and that is what counts", async () => {
  const anaplan = await foundCompany("A public authority");
  const server = createServer(await anaplan.certify(HOST), (_, answer) => void answer.end("{}"));
  await using far = await listening(server);
  await using proxy = await startProxy({ [`${HOST}:443`]: far.port }, { inspects: false });
  const env = { HTTPS_PROXY: proxy.url };
  const ended = await sendAll([
    { env, request: request(`https://${HOST}/`, anaplan.caPem) },
    { env, request: request(`https://${HOST}/`, proxy.caPem) },
  ]);
  assertEquals(ended.map(({ status }) => status), [200, undefined]);
  assertMatch(ended[1]?.message ?? "", /unknown authority, A public authority/);
});

const STORES: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  [
    "an unknown store",
    { DENO_TLS_CA_STORE: "nope" },
    /DENO_TLS_CA_STORE: it names an unknown store/,
  ],
  [
    "a store that is not there",
    { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: "/nowhere.pem" },
    /Cannot read this system's certificate authorities/,
  ],
];
for (const [what, env, message] of STORES) {
  Deno.test({
    name: `a variable that names ${what} is a wrong setting, and no bug`,
    ignore: Deno.build.os !== "linux", // elsewhere the system's store is no file
    async fn() {
      const [ended] = await sendAll([{ env: {}, request: request("https://127.0.0.1:9/") }], env);
      assertEquals(ended?.kind, "usage");
      assertMatch(ended?.message ?? "", message);
    },
  });
}

function request(url: string, caPem?: string): HttpRequest {
  const caCertificates = caPem === undefined ? [] : [caPem];
  return { method: "GET", url, caCertificates, timeout: 5_000 };
}
