// Tokens that cannot be saved in their place: where they wait, and how the next command puts them back.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { openStore } from "../../src/store/logins.ts";
import { parseTokenSet } from "../../src/oauth/token_set.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { LOGIN, loginFile, putLogin, STALE, storedLogin } from "../support/logins.ts";
import { NEW, OTHERS, rescueScene, saveInVain } from "../support/rescue_scene.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";

Deno.test("tokens whose directory is gone are rescued into a 0600 file elsewhere, whole", async () => {
  using at = rescueScene();
  const error = await saveInVain(at);
  const [name = ""] = namesIn(at.elsewhere);
  const path = `${at.elsewhere}/${name}`;
  assertEquals(modeOf(path), "600");
  assert(sameTokenSet(parseTokenSet(Deno.readTextFileSync(path)), NEW));
  assertEquals([error.kind, error.code], ["storage", "not_saved"]);
  assertStringIncludes(error.message, "Cannot save the new tokens: no such file or directory");
  assertStringIncludes(error.message, `they are in ${path}`);
});

Deno.test("the next holder of the lock puts rescued tokens back, and removes the rescued file", async () => {
  using at = rescueScene();
  await saveInVain(at);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
  assert(sameTokenSet(storedLogin(at.configDir), NEW));
  assertEquals(namesIn(at.elsewhere), []);
  assertStringIncludes(at.warnings.join(), "the tokens that were rescued to");
});

Deno.test("tokens that only lacked the rename wait beside their place, and are put into it", async () => {
  using at = rescueScene();
  {
    await using login = await at.lock();
    await login.prepare();
    Deno.removeSync(loginFile(at.configDir));
    Deno.mkdirSync(`${loginFile(at.configDir)}/full`, { recursive: true });
    const error = await assertRejects(() => login.save(NEW), CliError);
    assertEquals(error.code, "not_saved");
    assertStringIncludes(error.message, `they are in ${loginFile(at.configDir)}.next`);
  }
  assertEquals(namesIn(at.elsewhere), []);
  Deno.removeSync(loginFile(at.configDir), { recursive: true });
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
  assertEquals(namesIn(`${at.configDir}/credentials`), ["default.json", "default.lock"]);
});

Deno.test("while their place is not to be had, rescued tokens stay, and no lock is given", async () => {
  using at = rescueScene();
  await saveInVain(at);
  const [name = ""] = namesIn(at.elsewhere);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  Deno.renameSync(loginFile(at.configDir), `${at.configDir}/in use`);
  Deno.symlinkSync(`${at.configDir}/in use`, loginFile(at.configDir));
  for (let tries = 0; tries < 2; tries++) {
    const error = await at.lock().then(() => undefined, (error) => error);
    assert(error instanceof CliError && error.kind === "storage", String(error));
  }
  assertEquals(namesIn(at.elsewhere), [name]);
});

Deno.test("a reservation that no answer came for is removed by the next holder of the lock", async () => {
  using at = rescueScene();
  Deno.writeTextFileSync(`${loginFile(at.configDir)}.next`, " ".repeat(40_000), { mode: 0o600 });
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), STALE));
  assertEquals(namesIn(`${at.configDir}/credentials`), ["default.json", "default.lock"]);
});

Deno.test("a text that was written and not yet cut to its length is whole", async () => {
  using at = rescueScene();
  putLogin(at.configDir, NEW, "other");
  const text = Deno.readTextFileSync(loginFile(at.configDir, "other")) + " ".repeat(40_000);
  Deno.writeTextFileSync(`${loginFile(at.configDir)}.next`, text, { mode: 0o600 });
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
});

Deno.test("the runtime directory, which a sign-out removes, is the last place for a rescue", async () => {
  using runtime = tempDir();
  using at = rescueScene({ XDG_RUNTIME_DIR: runtime.path });
  await saveInVain(at);
  assertEquals([namesIn(at.elsewhere).length, namesIn(runtime.path).length], [1, 0]);
});

Deno.test("a rescue that the lock file does not name is found by its name", async () => {
  using home = tempDir();
  using at = rescueScene({ HOME: home.path });
  let path = "";
  {
    await using login = await at.lock();
    await login.prepare();
    Deno.removeSync(at.elsewhere); // the place that the lock file names
    Deno.renameSync(`${at.configDir}/credentials`, `${at.configDir}/moved`);
    const error = await assertRejects(() => login.save(NEW), CliError);
    [, path = ""] = /they are in (\S+)$/.exec(error.message) ?? [];
    assert(sameTokenSet(parseTokenSet(Deno.readTextFileSync(path)), NEW));
  }
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  const lockPath = `${at.configDir}/credentials/default.lock`;
  const lines = Deno.readTextFileSync(lockPath).split("\n");
  Deno.writeTextFileSync(lockPath, lines.with(1, "").join("\n"));
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
  assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
});

Deno.test("a rescue is found where the lock file says, when TMPDIR is another one by then", async () => {
  using at = rescueScene();
  await saveInVain(at);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  const system = fakeSystem({ env: {} });
  await using login = await openStore(at.configDir, system, () => {}).lock("default");
  assert(sameTokenSet(await login.load(), NEW));
  assertEquals(namesIn(at.elsewhere), []);
});

