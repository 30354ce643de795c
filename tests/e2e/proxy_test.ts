// The real program behind a company's proxy that re-signs everything, with Anaplan's real hosts: the
// sandbox is where the proxy leads.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Corporate, corporate, HOSTS } from "./corporate.ts";
import { type Outcome, startProgram } from "../support/program.ts";

const LOOPBACK = /^(127\.|localhost|\[::1\])/;

/** A login that has to be refreshed before it is of any use. */
async function stale(company: Corporate): Promise<void> {
  const { outcome } = await company.login();
  assertEquals(outcome.code, 0, outcome.stderr);
  await company.home.changeCredentials({ expiresAt: Date.now() - 1000 });
}

function assertFailed({ code, stdout, stderr }: Outcome, exit: number, why: RegExp): void {
  assertEquals([code, stdout], [exit, ""], stderr);
  assertMatch(stderr, why);
}

Deno.test("login, whoami and refresh work behind an inspecting proxy that wants credentials", async () => {
  await using company = await corporate({ credentials: "ada:sesame" });
  const { sandbox, proxy, run } = company;
  const { outcome, page } = await company.login();
  assertEquals([outcome.code, page.status], [0, 200], outcome.stderr);
  for (const command of ["whoami", "refresh"]) { // the login has saved the CA file
    const { code, stderr } = await run([command]);
    assertEquals(code, 0, `${command}: ${stderr}`);
  }

  // Everything arrived by the proxy, and nothing of this computer's went through it.
  assertEquals(
    proxy.inspected.map(({ method, path }) => `${method} ${path}`),
    sandbox.requests.map(({ method, path }) => `${method} ${path}`),
  );
  const tokens = proxy.inspected.filter(({ path }) => path === "/oauth/token");
  assertEquals(tokens.map(({ host }) => host), [HOSTS[0], HOSTS[0]]);
  assertMatch(page.url, /^https:\/\/127\.0\.0\.1:\d+\/callback/);
  assertEquals(proxy.tunnels.filter(({ target }) => LOOPBACK.test(target)), []);

  const asked = new Set(proxy.tunnels.map(({ headers }) => headers["proxy-authorization"]));
  assertEquals([...asked], [`Basic ${btoa("ada:sesame")}`]);
});

Deno.test("an authority is unknown by its name until the company's CA file is given, by any variable", async () => {
  await using company = await corporate();
  const { caFile, proxy } = company;
  await stale(company);
  const unset = await company.run(["profile", "set", "--unset", "ca-file"]);
  assertEquals(unset.code, 0, unset.stderr);

  const seen = proxy.inspected.length;
  assertFailed(
    await company.run(["refresh"]),
    6,
    /unknown authority, Corp Proxy CA\.\nNext: .*--ca-file\).*DENO_TLS_CA_STORE=system/,
  );
  assertEquals(proxy.inspected.length, seen, "no secret was sent");

  const ways = [
    { ANAPLAN_CA_FILE: caFile },
    { SSL_CERT_FILE: caFile },
    ...(Deno.build.os === "linux" ? [{ DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: caFile }] : []),
  ];
  for (const env of ways) {
    const { code, stderr } = await company.run(["whoami"], env);
    assertEquals(code, 0, `${Object.keys(env)}: ${stderr}`);
  }
});

Deno.test({
  name: "a proxy on a host that the program may not reach by itself still carries its requests",
  ignore: Deno.build.os === "darwin", // which has one loopback address
  async fn() {
    await using company = await corporate({ address: "127.0.0.2" });
    const { outcome } = await company.login();
    assertEquals(outcome.code, 0, outcome.stderr);
  },
});

Deno.test("neither wrong proxy credentials nor a 502 inside the tunnel end a login", async () => {
  await using company = await corporate();
  const { proxy, home, run } = company;
  await stale(company);
  const before = await home.credentials();

  proxy.credentials = "ada:sesame";
  const HTTPS_PROXY = proxy.url.replace("//", "//ada:hush-hush@");
  const refused = await run(["refresh", "--verbose"], { HTTPS_PROXY });
  assertFailed(refused, 6, /the proxy 127\.0\.0\.1:\d+ rejected the credentials in HTTPS/);
  assert(!/hush|ada:|YWRh/.test(refused.stderr), refused.stderr);

  proxy.credentials = undefined;
  const html = { "content-type": "text/html" };
  proxy.answers = { status: 502, headers: html, body: "<html>Bad gateway</html>" };
  assertFailed(await run(["refresh"]), 6, /a web page \(HTTP 502\)/);
  assertEquals(await home.credentials(), before);

  proxy.answers = undefined;
  assertEquals((await run(["refresh"])).code, 0);
});

Deno.test("doctor names the proxy, what is exempt, and who signs what comes through it", async () => {
  await using company = await corporate({ credentials: "ada:sesame" });
  const { stdout } = await company.run(["doctor", "--ca-file", company.caFile, "--json"]);
  const { checks } = JSON.parse(stdout);
  const seen = (wanted: string): string =>
    checks.find(({ name }: { readonly name: string }) => name === wanted)?.seen;
  assertStringIncludes(
    seen("Proxy"),
    `HTTPS_PROXY sends requests through ${company.proxy.url}; this computer is exempt`,
  );
  assertStringIncludes(seen("TLS"), "us1a.app.anaplan.com shows a certificate by Corp Proxy CA");
  assert(!stdout.includes("sesame"));
});

Deno.test("a proxy variable that cannot be used is said before a browser is opened", async () => {
  await using company = await corporate();
  const argv = ["login", "--client-id", "a-client", "--no-browser"];
  const outcome = await company.run(argv, {
    HTTPS_PROXY: "gopher://ada:hush@127.0.0.1",
    ANAPLAN_CLIENT_SECRET: "a-secret",
  });
  assertFailed(outcome, 2, /^Cannot use the proxy that HTTPS_PROXY names: it begins with gopher/);
  assert(!/hush|prelogin/.test(outcome.stderr), outcome.stderr);
});

Deno.test("behind a company's proxy the refresh and each request go through it", async () => {
  await using company = await corporate({ credentials: "ada:sesame" });
  const { outcome } = await company.login();
  assertEquals(outcome.code, 0, outcome.stderr);
  const { home, proxy, proxyUrl } = company;
  await home.changeCredentials({ expiresAt: Date.now() - 1000 });
  const before = proxy.inspected.length;
  await using program = await startProgram(["proxy"], {
    home: home.path,
    env: { HTTPS_PROXY: proxyUrl },
  });
  const [base] = await program.printed(/http:\/\/[^\s"]+\//);
  for (const init of [{}, { method: "POST", body: "x".repeat(2_000_000) }]) {
    const response = await fetch(`${base}2/0/users/me`, init);
    await response.body?.cancel();
  }
  assertEquals(
    proxy.inspected.slice(before).map(({ host, method, path }) => `${method} ${host}${path}`),
    [
      `POST ${HOSTS[0]}/oauth/token`,
      `GET ${HOSTS[1]}/2/0/users/me`,
      `POST ${HOSTS[1]}/2/0/users/me`,
    ],
  );
});
