// The world of one case: a sandbox, a home directory, a listener's address, and the user.
// Rule: everything that a case can be given is one line of the table below, in plain words.
import { type Fault, type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { isFree } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { parsePerson, type Person } from "./person.ts";
import { findPostgres } from "../support/postgres.ts";
import { type Listener, registeredListener } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { type StandIn, startStandIn } from "../support/stand_in.ts";

/** Where a case takes place. */
export interface World extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  /** The redirect URI; another one when it is not to be registered. */
  redirectUri: string;
  /** Where the sign-in page is; the sandbox's own unless something is in front of it. */
  authorizationEndpoint: string;
  /** What the user does at the next sign-in. */
  person: Person;
  /** The port of a login store, once there is one. */
  storePort?: number;
  /** Closes what the case has opened, when the world ends. */
  readonly cleanup: AsyncDisposableStack;
}

/** How the sandbox of a case is, whose `given` lines these are; it has to be known from its start on. */
export function sandboxOptions(givens: readonly string[]): SandboxOptions {
  const found = (pattern: RegExp): string | undefined =>
    givens.map((line) => pattern.exec(line)?.[1]).find(Boolean);
  const life = found(CODE_LIFE);
  return {
    signIn: "page", // the user presses the buttons
    deviceIntervalSeconds: Number(found(POLL_INTERVAL) ?? 1),
    ...(life === undefined ? {} : { deviceCodeSeconds: Number(life) }),
  };
}

const CODE_LIFE = /^a device code is valid for (\d+) s$/;
const POLL_INTERVAL = /^a device code is asked for every (\d+) s$/;

