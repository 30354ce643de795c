// The address of a shared store. Rule: nothing that others could read is accepted, wherever in the address it is named.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { parseAddress } from "../../src/store/store_choice.ts";

function refusal(text: string): string {
  const { kind, message } = assertThrows(() => parseAddress(text, undefined), CliError);
  assertEquals(kind, "usage", text);
  return message;
}

Deno.test("no member of etcd is another computer without TLS", () => {
  for (const members of ["db.example:2379", "127.0.0.1:1,db.example:2379", "10.0.0.1", "[::2]:1"]) {
    assertStringIncludes(refusal(`etcd://127.0.0.1?members=${members}`), "is not encrypted");
  }
});

Deno.test("a member of etcd is a host and a port, and nothing that hides another", () => {
  for (const member of ["127.0.0.1:1@db.example:2", "127.0.0.1:1/x", "127.0.0.1:1?x", "", "a b"]) {
    const text = `etcd://127.0.0.1?members=${encodeURIComponent(member)}`;
    assertStringIncludes(refusal(text), "a member is not HOST:PORT");
  }
});

Deno.test("every member of etcd is asked as the first one is", () => {
  const origins = (text: string) => parseAddress(text, undefined).origins;
  assertEquals(origins("etcd://localhost/p?members=127.0.0.2:1,[::1]:2"), [
    "http://localhost:2379",
    "http://127.0.0.2:1",
    "http://[::1]:2",
  ]);
  assertEquals(origins("etcds://a.example?members=b.example:2380"), [
    "https://a.example:2379",
    "https://b.example:2380",
  ]);
});
