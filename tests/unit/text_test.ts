// Words for people: what they see of times, ids and texts from elsewhere.
import { shortenId } from "../../src/base/names.ts";
import { assertEquals } from "@std/assert";
import { toKebabCase } from "../../src/base/parse.ts";
import { asSentence } from "../../src/base/words.ts";
import { printable } from "../../src/base/masking.ts";
import { clockTime, countdown, dateTime, duration } from "../../src/base/times.ts";
import { table } from "../../src/base/lines.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

Deno.test("printable() leaves no C0, DEL or C1 control character", () => {
  const controls = Array.from({ length: 0xa0 }, (_, code) => code)
    .filter((code) => code < 0x20 || code >= 0x7f)
    .map((code) => String.fromCharCode(code)).join("");
  assertEquals(printable(`a${controls}z`), "az");
  assertEquals(printable("\x1b]0;title\x07\x9b31mred\r\n"), "]0;title31mred");
});

Deno.test("printable() leaves no character that turns the direction of writing", () => {
  const turning = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
  assertEquals(printable(`exe${turning}.txt`), "exe.txt");
});

Deno.test("printable() leaves no invisible space and no line separator", () => {
  assertEquals(printable("a\u200b\u200c\u200d\u2028\u2029\ufeffz"), "az");
});

Deno.test("printable() keeps letters of every script and is bounded", () => {
  assertEquals(printable("Ada Lovelace, Zürich 東京 🎉"), "Ada Lovelace, Zürich 東京 🎉");
  assertEquals(printable("x".repeat(10_000)).length, 300);
});

Deno.test("asSentence() begins with a capital and ends with one full stop or a question mark", () => {
  assertEquals(["no", "No.", "no; did you mean x?"].map(asSentence), [
    "No.",
    "No.",
    "No; did you mean x?",
  ]);
});

Deno.test("shortenId() keeps both ends of a long id, and the whole of a short one", () => {
  assertEquals(shortenId("1f3c0123456789abcdef9a02"), "1f3c…9a02");
  assertEquals(shortenId("twelve-chars"), "twelve-chars");
});

Deno.test("duration() speaks in the unit that fits, rounded", () => {
  const cases: [number, string][] = [
    [-5, "0 s"],
    [499, "0 s"],
    [45 * SECOND, "45 s"],
    [59 * SECOND + 499, "59 s"],
    [MINUTE - 1, "1 min"],
    [35 * MINUTE - 1, "35 min"],
    [119 * MINUTE, "119 min"],
    [2 * HOUR, "2 h"],
    [47 * HOUR, "47 h"],
    [5 * 24 * HOUR, "5 days"],
  ];
  for (const [milliseconds, words] of cases) assertEquals(duration(milliseconds), words);
});

Deno.test("countdown() shows minutes and seconds, rounded up, and ends at 0:00", () => {
  const cases: [number, string][] = [
    [5 * MINUTE, "5:00"],
    [4 * MINUTE + 51_001, "4:52"],
    [9 * SECOND, "0:09"],
    [1, "0:01"],
    [0, "0:00"],
    [-SECOND, "0:00"],
  ];
  for (const [milliseconds, words] of cases) assertEquals(countdown(milliseconds), words);
});

Deno.test("dateTime() is local and has two digits for each part", () => {
  assertEquals(dateTime(new Date(2026, 0, 2, 3, 4).getTime()), "2026-01-02 03:04");
});

Deno.test("clockTime() leaves the date out today, and says it on any other day", () => {
  const now = new Date(2026, 10, 24, 14, 0).getTime();
  assertEquals(clockTime(now + 35 * MINUTE, now), "14:35");
  assertEquals(clockTime(now + 24 * HOUR, now), "2026-11-25 14:00");
});

Deno.test("table() puts the values under each other and leaves out rows without one", () => {
  const rows = [["Region", "us1"], ["Access token", "good"], ["Scope", undefined]] as const;
  assertEquals(table(rows), "Region        us1\nAccess token  good");
});

Deno.test("toKebabCase() writes a flag as people type it", () => {
  assertEquals(["configDir", "json", "ifExpiringWithin"].map(toKebabCase), [
    "config-dir",
    "json",
    "if-expiring-within",
  ]);
});

Deno.test("toKebabCase() writes a flag as people type it", () => {
  assertEquals(["configDir", "json", "ifExpiringWithin"].map(toKebabCase), [
    "config-dir",
    "json",
    "if-expiring-within",
  ]);
});
