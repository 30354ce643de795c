// A login of the real program with few file descriptors, while a thousand connections are tried.
// Rule: the limit is the shell's own, and the flood goes on before, during and after the answer.
import { assert, assertEquals } from "@std/assert";
import { HALF_A_HANDSHAKE } from "../support/raw_traffic.ts";
import { browse } from "../support/scripted_browser.ts";
import { descriptors, floodSilent } from "./flood.ts";
import { assertClosed, pendingLogin } from "./pending_login.ts";

/** At most 32 connections, and two more descriptors for each of the 12 that speak TLS. */
const MOST_CONNECTIONS = 32;
const MOST_DESCRIPTORS = MOST_CONNECTIONS + 2 * 12;

const FLOODS: readonly (readonly [number, number, string, Uint8Array<ArrayBuffer>])[] = [
  [128, 1_000, "nothing", new Uint8Array()],
  [128, 200, "half a handshake", HALF_A_HANDSHAKE],
  [72, 1_000, "nothing", new Uint8Array()],
];

for (const [limit, count, what, said] of FLOODS) {
  Deno.test({
    name: `with ${limit} descriptors a login completes amid ${count} connections that say ${what}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using login = await pendingLogin([], [
        "sh",
        "-c",
        `ulimit -n ${limit}; exec "$@"`,
        "sh",
      ]);
      const { program, listener, address, sandbox } = login;
      const before = descriptors(program.pid);
      await using flood = floodSilent(listener.port, count, said);
      const ended = await Promise.race([program.outcome, seconds(1)]);
      assertEquals(ended, undefined, "the login waits on");
      const during = descriptors(program.pid);
      sandbox.fault("/oauth/token", { delayMs: 500 });
      const page = await browse(address);
      const { code, stderr } = await program.outcome;
      assertEquals([code, page.status], [0, 200], stderr);
      assert(during - before <= MOST_DESCRIPTORS, `${before} descriptors, then ${during}`);
      assert((flood.statuses[0] ?? 0) > MOST_CONNECTIONS, "the surplus is cut");
      assertClosed(login);
    },
  });
}

function seconds(count: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), count * 1_000));
}
