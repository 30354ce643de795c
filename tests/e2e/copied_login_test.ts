// What docs/unattended.md warns of: one login on two machines.
// Rule: each machine is a home of its own, and knows nothing of the other.
import { assertEquals, assertMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { signedIn } from "../support/signed_in.ts";

for (const [kind, ends] of [["rotating", [0, 3, 3]], ["nonRotating", [0, 0, 0]]] as const) {
  Deno.test(`a ${kind} login on two machines: refreshes end with ${ends.join(", ")}`, async () => {
    await using sandbox = await startSandbox();
    await using first = await makeHome();
    await using second = await makeHome();
    await signedIn(sandbox, first, { client: sandbox.clients[kind] });
    await copied(first, second);
    const refresh = ({ path }: Home): ReturnType<typeof runProgram> =>
      runProgram(["refresh"], { home: path });
    const outcomes = [await refresh(first), await refresh(second), await refresh(first)];
    assertEquals(outcomes.map(({ code }) => code), [...ends]);
    for (const { code, stderr } of outcomes) {
      if (code === 3) assertMatch(stderr, /invalid_grant/);
    }
  });
}

async function copied(from: Home, to: Home): Promise<void> {
  const args = ["-a", `${from.path}/.config`, to.path];
  assertEquals((await new Deno.Command("cp", { args }).output()).code, 0);
}
