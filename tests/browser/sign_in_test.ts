// A sign-in with a real browser, from the printed address to the last page; the user clicks every warning away.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { openBrowser } from "../support/chromium.ts";
import { makeHome } from "../support/home.ts";
import { findChromium, testWith } from "../support/needs.ts";
import { startProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

testWith(
  findChromium(),
  "a person signs in with Chromium, and the last page names them",
  async (chromium) => {
    await using sandbox = await startSandbox({ signIn: "page" });
    await using home = await makeHome();
    await using browser = await openBrowser(chromium);
    const { rotating } = sandbox.clients;
    const flags = sandboxFlags(sandbox, rotating, registeredListener(sandbox));
    const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
    await using program = await startProgram(
      ["login", "--no-browser", ...flags],
      { home: home.path, env },
    );
    const [address] = await program.said(SIGN_IN_ADDRESS);
    assertEquals(await browser.signIn(address, "Sign in", "You are signed in to Anaplan"), 2);
    const text = await browser.page.innerText("main");
    assertStringIncludes(text, "Ada Lovelace, ada@example.com\n\nus1, profile default\n");
    const { code, stdout } = await program.outcome;
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Signed in as Ada Lovelace");
    assertEquals(browser.complaints, [], "the page keeps its own content security policy");
    await browser.photograph("signed-in");
  },
);
