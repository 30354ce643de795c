// Signals that come while the server has the refresh token and the new one is not on the disk yet.
// Rule: the server answers after the signal, so a program that the signal ends at once has lost its login.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { runHere } from "../support/here.ts";
import { heldRefresh } from "../support/held_refresh.ts";
import { makeHome } from "../support/home.ts";
import { type Program, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const ON_POSIX = { ignore: Deno.build.os === "windows" };

/** Signals of each kind that ends a program and can be heard; SIGHUP has tests of its own (hang_up_test.ts). */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = [
  ["SIGINT", 130],
  ["SIGQUIT", 131],
  ["SIGTERM", 143],
  ["SIGALRM", 142],
  ["SIGUSR1", Deno.build.os === "darwin" ? 158 : 138],
];

/** More than what makes two signals one; see SAME_KEY in src/system/signals.ts. */
const A_SECOND = 1_000;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Sends the signal, and waits until it is heard: on a busy machine, an answer may overtake it. */
async function send(program: Program, signal: Deno.Signal): Promise<void> {
  program.signal(signal);
  await pause(300);
}

for (const [signal, code] of SIGNALS) {
  Deno.test(
    `${signal} waits until the new tokens are saved, then ends refresh with ${code}`,
    ON_POSIX,
    async () => {
      await using held = await heldRefresh();
      const program = await held.start(["refresh"]);
      await send(program, signal);
      held.answer();
      const outcome = await program.outcome;
      assertEquals([outcome.code, await held.savedToken()], [code, "new-refresh-token"]);
      assertEquals(outcome.stdout, "");
      assertMatch(
        outcome.stderr,
        /^The server may already have .*\nInterrupted after the new tokens arrived\.\nNext: anaplan-auth status\n$/,
      );
      const next = await runHere(["status"], { home: held.home.path });
      assertEquals(next.code, 0, next.stderr);
    },
  );
}

for (const [signal, code] of SIGNALS.slice(0, 1)) {
  Deno.test(
    `after ${signal} a failed save is reported with the rescued file, then ${code}`,
    ON_POSIX,
    async () => {
      await using held = await heldRefresh();
      const { home } = held;
      const program = await held.start(["refresh"], { env: { TMPDIR: home.path } });
      await Deno.remove(home.credentialsFile());
      await Deno.mkdir(home.credentialsFile()); // nothing can be renamed over it
      await send(program, signal);
      held.answer();
      const { code: ended, stderr } = await program.outcome;
      const [, rescued = ""] = /they are in (\S+)\.\n/.exec(stderr) ?? [];
      assertMatch(
        await Deno.readTextFile(rescued.replace("~", home.path)),
        /"new-refresh-token"/,
        stderr,
      );
      assertEquals(ended, code);
    },
  );
}

Deno.test(
  "SIGQUIT while login exchanges its code waits until the tokens are saved",
  ON_POSIX,
  async () => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    const gate = Promise.withResolvers<void>();
    sandbox.fault("/oauth/token", { until: gate.promise });
    const { rotating } = sandbox.clients;
    const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
    const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
    await using program = await startProgram(argv, { home: home.path, env });
    const [address] = await program.said(SIGN_IN_ADDRESS);
    const page = browse(address).catch(() => undefined); // the program ends before it answers
    while (!sandbox.requests.some(({ path }) => path === "/oauth/token")) await pause(10);
    await send(program, "SIGQUIT");
    gate.resolve();
    const { code, stderr } = await program.outcome;
    await page;
    assertEquals([code, typeof (await home.credentials())?.refreshToken], [131, "string"], stderr);
  },
);

Deno.test(
  "SIGTERM waits until a rejected login is marked, so that no command asks again",
  ON_POSIX,
  async () => {
    await using held = await heldRefresh({}, "invalid_grant");
    const program = await held.start(["refresh"]);
    await send(program, "SIGTERM");
    held.answer();
    const { code, stderr } = await program.outcome;
    assertEquals(code, 143);
    assertMatch(stderr, /^Cannot refresh the login: Anaplan rejected the refresh token/m);
    const asked = held.sandbox.requests.length;
    assertEquals((await runHere(["token"], { home: held.home.path })).code, 3);
    assertEquals(held.sandbox.requests.length, asked);
  },
);

Deno.test(
  "the first Ctrl-C says once what the program waits for, and for how long",
  ON_POSIX,
  async () => {
    await using held = await heldRefresh();
    const program = await held.start(["refresh"]);
    program.signal("SIGINT");
    const waits =
      /^The server may already have issued new tokens\. Waiting .*, at most \d+ s more\.$/gm;
    await program.said(waits);
    for (let count = 0; count < 2; count++) {
      program.signal("SIGINT");
      await pause(A_SECOND);
    }
    held.answer();
    const { code, stderr } = await program.outcome;
    assertEquals([code, await held.savedToken()], [130, "new-refresh-token"]);
    assertEquals(
      [stderr.match(waits)?.length, /The program stops/.test(stderr)],
      [1, false],
      stderr,
    );
  },
);

Deno.test(
  "exec runs nothing after a signal, though the old token has minutes left",
  ON_POSIX,
  async () => {
    await using held = await heldRefresh({ expiresAt: Date.now() + 5 * 60_000 });
    const made = `${held.home.path}/made`;
    const program = await held.start(["exec", "--", "touch", made]);
    await send(program, "SIGTERM");
    held.answer();
    const { code, stderr } = await program.outcome;
    assertEquals([code, await held.savedToken()], [143, "new-refresh-token"], stderr);
    await assertRejects(() => Deno.lstat(made), Deno.errors.NotFound);
  },
);

for (const argv of [["token"], ["api", "/2/0/users/me"]]) {
  Deno.test(
    `${argv.join(" ")} asks for nothing more after a signal, once the tokens are saved`,
    ON_POSIX,
    async () => {
      await using held = await heldRefresh();
      const program = await held.start(argv);
      await send(program, "SIGTERM");
      held.answer();
      const { code, stdout } = await program.outcome;
      assertEquals([code, stdout, await held.savedToken()], [143, "", "new-refresh-token"]);
      assertEquals(held.sandbox.requests.map(({ path }) => path), ["/oauth/token"]);
    },
  );
}
