// Which hosts are this computer.
import { assertEquals } from "@std/assert";
import { isLoopbackHost } from "../../src/base/urls.ts";

Deno.test("localhost, [::1] and all of 127.0.0.0/8 are this computer, and nothing else is", () => {
  const hosts = {
    "localhost": true,
    "127.0.0.1": true,
    "127.255.0.9": true,
    "[::1]": true,
    "localhost.example.com": false,
    "127.0.0.1.example.com": false,
    "128.0.0.1": false,
    "0.0.0.0": false,
    "[::]": false,
    "127.example.com": false,
    "": false,
  };
  for (const [host, expected] of Object.entries(hosts)) {
    assertEquals(isLoopbackHost(host), expected, host);
  }
});
