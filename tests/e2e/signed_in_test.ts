// The home that most tests begin in is the one that `login` leaves.
// Rule: file by file and key by key, in their order; what differs from one login to the next is left out.
import { assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { filesBelow } from "../support/shared_world.ts";
import { type Home, makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { registeredListener, signIn } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";

const DIFFERS = /Token$|At$|^signIn$|^(certificate|key|fingerprint|notAfter|sum)$/;

/** Every file but the locks, which the first command makes, with its mode and what is in it. */
function filesOf({ configDir }: Home): Record<string, unknown> {
  const paths = [...filesBelow(configDir)].filter((path) => !path.endsWith(".lock")).sort();
  return Object.fromEntries(paths.map((path) => {
    const entries = Object.entries(JSON.parse(Deno.readTextFileSync(path)));
    const mode = (Deno.statSync(path).mode ?? 0) & 0o777;
    const directory = (Deno.statSync(path.replace(/\/[^/]*$/, "")).mode ?? 0) & 0o777;
    const fields = entries.map(([name, value]) => [
      name,
      DIFFERS.test(name) ? `${typeof value} of ${lengthOf(value)}` : value,
    ]);
    return [path.slice(configDir.length), { mode, directory, fields }];
  }));
}

/** A certificate's length differs by a few characters. */
function lengthOf(value: unknown): number {
  return Math.round(String(value).length / 40);
}

async function bothWays(
  sandbox: Sandbox,
  profiles: readonly string[],
): Promise<[Record<string, unknown>, Record<string, unknown>]> {
  await using typed = await makeHome();
  await using made = await makeHome();
  for (const profile of profiles) {
    const listener = registeredListener(sandbox);
    const flags = profile === "default" ? [] : ["--profile", profile];
    await signIn(sandbox, typed, { listener, flags });
    await signedIn(sandbox, made, { listener, profile });
  }
  return [filesOf(made), filesOf(typed)];
}

Deno.test("a home in which a user is signed in has the files that login writes", async () => {
  await using sandbox = await startSandbox();
  for (const profiles of [["default"], ["default", "eu"], ["eu"]]) {
    const [made, typed] = await bothWays(sandbox, profiles);
    assertEquals(made, typed, profiles.join());
  }
});

Deno.test("the login in it is used, refreshed and ended like any other", async () => {
  await using sandbox = await startSandbox();
  for (const client of [sandbox.clients.rotating, sandbox.clients.nonRotating]) {
    await using home = await makeHome();
    await signedIn(sandbox, home, { client });
    const before = await home.credentials();
    for (const command of ["whoami", "refresh", "refresh", "logout"]) {
      const { code, stderr } = await runProgram([command], { home: home.path });
      assertEquals(code, 0, stderr);
      if (command === "whoami") assertEquals(await home.credentials(), before, "it was fresh");
    }
    const statuses = sandbox.requests.filter(({ path }) => path === "/oauth/token");
    assertEquals(statuses.map(({ status }) => status).every((status) => status === 200), true);
  }
});
