// `cert trust --yes`: after it a real browser opens the listener without a word.
// Rule: the home directory is empty before, so that nothing else can have made the browser trust it.
import { assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { openBrowser } from "../support/chromium.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findCertutil, findChromium, testWith, type Tool } from "../support/needs.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const CHROMIUM = findChromium();
const CERTUTIL = findCertutil();
const BOTH: Tool = {
  path: CERTUTIL.path === undefined ? undefined : CHROMIUM.path,
  hint: [CHROMIUM, CERTUTIL].filter(({ path }) => path === undefined).map(({ hint }) => hint)
    .join("; "),
};

/** The warnings that a person meets on their way from the printed address to the last page. */
async function warningsOfLogin(chromium: string, sandbox: Sandbox, home: Home): Promise<number> {
  const { rotating } = sandbox.clients;
  await using browser = await openBrowser(chromium, { home: home.path });
  const flags = sandboxFlags(sandbox, rotating, registeredListener(sandbox));
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  await using program = await startProgram(["login", "--no-browser", ...flags], {
    home: home.path,
    env,
  });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const warnings = await browser.signIn(address, "Sign in", "You are signed in to Anaplan");
  assertEquals((await program.outcome).code, 0);
  return warnings;
}

testWith(BOTH, "after `cert trust --yes` the browser warns of the sandbox alone", async (path) => {
  await using sandbox = await startSandbox({ signIn: "page" });
  await using home = await makeHome();
  const { code, stderr } = await runProgram(["cert", "trust", "--yes"], { home: home.path });
  assertEquals(code, 0, stderr);
  assertEquals(await warningsOfLogin(path, sandbox, home), 1);
});

testWith(BOTH, "`cert trust --yes` can be run again", async () => {
  await using home = await makeHome();
  for (const _ of ["first", "second"]) {
    const { code, stderr } = await runProgram(["cert", "trust", "--yes"], { home: home.path });
    assertEquals(code, 0, stderr);
  }
});

testWith(BOTH, "a certificate that was renewed is warned of until it is trusted", async (path) => {
  await using sandbox = await startSandbox({ signIn: "page" });
  await using home = await makeHome();
  for (const argv of [["cert", "trust", "--yes"], ["cert", "renew"]]) {
    assertEquals((await runProgram(argv, { home: home.path })).code, 0);
  }
  assertEquals(await warningsOfLogin(path, sandbox, home), 2);
  assertEquals((await runProgram(["cert", "trust", "--yes"], { home: home.path })).code, 0);
  assertEquals(await warningsOfLogin(path, sandbox, home), 1);
});
