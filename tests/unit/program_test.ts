// Running a program, and looking at a host's certificate: with real processes and a real listener.
import { assertEquals } from "@std/assert";
import { peerIssuer } from "../../src/system/peer_issuer.ts";
import { runProgram } from "../../src/system/program.ts";
import { makeCertificate } from "../sandbox/certificate.ts";
import { freePort } from "../support/free_port.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("a program's exit code is passed on", async () => {
  const exits = (code: number): string[] => [Deno.execPath(), "eval", `Deno.exit(${code})`];
  assertEquals([await runProgram(exits(0)), await runProgram(exits(3))], [0, 3]);
});

Deno.test("a program gets its arguments as they are, and no shell reads them", async () => {
  using dir = tempDir();
  const path = `${dir.path}/seen.json`;
  const args = ["a b", "$HOME", "`id`", "; touch x", "*", ""];
  const script = "Deno.writeTextFileSync(Deno.args[0], JSON.stringify(Deno.args.slice(1)))";
  assertEquals(await runProgram([Deno.execPath(), "eval", script, path, ...args]), 0);
  assertEquals(JSON.parse(Deno.readTextFileSync(path)), args);
});

Deno.test("a program that is not there, or not named, is undefined", async () => {
  using dir = tempDir();
  assertEquals(await runProgram([`${dir.path}/nothing`]), undefined);
  assertEquals(await runProgram([]), undefined);
});

Deno.test("the signer of a host's certificate is shown, trusted or not", async () => {
  const { certificatePem, keyPem } = await makeCertificate();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(
    { ...options, cert: certificatePem, key: keyPem },
    () => new Response(),
  );
  try {
    assertEquals(await peerIssuer("127.0.0.1", server.addr.port), "Anaplan sandbox authority");
  } finally {
    await server.shutdown();
  }
});

Deno.test("a host that does not answer, or speaks no TLS, is undefined", async () => {
  assertEquals(await peerIssuer("127.0.0.1", freePort()), undefined);
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, () => new Response());
  try {
    assertEquals(await peerIssuer("127.0.0.1", server.addr.port), undefined);
  } finally {
    await server.shutdown();
  }
});
