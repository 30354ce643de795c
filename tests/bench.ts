// deno task bench: how long a command takes beside an empty Deno program, and a request through `proxy` beside one
// that goes there directly. Commands take turns, so that a machine that slows down slows all of them; a ratio is the
// median of each round's. It builds the bundle first, which is what people run.
import { makeBundle } from "../tools/bundle.ts";
import { RUN_FLAGS } from "../tools/launchers.ts";
import { say } from "../tools/tool.ts";
import { startSandbox } from "./sandbox/sandbox.ts";
import { makeHome } from "./support/home.ts";
import { bareEnvironment, startProgram } from "./support/program.ts";
import { commandLineOf } from "./support/task_command.ts";
import { signedIn } from "./support/signed_in.ts";

const [COMMANDS, REQUESTS] = [40, 200];

await using sandbox = await startSandbox();
await using home = await makeHome();
await signedIn(sandbox, home, { client: sandbox.clients.nonRotating });
const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-bench-" });
try {
  await makeBundle(directory);
  await Deno.writeTextFile(`${directory}/empty.js`, "");
  await commands(directory);
} finally {
  await Deno.remove(directory, { recursive: true });
}
await requests();

/** Starts, a fresh token, and a refresh: from the bundle, and once from the checkout. */
async function commands(directory: string): Promise<void> {
  const bundled = (...argv: string[]): string[] => [
    ...[...RUN_FLAGS, `${directory}/bundle/main.js`, ...argv],
  ];
  const lines: Readonly<Record<string, readonly string[]>> = {
    "an empty program": ["run", `${directory}/empty.js`],
    "--version": bundled("--version"),
    "token": bundled("token"),
    "token, checkout": (await commandLineOf(["token"])).args,
    "refresh": bundled("refresh"),
  };
  const env = await bareEnvironment(home.path);
  await inTurn(COMMANDS, lines, async (args) => {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      clearEnv: true,
      env,
      stdout: "null",
    }).output();
    if (!success) throw new Error(`Cannot time deno ${args.join(" ")}: it failed`);
  });
}

/** A small request to the API, with and without `proxy` between. */
async function requests(): Promise<void> {
  await using proxy = await startProgram(["proxy"], { home: home.path });
  const [base] = await proxy.printed(/http\S+\//);
  const caCerts = [await Deno.readTextFile(sandbox.caFile)];
  using client = Deno.createHttpClient({ caCerts });
  const token = (await home.credentials())?.accessToken;
  const headers = { Authorization: `Bearer ${token}` };
  const ways: Readonly<Record<string, () => Promise<Response>>> = {
    "a direct request": () =>
      fetch(`${sandbox.endpoints.apiUrl}/2/0/users/me`, { client, headers }),
    "through proxy": () => fetch(`${base}2/0/users/me`),
  };
  await inTurn(REQUESTS, ways, async (ask) => {
    const response = await ask();
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Cannot time a request: HTTP ${response.status}`);
  });
}

/** Runs all of them in each round; prints the median in ms, and the median ratio to the first. */
async function inTurn<What>(
  rounds: number,
  whats: Readonly<Record<string, What>>,
  run: (what: What) => Promise<void>,
): Promise<void> {
  const times = Object.keys(whats).map((): number[] => []);
  for (let round = -1; round < rounds; round++) { // the first one warms up
    for (const [index, what] of Object.values(whats).entries()) {
      const began = performance.now();
      await run(what);
      if (round >= 0) times[index]?.push(performance.now() - began);
    }
  }
  for (const [index, name] of Object.keys(whats).entries()) {
    const own = times[index] ?? [];
    const ratios = own.map((time, round) => time / (times[0]?.[round] ?? NaN));
    say(
      `${name.padEnd(18)} ${median(own).toFixed(1).padStart(7)} ms  ${median(ratios).toFixed(2)}`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
