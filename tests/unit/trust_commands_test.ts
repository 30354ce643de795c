// The commands that make each system trust the listener's certificate, word for word.
import { assert, assertEquals } from "@std/assert";
import { trustCommands } from "../../src/commands/cert.ts";

const PEM = "/home/ada b/tls/certificate.pem";

Deno.test("macOS trusts it for TLS alone, in the login keychain of this user", () => {
  assertEquals(trustCommands(PEM, "darwin", "/Users/ada"), [[
    "security",
    "add-trusted-cert",
    "-r",
    "trustRoot",
    "-p",
    "ssl",
    "-k",
    "/Users/ada/Library/Keychains/login.keychain-db",
    PEM,
  ]]);
});

Deno.test("Windows trusts it in this user's own root store", () => {
  assertEquals(trustCommands(PEM, "windows", "C:\\Users\\ada"), [
    ["certutil", "-user", "-addstore", "Root", PEM],
  ]);
});

Deno.test("Linux trusts it as a peer, not as an authority, in the user's NSS database", () => {
  assertEquals(trustCommands(PEM, "linux", "/home/ada"), [
    ["mkdir", "-p", "/home/ada/.pki/nssdb"],
    [
      ...["certutil", "-d", "sql:/home/ada/.pki/nssdb", "-A", "-t", "P,,"],
      ...["-n", "anaplan-auth listener", "-i", PEM],
    ],
  ]);
});

Deno.test("no system is asked for more rights than the user has", () => {
  for (const platform of ["darwin", "windows", "linux", "freebsd"]) {
    const words = trustCommands(PEM, platform, "/home/ada").flat();
    assert(words.every((word) =>
      !/^(sudo|su|doas|runas|sh|bash|cmd)$|admincert|^-d$/.test(word) ||
      (word === "-d" && platform !== "darwin")
    ));
  }
});
