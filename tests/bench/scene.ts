// What is timed, and against whom: one login at the sandbox, and each way to use it as a command line.
// Rule: every way has a login of its own; ours has a refresh token that does not rotate, so that a race can
// be run again from the same start.

import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { makeCertificate } from "../sandbox/certificate.ts";
import { type Home, makeHome } from "../support/home.ts";
import { bareEnvironment } from "../support/program.ts";
import { type Listener, registeredListener, signIn } from "../support/sign_in.ts";
import { commandLineOf } from "../support/task_command.ts";
import { makeBundle } from "../../tools/bundle.ts";
import { RUN_FLAGS } from "../../tools/launchers.ts";
import { ROOT } from "../../tools/tool.ts";
import { EMPTY, FLOOR, TUTORIAL } from "./report.ts";

/** A command line to time. */
export interface Timed {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The exit code that it has; 0 unless said otherwise. */
  readonly exit?: number;
  /** Files to put in place before each run. */
  readonly copies?: readonly (readonly [from: string, to: string])[];
  /** How many run at the same time; 1 unless said otherwise. */
  readonly at_once?: number;
}

/** Where everything is. */
export interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  /** A directory with the bundle in it, and what the other ways need. */
  readonly directory: string;
  /** An empty Deno program. */
  readonly empty: Timed;
  ours(name: string, argv: readonly string[], home?: Home): Timed;
  fromSource(name: string, argv: readonly string[]): Promise<Timed>;
  floor(what: string): Timed;
  tutorial(what: string): Timed;
}

const DENO = Deno.execPath();
export const PYTHON = "/usr/bin/python3"; // Debian's, which has Debian's modules

/** Makes the bundle, signs in, and gives each of them the login. */
export async function makeScene(): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-bench-" });
  undo.defer(() => Deno.remove(directory, { recursive: true }));
  await makeBundle(directory);
  await signIn(sandbox, home, { client: sandbox.clients.nonRotating, listener });
  await Deno.writeTextFile(`${directory}/empty.js`, "");
  const env = await bareEnvironment(home.path);
  const others = await othersEnvironment(sandbox, listener, directory);
  const other = (name: string, argv: readonly string[]) => (what: string): Timed => ({
    name,
    argv: [...argv, what],
    env: { ...env, ...others(name) },
  });
  const end = undo.move();
  return {
    sandbox,
    home,
    listener,
    directory,
    empty: { name: EMPTY, argv: [DENO, "run", `${directory}/empty.js`], env },
    ours: (name, argv, { path } = home) => ({
      name,
      argv: [DENO, ...RUN_FLAGS, `${directory}/bundle/main.js`, ...argv],
      env: { ...env, HOME: path },
    }),
    async fromSource(name, argv) {
      const { program, args } = await commandLineOf(argv);
      const main = (arg: string): string => arg === "main.ts" ? `${ROOT}/main.ts` : arg;
      return { name, argv: [program, ...args.map(main)], env };
    },
    floor: other(FLOOR, [DENO, "run", "-A", `${ROOT}/tests/bench/floor.ts`]),
    tutorial: other(TUTORIAL, [PYTHON, `${ROOT}/tests/bench/tutorial.py`]),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

async function othersEnvironment(
  sandbox: Sandbox,
  listener: Listener,
  directory: string,
): Promise<(who: string) => Record<string, string>> {
  const { certificatePem, keyPem } = await makeCertificate();
  await Deno.writeTextFile(`${directory}/certificate.pem`, certificatePem);
  await Deno.writeTextFile(`${directory}/key.pem`, keyPem);
  const client = sandbox.clients.rotating;
  for (const who of [FLOOR, TUTORIAL]) {
    await using home = await makeHome();
    await signIn(sandbox, home, { client, listener });
    const login = await home.credentials();
    const token = {
      access_token: login?.accessToken,
      refresh_token: login?.refreshToken,
      expires_at: (login?.expiresAt ?? 0) / 1000,
      token_type: "Bearer",
    };
    await Deno.writeTextFile(`${directory}/${who}.json`, JSON.stringify(token));
  }
  const { endpoints, caFile } = sandbox;
  return (who) => ({
    CLIENT: client.clientId,
    SECRET: client.clientSecret,
    AUTHORIZATION_URL: endpoints.authorization,
    TOKEN_URL: endpoints.token,
    API_URL: endpoints.apiUrl,
    TOKEN_FILE: `${directory}/${who}.json`,
    CA_FILE: caFile,
    CERT_FILE: `${directory}/certificate.pem`,
    KEY_FILE: `${directory}/key.pem`,
    REDIRECT_URI: listener.redirectUri,
    PORT: String(listener.port),
  });
}
