// How long a server asks to be left alone.
import { assertEquals } from "@std/assert";
import { retryAfter } from "../../src/base/retry_after.ts";

const NOW = Date.UTC(2026, 10, 24, 9, 0);

const CASES: readonly (readonly [value: string, wait: number | undefined])[] = [
  ["0", 0],
  ["7", 7_000],
  [" 7 ", 7_000],
  ["Tue, 24 Nov 2026 09:00:30 GMT", 30_000],
  ["Tue, 24 Nov 2026 08:59:00 GMT", 0],
  ["Tuesday, 24-Nov-26 09:00:30 GMT", 30_000],
  ["soon", undefined],
  ["", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["7 seconds", undefined],
];

for (const [value, wait] of CASES) {
  Deno.test(`Retry-After: ${value} is ${wait === undefined ? "nothing" : `${wait} ms`}`, () => {
    assertEquals(retryAfter(new Headers({ "retry-after": value }), NOW), wait);
  });
}

Deno.test("without the header there is no wait", () => {
  assertEquals(retryAfter(new Headers(), NOW), undefined);
});
