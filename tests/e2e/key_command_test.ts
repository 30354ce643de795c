// A key that a command prints, with the installed program: it seals, opens, and is asked again for every save.
// Rule: the command is a real one, and what it does wrong is done for real.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { installed } from "../support/installed.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { filesWith, keyId, newKey, openByHand } from "../support/sealed.ts";
import { signedIn } from "../support/signed_in.ts";

Deno.test("the installed program seals with a key command, and without its key nothing is sent", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const keys = await Deno.makeTempDir({ prefix: "anaplan-auth-keys-" });
  await using _keys = { [Symbol.asyncDispose]: () => Deno.remove(keys, { recursive: true }) };
  const [first, second] = [newKey(), newKey()];
  await Deno.writeTextFile(`${keys}/first key`, first);
  await Deno.writeTextFile(`${keys}/second`, second);
  await signedIn(sandbox, home);
  const plain = await home.credentials();
  const secrets = [plain?.accessToken ?? "", plain?.refreshToken ?? "", first, second];
  const machine = await installed(home.path, `${home.path}/bin`);
  const run = (line: string) => machine.run(`anaplan-auth ${line}`, { TMPDIR: home.path });

  const sealed = await run(`seal --key-command "cat '${keys}/first key'" --json`);
  assertEquals(sealed.code, 0, sealed.stderr);
  assertEquals(JSON.parse(sealed.stdout).sealed, "command");
  assertEquals(filesWith(secrets, [home.path]), []);
  assertEquals((await run("token")).stdout.trim(), plain?.accessToken);
  assertEquals(JSON.parse((await run("status --json")).stdout).sealed, "command");
  const refreshed = await run("refresh --verbose");
  assertEquals(refreshed.code, 0, refreshed.stderr);
  assertEquals(secrets.filter((secret) => refreshed.stderr.includes(secret)), []);

  const changed = await run(`seal --key-command 'cat ${keys}/second'`);
  assertEquals(changed.code, 0, changed.stderr);
  const text = await Deno.readTextFile(home.credentialsFile());
  const { login } = openByHand(text, second);

  await Deno.remove(`${keys}/second`);
  const before = sandbox.requests.length;
  for (const argv of ["refresh", "token", "whoami", "logout"]) {
    const { code, stdout, stderr } = await run(argv);
    assertEquals([code, stdout], [7, ""], stderr);
    const from = `Cannot get key ${keyId(second)} of the logins from the key command cat ${keys}`;
    assertStringIncludes(stderr, from);
    assertStringIncludes(stderr, ": cat: “cat: ");
  }
  assertEquals(sandbox.requests.length, before);
  assertEquals(await Deno.readTextFile(home.credentialsFile()), text);

  await Deno.writeTextFile(`${keys}/second`, second);
  assertEquals((await run("token")).stdout.trim(), login.accessToken);
  assertEquals((await run("unseal --yes")).code, 0);
  assertEquals((await home.credentials())?.refreshToken, login.refreshToken);
});

Deno.test("a key command with the key itself in its words is refused, and the key is kept and said nowhere", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const machine = await installed(home.path, `${home.path}/bin`);
  const key = newKey();
  const hex = Uint8Array.fromBase64(key).toHex();
  const before = await home.credentials();
  for (const command of [`echo ${key}`, `echo ${hex}`, `sh -c 'echo ${key}'`]) {
    const line = `anaplan-auth seal --key-command "${command}"`;
    const { code, stdout, stderr } = await machine.run(line, { TMPDIR: home.path });
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, "Cannot use the key command: the key itself is in it");
    assertEquals(filesWith([key, hex], [home.path]), []);
    assertEquals([key, hex].some((text) => stderr.includes(text)), false);
  }
  assertEquals(await home.credentials(), before);
});
