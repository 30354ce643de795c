// The listener's own certificate: made once, kept, renewed in time, and valid for loopback alone.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import "reflect-metadata"; // before x509: its container reads decorators through it
import * as x509 from "@peculiar/x509";
import { CliError } from "../../src/base/errors.ts";
import {
  type ListenerCertificate,
  listenerCertificate,
  shortFingerprint,
} from "../../src/oauth/certificate.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";

const DAY = 24 * 60 * 60 * 1000;
const UNWARNED = (text: string): void => {
  throw new Error(`Unexpected warning: ${text}`);
};

function certificateIn(configDir: string, now = START): Promise<ListenerCertificate> {
  return listenerCertificate(configDir, { ...fakeSystem(), now: () => now }, UNWARNED);
}

async function parsed(): Promise<x509.X509Certificate> {
  using dir = tempDir();
  return new x509.X509Certificate((await certificateIn(dir.path)).certificate);
}

Deno.test("a certificate that was made is kept for the next login", async () => {
  using dir = tempDir();
  const first = await certificateIn(dir.path);
  assertEquals(await certificateIn(dir.path, START + 300 * DAY), first);
});

Deno.test("two logins that need the first certificate at once get the same one", async () => {
  using dir = tempDir();
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => setTimeout(wake, milliseconds));
  const both = [1, 2].map(() =>
    listenerCertificate(
      dir.path,
      { now: Date.now, monotonic: () => performance.now(), sleep },
      UNWARNED,
    )
  );
  const [one, other] = await Promise.all(both);
  assertEquals(one?.fingerprint, other?.fingerprint);
});

Deno.test("a certificate is renewed in its last 30 days, and not before", async () => {
  using dir = tempDir();
  const { notAfter, fingerprint } = await certificateIn(dir.path);
  const early = await certificateIn(dir.path, notAfter - 30 * DAY - 1000);
  assertEquals(early.fingerprint, fingerprint);
  const late = await certificateIn(dir.path, notAfter - 30 * DAY);
  assert(late.fingerprint !== fingerprint);
  assert(late.notAfter > notAfter);
});

Deno.test("a certificate is valid for less than the 398 days that browsers accept", async () => {
  const { notBefore, notAfter } = await parsed();
  assert(notAfter.getTime() - notBefore.getTime() <= 398 * DAY);
  assertEquals(notBefore.getTime(), START - DAY); // clocks differ
});

Deno.test("a certificate is no authority and signs for nothing", async () => {
  const certificate = await parsed();
  const basic = certificate.getExtension(x509.BasicConstraintsExtension);
  assertEquals([basic?.ca, basic?.critical], [false, true]);
  const usage = certificate.getExtension(x509.KeyUsagesExtension);
  assertEquals(usage?.usages, x509.KeyUsageFlags.digitalSignature);
  const extended = certificate.getExtension(x509.ExtendedKeyUsageExtension);
  assertEquals([...extended?.usages ?? []], [x509.ExtendedKeyUsage.serverAuth]);
});

Deno.test("a certificate is for localhost, 127.0.0.1 and ::1, and for no other name", async () => {
  const names = (await parsed()).getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON();
  assertEquals(names?.map(({ type, value }) => `${type} ${value}`).sort(), [
    "dns localhost",
    "ip 127.0.0.1",
    "ip ::1",
  ]);
});

Deno.test("a certificate has a P-256 key and its own signature", async () => {
  const certificate = await parsed();
  const key = await certificate.publicKey.export();
  assertEquals(key.algorithm as EcKeyAlgorithm, { name: "ECDSA", namedCurve: "P-256" });
  assert(await certificate.verify({ signatureOnly: true }));
  assert(await certificate.isSelfSigned());
});