/** Makes a world in which no user is signed in. */
export async function makeWorld(options: SandboxOptions): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const home = undo.use(await makeHome());
  const sandbox = await startSandbox(options);
  undo.defer(() => endOnce(sandbox));
  const listener = registeredListener(sandbox);
  const caFile = `${home.path}/ca.pem`; // the sandbox's own goes with the sandbox
  await Deno.writeTextFile(caFile, sandbox.caPem, { mode: 0o644 });
  const cleanup = undo.move();
  return {
    sandbox: Object.assign(sandbox, { caFile }),
    home,
    listener,
    redirectUri: listener.redirectUri,
    authorizationEndpoint: sandbox.endpoints.authorization,
    person: parsePerson("approves"),
    cleanup,
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

type Given = (world: World, ...parts: string[]) => Promise<void> | void;

const MINUTE = 60_000;

const GIVENS: readonly (readonly [RegExp, Given])[] = [
  [
    /^a user is signed in(?: as the (non-rotating) client)?(?: \(profile (\S+)\))?$/,
    async ({ sandbox, home, listener }, nonRotating, profile) => {
      await signedIn(sandbox, home, {
        client: sandbox.clients[nonRotating === "" ? "rotating" : "nonRotating"],
        listener,
        ...(profile === "" ? {} : { profile: profile ?? "" }),
      });
    },
  ],
  [/^the sandbox is down$/, ({ sandbox }) => endOnce(sandbox)],
  [
    /^(\/\S+) answers (\d+)(?: (.*))?$/,
    ({ sandbox }, path, status, body) =>
      sandbox.fault(path ?? "", {
        status: Number(status),
        ...(body ? bodyOf(body.replaceAll("$ISSUER", sandbox.origin)) : {}),
        times: Infinity,
      }),
  ],
  [
    /^the first answer of (\/\S+) is lost$/,
    ({ sandbox }, path = "") => sandbox.fault(path, { reset: "after" }),
  ],
  [
    /^every request to (\/\S+) is cut$/,
    ({ sandbox }, path = "") => sandbox.fault(path, { reset: "before", times: Infinity }),
  ],
  [
    /^the first answer of (\/\S*) is (\d+) with ([\w-]+): (.*)$/,
    ({ sandbox }, path = "", status = "", name = "", value = "") =>
      sandbox.fault(path, { status: Number(status), headers: { [name]: value } }),
  ],
  [/^~\/(\S+) has the program (\S+) alone$/, async ({ home }, path = "", program = "") => {
    await Deno.mkdir(`${home.path}/${path}`);
    const { stdout } = await new Deno.Command("which", { args: [program] }).output();
    await Deno.symlink(new TextDecoder().decode(stdout).trim(), `${home.path}/${path}/${program}`);
  }],
  [CODE_LIFE, () => {}],
  [POLL_INTERVAL, () => {}], // see sandboxOptions()
  [/^a firewall rejects 127\.0\.0\.1 in an address$/, async (world) => {
    const firewall = world.cleanup.use(await startFirewall());
    const caFile = `${world.home.path}/ca.pem`;
    await Deno.writeTextFile(caFile, `\n${firewall.caPem}`, { append: true });
    world.authorizationEndpoint = `${firewall.origin}/auth/prelogin`;
  }],
  [/^every refresh token is revoked$/, ({ sandbox }) => sandbox.revokeRefreshTokens()],
  [/^every access token is revoked$/, ({ sandbox }) => sandbox.revokeAccessTokens()],
  [
    /^the access token (?:has expired|expires in (\d+) min)$/,
    ({ home }, minutes) =>
      home.changeCredentials({ expiresAt: Date.now() + (Number(minutes) || -1) * MINUTE }),
  ],
  [
    /^the login has no refresh token$/,
    ({ home }) => home.changeCredentials({ refreshToken: undefined }),
  ],
  [/^the port of the redirect URI is taken$/, ({ listener, cleanup }) => {
    for (const hostname of ["127.0.0.1", "::1"]) {
      if (!isFree(hostname, listener.port)) continue;
      const other = Deno.listen({ hostname, port: listener.port });
      cleanup.defer(() => other.close());
    }
  }],
  [/^the redirect URI is not registered$/, (world) => {
    world.redirectUri = world.listener.redirectUri.replace("callback", "another");
  }],
  [/^the redirect URI is (http\S+)$/, (world, uri = "") => {
    world.redirectUri = uri.replace("<PORT>", String(world.listener.port));
    world.sandbox.allowRedirectUri(world.redirectUri);
  }],
  [
    /^~\/(\S+) contains (.*)$/,
    ({ home, sandbox }, path = "", text = "") =>
      Deno.writeTextFile(
        `${home.path}/${path}`,
        text.replace("$CLIENT_SECRET", sandbox.clients.rotating.clientSecret),
      ),
  ],
  [
    /^~\/(\S+) has mode (\d+)$/,
    ({ home }, path = "", mode = "") => Deno.chmod(`${home.path}/${path}`, parseInt(mode, 8)),
  ],
  [/^a login store that wants no password$/, async (world) => {
    const { path = "" } = findPostgres();
    const access = ["host all anaplan 127.0.0.1/32 trust"];
    world.storePort = (await filePostgres(path, { access })).port;
  }],
  [/^the user (.*)$/, (world, what = "") => void (world.person = parsePerson(what))],
];

/** Makes a `given` line true. */
export async function make(world: World, line: string): Promise<void> {
  for (const [pattern, given] of GIVENS) {
    const found = pattern.exec(line);
    if (found !== null) return await given(world, ...found.slice(1).map((part) => part ?? ""));
  }
  throw new Error(`There is no step for: given ${line}`);
}

function bodyOf(body: string): Pick<Fault, "body" | "headers"> {
  return {
    body,
    headers: { "content-type": body.startsWith("<") ? "text/html" : "application/json" },
  };
}

const ended = new WeakSet<Sandbox>();

async function endOnce(sandbox: Sandbox): Promise<void> {
  if (ended.has(sandbox)) return;
  ended.add(sandbox);
  await sandbox[Symbol.asyncDispose]();
}

/** Starts it on a free port of 127.0.0.1. */
function startFirewall(): Promise<StandIn> {
  return startStandIn(({ target }) => {
    const query = decodeURIComponent(target.split("?")[1] ?? "");
    return { status: query.includes("127.0.0.1") ? 403 : 200 };
  });
}
