// What a login is: when it is fresh, when two are the same, and what it is on the disk.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Secret } from "../../src/base/secret.ts";
import {
  DEFAULT_MIN_VALID,
  isFresh,
  parseTokenSet,
  type TokenSet,
} from "../../src/oauth/token_set.ts";
import { sameTokenSet, serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { LOGIN, withoutRefreshToken } from "../support/logins.ts";

/** The token set as plain values, so that two can be compared. */
function revealed(tokenSet: TokenSet): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tokenSet).map((
      [name, value],
    ) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}

Deno.test("a token is fresh with a minute left, and no longer a millisecond later", () => {
  assertEquals(DEFAULT_MIN_VALID, 60_000);
  assert(isFresh(LOGIN, LOGIN.expiresAt - 60_000));
  assert(!isFresh(LOGIN, LOGIN.expiresAt - 59_999));
});

Deno.test("isFresh() does not believe a token that was issued in the future: a clock was corrected", () => {
  assert(isFresh(LOGIN, LOGIN.obtainedAt - 60_000));
  assert(!isFresh(LOGIN, LOGIN.obtainedAt - 60_001));
  assert(!isFresh(LOGIN, LOGIN.obtainedAt - 3_600_000, 0));
});

Deno.test("isFresh() asks for as much as the caller does", () => {
  assert(isFresh(LOGIN, LOGIN.expiresAt, 0));
  assert(!isFresh(LOGIN, LOGIN.expiresAt + 1, 0));
  assert(isFresh(LOGIN, LOGIN.expiresAt - 600_000, 600_000));
  assert(!isFresh(LOGIN, LOGIN.expiresAt - 599_999, 600_000));
});

Deno.test("two token sets are the same when both tokens are, whatever else changed", () => {
  assert(sameTokenSet(LOGIN, { ...LOGIN, endedBy: "invalid_grant", scope: "openid" }));
  assert(!sameTokenSet(LOGIN, { ...LOGIN, accessToken: new Secret("new") }));
  assert(!sameTokenSet(LOGIN, { ...LOGIN, refreshToken: new Secret("new") }));
});

Deno.test("a token set without a refresh token is not the same as one with it", () => {
  const without = withoutRefreshToken(LOGIN);
  assert(!sameTokenSet(LOGIN, without));
  assert(!sameTokenSet(without, LOGIN));
  assert(sameTokenSet(without, { ...without }));
});

Deno.test("no login is the same as no login only", () => {
  assert(sameTokenSet(undefined, undefined));
  assert(!sameTokenSet(LOGIN, undefined));
  assert(!sameTokenSet(undefined, LOGIN));
});

Deno.test("a token set comes back from its text as it was", () => {
  const full = { ...LOGIN, refreshTokenRotates: true, endedBy: "invalid_grant" };
  assertEquals(revealed(parseTokenSet(serializeTokenSet(full))), revealed(full));
});

Deno.test("what a token set does not have is still not there after reading", () => {
  const { clientSecret: _, scope: __, origins: ___, tokenEndpoint: ____, ...bare } =
    withoutRefreshToken(LOGIN);
  assertEquals(Object.keys(parseTokenSet(serializeTokenSet(bare))).sort(), [
    "accessToken",
    "clientId",
    "expiresAt",
    "obtainedAt",
  ]);
});

Deno.test("what is read is kept in Secrets", () => {
  const text = Deno.inspect(parseTokenSet(serializeTokenSet(LOGIN)));
  for (const value of ["old-access", "old-refresh", "client-secret"]) assert(!text.includes(value));
});

Deno.test("fields that are not known are ignored", () => {
  const fields = { ...JSON.parse(serializeTokenSet(LOGIN)), later: { hush: 1 } };
  assertEquals(revealed(parseTokenSet(JSON.stringify(fields))), revealed(LOGIN));
});

Deno.test("a text of a newer version is refused, and says so", () => {
  const fields = { ...JSON.parse(serializeTokenSet(LOGIN)), version: 2 };
  const { message } = assertThrows(() => parseTokenSet(JSON.stringify(fields)), Error);
  assertEquals(message, "it was written by a newer version of anaplan-auth");
});

for (const name of ["accessToken", "expiresAt", "obtainedAt", "clientId"]) {
  Deno.test(`a text in which ${name} is missing or of another type is no login`, () => {
    for (const value of [undefined, null, {}, []]) {
      const fields = { ...JSON.parse(serializeTokenSet(LOGIN)), [name]: value };
      const { message } = assertThrows(() => parseTokenSet(JSON.stringify(fields)), Error);
      assertEquals(message, "it is not a login saved by anaplan-auth");
    }
  });
}

Deno.test("a damaged text is refused wherever it was cut, and no error quotes it", () => {
  const text = serializeTokenSet(LOGIN).trimEnd();
  for (let length = 0; length < text.length; length++) {
    const error = assertThrows(() => parseTokenSet(text.slice(0, length)), Error);
    assertEquals(error.message, "it is not JSON");
    assertEquals(error.cause, undefined);
  }
});

const SERVERS = ["nonsense", "", "http://192.0.2.1/token", "ftp://as.example.com", "https://a/#b"];
const SERVER_FIELDS = {
  tokenEndpoint: SERVERS,
  issuer: SERVERS,
  origins: SERVERS.map((url) => [url]),
};
for (const [name, values] of Object.entries(SERVER_FIELDS)) {
  Deno.test(`a text whose ${name} is no address of a server is damaged`, () => {
    for (const value of values) {
      const fields = { ...JSON.parse(serializeTokenSet(LOGIN)), [name]: value };
      const { message } = assertThrows(() => parseTokenSet(JSON.stringify(fields)), Error);
      assertEquals(message, `its ${name} is not the address of a server`);
    }
  });
}