Deno.test("the key is the certificate's own, and the fingerprint its SHA-256", async () => {
  using dir = tempDir();
  const { certificate, key, fingerprint } = await certificateIn(dir.path);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const pkcs8 = x509.PemConverter.decodeFirst(key);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  const text = new TextEncoder().encode("text");
  const signature = await crypto.subtle.sign(algorithm, privateKey, text);
  const leaf = new x509.X509Certificate(certificate);
  const publicKey = await leaf.publicKey.export(algorithm, ["verify"]);
  assert(await crypto.subtle.verify(algorithm, publicKey, signature, text));
  const digest = await crypto.subtle.digest("SHA-256", leaf.rawData);
  assertEquals(fingerprint, new Uint8Array(digest).toHex().toUpperCase());
  assertEquals(
    shortFingerprint(fingerprint),
    `${fingerprint.slice(0, 4)}…${fingerprint.slice(-4)}`,
  );
});

Deno.test("the key is in a 0600 file, alone in a 0700 directory with its lock", async () => {
  using dir = tempDir();
  await certificateIn(`${dir.path}/config`);
  const directory = `${dir.path}/config/tls`;
  assertEquals([modeOf(`${dir.path}/config`), modeOf(directory)], ["700", "700"]);
  const names = namesIn(directory);
  const holders = names.filter((name) =>
    Deno.readTextFileSync(`${directory}/${name}`).includes("PRIVATE KEY")
  );
  assertEquals(holders.map((name) => modeOf(`${directory}/${name}`)), ["600"]);
  assertEquals(names.length, 2);
});

Deno.test("what looks like a leftover and cannot be removed spoils no certificate", async () => {
  using dir = tempDir();
  const leftover = `listener.json.${crypto.randomUUID()}.tmp`;
  Deno.mkdirSync(`${dir.path}/tls/${leftover}/full`, { recursive: true, mode: 0o700 });
  const { fingerprint } = await certificateIn(dir.path);
  assertEquals((await certificateIn(dir.path)).fingerprint, fingerprint);
  assertEquals(namesIn(`${dir.path}/tls`), ["listener.json", leftover, "listener.lock"]);
});

Deno.test("a key that others can read is refused, not used", async () => {
  using dir = tempDir();
  await certificateIn(dir.path);
  for (const name of namesIn(`${dir.path}/tls`)) Deno.chmodSync(`${dir.path}/tls/${name}`, 0o644);
  const error = await assertRejects(() => certificateIn(dir.path), CliError);
  assertEquals(error.kind, "storage");
});

Deno.test("a damaged certificate is made anew, and the damaged file is moved and told", async () => {
  using dir = tempDir();
  await certificateIn(dir.path);
  const path = `${dir.path}/tls/listener.json`;
  const whole = Deno.readTextFileSync(path);
  const { key: _, ...rest } = JSON.parse(whole);
  const { sum: _sum, ...unsummed } = JSON.parse(whole);
  const texts = [
    "{",
    JSON.stringify(rest),
    JSON.stringify({ ...unsummed, certificate: "AAAA" }),
    whole.replace(/MII/, "MIJ"),
    whole.replace(/MIG/, "MIH"),
  ];
  for (const [count, text] of texts.entries()) {
    Deno.writeTextFileSync(path, text);
    const warnings: string[] = [];
    const made = await listenerCertificate(dir.path, fakeSystem(), (text) => warnings.push(text));
    assertEquals(await certificateIn(dir.path), made);
    const bad = `${path}.bad${count === 0 ? "" : `.${count + 1}`}`;
    assertStringIncludes(warnings.join("\n"), `it is now ${bad}, which you can remove`);
    assertEquals(Deno.readTextFileSync(bad), text);
  }
});

Deno.test("a certificate that was saved without a sum is used as it is", async () => {
  using dir = tempDir();
  const { sum, ...rest } = await certificateIn(dir.path);
  assertEquals(sum?.length, 64);
  const path = `${dir.path}/tls/listener.json`;
  Deno.writeTextFileSync(path, JSON.stringify({ version: 1, ...rest }));
  assertEquals((await certificateIn(dir.path)).fingerprint, rest.fingerprint);
});
