// What a flag's text means.
import { assertEquals, assertThrows } from "@std/assert";
import {
  parseDuration,
  parsePrompt,
  parseSetup,
  parseText,
  parseWait,
} from "../../src/base/parse.ts";

const DURATIONS: Readonly<Record<string, number>> = {
  "90s": 90_000,
  "10m": 600_000,
  "2h": 7_200_000,
  "1d": 86_400_000,
  "0": 0,
  " 5m ": 300_000,
};
for (const [text, milliseconds] of Object.entries(DURATIONS)) {
  Deno.test(`the time "${text}" is ${milliseconds} ms`, () => {
    assertEquals(parseDuration(text), milliseconds);
  });
}

Deno.test("a time that means nothing is an error that shows how to write one", () => {
  for (
    const text of ["", "m", "10", "10 m", "10x", "-5m", "1.5h", "1h30m", "10M", "1e3", "9999999999"]
  ) {
    assertEquals(
      assertThrows(() => parseDuration(text), Error).message,
      "give a time such as 90s, 10m, 2h or 7d",
    );
  }
});

Deno.test("a wait is longer than nothing", () => {
  assertEquals(parseWait("1s"), 1000);
  assertThrows(() => parseWait("0"), Error, "longer than 0");
  assertThrows(() => parseWait("0m"), Error, "longer than 0");
});

Deno.test("a text is kept as it is, and an empty one is an error", () => {
  assertEquals(parseText(" a "), " a ");
  for (const text of ["", " ", "\t"]) assertThrows(() => parseText(text), Error, "it is empty");
});

Deno.test("a prompt is one that OpenID Connect has, or nothing, and none is alone", () => {
  for (const text of ["", "none", "login", "consent", "select_account", "login consent"]) {
    assertEquals(parsePrompt(text), text);
  }
  assertEquals(parsePrompt(" login  consent "), "login consent");
  for (const text of ["Login", "create", "none login", "login,consent"]) {
    assertThrows(
      () => parsePrompt(text),
      Error,
      'give none, login, consent, select_account, or ""',
    );
  }
});

Deno.test("a setup has region, client id and callback URL, whose colons are its own", () => {
  assertEquals(parseSetup(" eu2:5a1d:https://127.0.0.1:8443/callback\n"), {
    region: "eu2",
    clientId: "5a1d",
    redirectUri: "https://127.0.0.1:8443/callback",
  });
  for (const text of ["", "eu2", "eu2:5a1d", "eu2::https://a.example", "eu2:5a1d:a.example"]) {
    assertThrows(() => parseSetup(text), Error, "REGION:CLIENT_ID:CALLBACK_URL");
  }
});
