// A company's network on this computer: its proxy, behind which Anaplan's real hosts are a sandbox.
// Rule: no flag names an endpoint; whatever the program asks of the real hosts has to arrive here.
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { type Proxy, type ProxyManners, startProxy } from "../support/proxy.ts";
import { browse, type FinalPage, type Outside } from "../support/scripted_browser.ts";
import { registeredListener, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

/** A person at their desk in the company. */
export interface Corporate extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly proxy: Proxy;
  readonly home: Home;
  /** The file with the company's authority. */
  readonly caFile: string;
  /** The proxy variable's value, with the credentials that the proxy wants. */
  readonly proxyUrl: string;
  /** Runs the program behind the proxy. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** Signs in with the real hosts of us1; the browser is also behind the proxy. */
  login(flags?: readonly string[]): Promise<{ outcome: Outcome; page: FinalPage }>;
}

/** The hosts of region us1. */
export const HOSTS = ["us1a.app.anaplan.com", "api.anaplan.com", "auth.anaplan.com"] as const;

/** Sets it up. */
export async function corporate(
  manners: Partial<ProxyManners> & { readonly address?: string } = {},
): Promise<Corporate> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const port = Number(new URL(sandbox.origin).port);
  const targets = Object.fromEntries(HOSTS.map((host) => [`${host}:443`, port]));
  const proxy = undo.use(await startProxy(targets, manners));
  const caFile = `${home.path}/company.pem`;
  await Deno.writeTextFile(caFile, proxy.caPem, { mode: 0o644 });
  const { credentials } = manners;
  const proxyUrl = credentials ? proxy.url.replace("//", `//${credentials}@`) : proxy.url;
  const world = undo.move();
  return {
    ...{ sandbox, proxy, home, caFile, proxyUrl },
    run: (argv, env = {}) =>
      runProgram(argv, { home: home.path, env: { HTTPS_PROXY: proxyUrl, ...env } }),
    async login(flags = ["--ca-file", caFile]) {
      const { clientId, clientSecret } = sandbox.clients.rotating;
      const { redirectUri } = registeredListener(sandbox);
      const argv = ["login", "--client-id", clientId, "--redirect-uri", redirectUri, ...flags];
      const env = { HTTPS_PROXY: proxyUrl, ANAPLAN_CLIENT_SECRET: clientSecret };
      await using program = await startProgram(argv, { home: home.path, env });
      const [address] = await program.said(SIGN_IN_ADDRESS);
      const page = await browse(address, { outside: through(proxy) });
      return { outcome: await program.outcome, page };
    },
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

/** Reaches other hosts through the proxy, as a browser of the company that trusts its authority. */
function through({ url, caPem, credentials = "" }: Proxy): Outside {
  const [username = "", password = ""] = credentials.split(":");
  return async (request) => {
    using client = Deno.createHttpClient({
      caCerts: [caPem],
      poolMaxIdlePerHost: 0,
      proxy: { url, ...(username === "" ? {} : { basicAuth: { username, password } }) },
    });
    const response = await fetch(request, { redirect: "manual", client });
    const { status, headers } = response;
    return new Response(await response.text() || null, { status, headers });
  };
}