for (const what of ["a directory with a like name", "a copy of the directory"]) {
  Deno.test(`a rescued login is not put in the place of the login in ${what}`, async () => {
    using at = rescueScene({}, "acme/prod");
    const other = at.configDir.replace("acme/prod", "acme_prod");
    await saveInVain(at);
    putLogin(other, OTHERS);
    if (what.startsWith("a copy")) {
      Deno.copyFileSync(
        `${at.configDir}/moved/default.lock`,
        `${other}/credentials/default.lock`,
      );
    }
    const system = fakeSystem({ env: { HOME: at.elsewhere } });
    await using login = await openStore(other, system, () => {}).lock("default");
    assert(sameTokenSet(await login.load(), OTHERS));
    Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
    await using own = await at.lock();
    assert(sameTokenSet(await own.load(), NEW), "the login itself gets it");
  });
}

for (const [what, present] of [["the same login", STALE], ["no login", undefined]] as const) {
  Deno.test(`a rescued login is not taken to a copy of the directory that has ${what}`, async () => {
    using at = rescueScene();
    await saveInVain(at);
    Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
    const copy = `${at.configDir} copied`;
    putLogin(copy, STALE);
    if (present === undefined) Deno.removeSync(loginFile(copy));
    const lock = "credentials/default.lock";
    Deno.copyFileSync(`${at.configDir}/${lock}`, `${copy}/${lock}`);
    const system = fakeSystem({ env: { HOME: at.elsewhere } });
    {
      await using login = await openStore(copy, system, () => {}).lock("default");
      assert(sameTokenSet(await login.load(), present));
    }
    await using own = await at.lock();
    assert(sameTokenSet(await own.load(), NEW), "the login itself gets it");
  });
}

Deno.test("containers with the same HOME that share /var/tmp do not take each other's tokens", async () => {
  for (const hasLogin of [true, false]) {
    using at = rescueScene();
    await saveInVain(at);
    Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
    Deno.renameSync(at.configDir, `${at.configDir} of the first container`);
    if (hasLogin) putLogin(at.configDir, OTHERS);
    {
      await using login = await at.lock();
      assert(sameTokenSet(await login.load(), hasLogin ? OTHERS : undefined));
      await login.prepare();
      Deno.renameSync(`${at.configDir}/credentials`, `${at.configDir}/moved`);
      await assertRejects(() => login.save(OTHERS), CliError); // does not overwrite the first one's
    }
    assertEquals(namesIn(at.elsewhere).length, 2);
    Deno.removeSync(at.configDir, { recursive: true });
    Deno.renameSync(`${at.configDir} of the first container`, at.configDir);
    await using login = await at.lock();
    assert(sameTokenSet(await login.load(), NEW));
  }
});

Deno.test("a rescued file says which login it belongs to", async () => {
  using at = rescueScene();
  await saveInVain(at);
  const [name = ""] = namesIn(at.elsewhere);
  const { rescuedFor } = JSON.parse(Deno.readTextFileSync(`${at.elsewhere}/${name}`));
  assertStringIncludes(rescuedFor, `${Deno.realPathSync(at.configDir)}/credentials/default.lock`);
});

for (const text of ["{}", "[]", "null", "7", '{"accessToken":"half of a login"}']) {
  Deno.test(`a file beside the login that holds ${text} does not replace it, and is set aside`, async () => {
    using at = rescueScene();
    const waiting = `${loginFile(at.configDir)}.next`;
    Deno.writeTextFileSync(waiting, text, { mode: 0o600 });
    await using login = await at.lock();
    assert(sameTokenSet(await login.load(), STALE));
    assertEquals(Deno.readTextFileSync(`${waiting}.bad`), text);
    assertStringIncludes(at.warnings.join(), `${waiting}.bad`);
    await login.prepare();
    await login.save(LOGIN);
  });
}

Deno.test("a rescued file that is left over does not replace a later login", async () => {
  using at = rescueScene();
  await saveInVain(at);
  const [name = ""] = namesIn(at.elsewhere);
  const copy = Deno.readTextFileSync(`${at.elsewhere}/${name}`);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  const later = { ...OTHERS, obtainedAt: NEW.obtainedAt + 60_000 };
  {
    await using login = await at.lock();
    await login.save(later);
  }
  Deno.writeTextFileSync(`${at.elsewhere}/${name}`, copy, { mode: 0o600 });
  await using login = await at.lock();
  assertEquals((await login.load())?.obtainedAt, later.obtainedAt);
});

Deno.test("what another user put where a rescue would be is passed over", async () => {
  using at = rescueScene();
  await saveInVain(at);
  const [name = ""] = namesIn(at.elsewhere);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  Deno.chmodSync(`${at.elsewhere}/${name}`, 0o666);
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), STALE));
});

Deno.test("no token is in the error of a rescue", async () => {
  using at = rescueScene();
  const error = await saveInVain(at);
  for (const secret of ["old-access", "old-refresh", "client-secret"]) {
    assert(!Deno.inspect(error).includes(secret));
  }
});
