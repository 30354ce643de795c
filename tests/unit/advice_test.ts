// Words as data: the commands in it are written once, and no text is one of them.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatWords, run, shell, signIn, words } from "../../src/base/words.ts";
import { asksToSignIn, withProfile } from "../../src/session/advice_in_use.ts";
import { hostileText } from "../hostile/hostile_text.ts";

Deno.test("a command begins as the user types it", () => {
  assertEquals(formatWords(run("profile list")), "anaplan-auth profile list");
  assertEquals(formatWords(run("profile list"), "deno task"), "deno task profile list");
  assertEquals(formatWords(run("")), "anaplan-auth");
});

Deno.test("a command has its profile before its flags, and none for the default", () => {
  const command = (profile: string) => run("login", { profile, flags: "--device" });
  assertEquals(formatWords(command("eu")), "anaplan-auth login --profile eu --device");
  assertEquals(formatWords(command("default")), "anaplan-auth login --device");
});

Deno.test("a command of another program is left as it is", () => {
  assertEquals(formatWords(shell("chmod 600 ~/a"), "deno task"), "chmod 600 ~/a");
});

Deno.test("words`` joins texts, commands and other words", () => {
  const first = words`${run("refresh")}, or ${signIn()}`;
  assertEquals(
    formatWords(words`${first}; else ${"wait"}`, "npm run"),
    "npm run refresh, or npm run login; else wait",
  );
});

Deno.test("only the sign-in to the profile in use gets that profile", () => {
  const advice = words`${signIn("--device")}; with single sign-on, ${run("login")}`;
  assertEquals(
    formatWords(withProfile(advice, "eu")),
    "anaplan-auth login --profile eu --device; with single sign-on, anaplan-auth login",
  );
  assertEquals(withProfile("anaplan-auth login", "eu"), ["anaplan-auth login"]);
});

Deno.test("a text that looks like a sign-in is none", () => {
  assertEquals(asksToSignIn(words`or ${signIn()}`), true);
  assertEquals(asksToSignIn("anaplan-auth login"), false);
  assertEquals(asksToSignIn(run("login", { profile: "eu" })), false);
});

Deno.test("no text is ever taken for a command", () => {
  fc.assert(fc.property(hostileText, (text) => {
    for (const said of [text, `anaplan-auth login ${text}`, `anaplan-auth <command>${text}`]) {
      assertEquals(formatWords(words`${said}`, "deno task"), said);
    }
  }));
});
