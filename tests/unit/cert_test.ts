// The commands `cert show`, `renew` and `trust`.
import { formatWords } from "../../src/base/words.ts";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { certRenew, certShow, certTrust, trustCommands } from "../../src/commands/cert.ts";
import { CliError } from "../../src/base/errors.ts";
import { storedCertificate } from "../../src/oauth/certificate.ts";
import { dateTime } from "../../src/base/times.ts";
import type { Arranged } from "../support/fake_system.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { splitWords } from "../support/words.ts";
import { modeOf } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const HOME = { HOME: "/home/ada" };

/** A scene in which programs end with these codes; `ran` is what was run. */
function certScene(
  codes: readonly (number | undefined)[] = [],
  arranged: Arranged = {},
): SessionScene & { readonly ran: (readonly string[])[] } {
  const ran: (readonly string[])[] = [];
  const left = [...codes];
  const run = (command: readonly string[]): Promise<number | undefined> => {
    if (left.length === 0) throw new Error(`${command[0]} was run`);
    ran.push(command);
    return Promise.resolve(left.shift());
  };
  return { ...sessionScene(undefined, { env: HOME, run, ...arranged }), ran };
}

Deno.test("cert show makes the certificate that does not exist yet, and shows names, fingerprint and end", async () => {
  using scene = certScene();
  const { text, data } = await certShow(scene.flags, scene.context);
  const kept = storedCertificate(scene.configDir);
  assert(kept !== undefined);
  assertEquals(data, {
    names: ["127.0.0.1", "::1", "localhost"],
    fingerprint_sha256: kept.fingerprint,
    not_after: new Date(kept.notAfter).toISOString(),
  });
  assertStringIncludes(formatWords(text), "127.0.0.1, ::1, localhost");
  assertEquals(formatWords(text).replaceAll(/[:\s]/g, "").includes(kept.fingerprint), true);
  assertStringIncludes(formatWords(text), `${dateTime(kept.notAfter)} (397 days)`);
  assertEquals(formatWords(text).split("\n").filter((line) => line.length > 80), []);
});

Deno.test("cert show shows the certificate that is kept, every time", async () => {
  using scene = certScene();
  const first = await certShow(scene.flags, scene.context);
  assertEquals(await certShow(scene.flags, scene.context), first);
});

Deno.test("cert show shows no key", async () => {
  using scene = certScene();
  const { text, data } = await certShow(scene.flags, scene.context);
  assertEquals(/PRIVATE|BEGIN/.test(text + JSON.stringify(data)), false);
});

Deno.test("cert renew makes another certificate, however fresh the old one is, and keeps that", async () => {
  using scene = certScene();
  await certShow(scene.flags, scene.context);
  const before = storedCertificate(scene.configDir);
  const { data } = await certRenew(scene.flags, scene.context);
  const after = storedCertificate(scene.configDir);
  assertNotEquals(after?.fingerprint, before?.fingerprint);
  assertNotEquals(after?.key, before?.key);
  assertEquals((data as { fingerprint_sha256?: string }).fingerprint_sha256, after?.fingerprint);
  assertStringIncludes(scene.context.talk.said.join("\n"), "warn again");
});

Deno.test("cert renew replaces a certificate that is damaged", async () => {
  using scene = certScene();
  await certShow(scene.flags, scene.context);
  Deno.writeTextFileSync(`${scene.configDir}/tls/listener.json`, "{");
  const error = assertThrows(() => storedCertificate(scene.configDir), CliError);
  assertEquals(nextOf(error), "anaplan-auth cert renew");
  await certRenew(scene.flags, scene.context);
  assertNotEquals(storedCertificate(scene.configDir), undefined);
});

for (const platform of ["darwin", "windows", "linux"] as const) {
  Deno.test(`cert trust on ${platform} prints the commands that a shell takes, and runs none`, async () => {
    using scene = certScene([], { platform, env: { HOME: "/home/ada b" } });
    const { text, data, kind } = await certTrust(scene.flags, scene.context);
    const path = `${scene.configDir}/tls/certificate.pem`;
    const commands = trustCommands(path, platform, "/home/ada b");
    assertEquals(formatWords(text).split("\n").map((line) => splitWords(line)), commands);
    assertEquals([kind, data], ["verbatim", { certificate: path, commands, run: false }]);
    assertEquals(scene.ran, []);
  });

  Deno.test(`cert trust --yes on ${platform} runs them in their order`, async () => {
    using scene = certScene([0, 0], { platform });
    const { data } = await certTrust({ ...scene.flags, yes: true }, scene.context);
    const commands = trustCommands(`${scene.configDir}/tls/certificate.pem`, platform, "/home/ada");
    assertEquals(scene.ran, commands);
    assertEquals((data as { run: boolean }).run, true);
  });
}

Deno.test("the file that is to be trusted holds the certificate that the listener shows, and no key", async () => {
  using scene = certScene();
  await certTrust(scene.flags, scene.context);
  const path = `${scene.configDir}/tls/certificate.pem`;
  const text = Deno.readTextFileSync(path);
  assertEquals(text, `${storedCertificate(scene.configDir)?.certificate}\n`);
  assertEquals([text.includes("PRIVATE"), modeOf(path)], [false, "600"]);
});

Deno.test("a program that is not there ends --yes, and the error names the package", async () => {
  using scene = certScene([0, undefined]);
  const error = await assertRejects(
    () => certTrust({ ...scene.flags, yes: true }, scene.context),
    CliError,
  );
  assertEquals(error.kind, "unavailable");
  assertStringIncludes(error.message, "certutil could not be started");
  assertStringIncludes(nextOf(error), "apt-get install libnss3-tools");
});

Deno.test("a program that fails ends --yes, and nothing is run after it", async () => {
  using scene = certScene([1]);
  const error = await assertRejects(
    () => certTrust({ ...scene.flags, yes: true }, scene.context),
    CliError,
  );
  assertEquals([error.kind, scene.ran.length], ["unavailable", 1]);
  assertStringIncludes(error.message, "mkdir ended with exit code 1");
  assertStringIncludes(nextOf(error), "anaplan-auth cert trust");
});

Deno.test("cert trust --yes without HOME is a usage error, and runs nothing", async () => {
  for (const platform of ["darwin", "linux"] as const) {
    using scene = certScene([], { platform, env: {} });
    const error = await assertRejects(
      () => certTrust({ ...scene.flags, yes: true }, scene.context),
      CliError,
    );
    assertEquals([error.kind, scene.ran], ["usage", []]);
    assertStringIncludes(error.message, "HOME is not set");
  }
});
