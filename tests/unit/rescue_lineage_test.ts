// Which login rescued tokens go back to, and what happens when they cannot be read.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { type TokenSet } from "../../src/oauth/token_set.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { loginFile, putLogin, STALE, storedLogin } from "../support/logins.ts";
import { NEW, OTHERS, rescueScene, rescueTokens } from "../support/rescue_scene.ts";
import { exists, namesIn } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const A_DAY = 86_400_000;

Deno.test("rescued tokens are put back although the login before them is from a clock that was a day ahead", async () => {
  using at = rescueScene();
  putLogin(at.configDir, { ...STALE, obtainedAt: STALE.obtainedAt + A_DAY });
  const path = await rescueTokens(at);
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
  assert(!exists(path));
});

Deno.test("tokens that a clock a day ahead rescued do not replace a later sign-in, and stay", async () => {
  using at = rescueScene();
  const path = await rescueTokens(at, { ...NEW, obtainedAt: NEW.obtainedAt + A_DAY });
  putLogin(at.configDir, OTHERS);
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), OTHERS));
  assert(exists(path));
  assertStringIncludes(at.warnings.join(), `${path} holds tokens that do not follow`);
});

Deno.test("a first login that was rescued does not replace a login that came since", async () => {
  using at = rescueScene();
  Deno.removeSync(loginFile(at.configDir));
  const path = await rescueTokens(at);
  putLogin(at.configDir, OTHERS);
  {
    await using login = await at.lock();
    assert(sameTokenSet(await login.load(), OTHERS));
  }
  Deno.removeSync(loginFile(at.configDir));
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW), "without a login it goes back");
  assert(!exists(path));
});

Deno.test("a login that was marked as ended after the rescue is still the one that the tokens follow", async () => {
  using at = rescueScene();
  await rescueTokens(at);
  putLogin(at.configDir, { ...STALE, endedBy: "invalid_grant" });
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
});

Deno.test("a rescued file names the login that it follows by a hash only", async () => {
  using at = rescueScene();
  const { follows } = JSON.parse(Deno.readTextFileSync(await rescueTokens(at)));
  assert(/^[0-9a-f]{64}$/.test(follows));
});

const UNREADABLE = [
  ["that is gone", (path: string) => Deno.removeSync(path), "no such file or directory"],
  [
    "that others can open",
    (path: string) => Deno.chmodSync(path, 0o644),
    "other users can open it",
  ],
  ["of another login", (path: string) => Deno.writeTextFileSync(path, "{}"), "another login"],
  ["that is damaged", (path: string) => Deno.writeTextFileSync(path, "{"), "it cannot be read"],
] as const;

for (const [what, spoil, why] of UNREADABLE) {
  Deno.test(`the lock's note names a rescued file ${what}, until a sign-in replaces the login`, async () => {
    using at = rescueScene();
    const path = await rescueTokens(at);
    spoil(path);
    for (let tries = 0; tries < 2; tries++) {
      await using login = await at.lock();
      assertEquals(login.lost?.kind, "storage");
      assertStringIncludes(login.lost?.message ?? "", `${path}: `);
      assertStringIncludes(login.lost?.message ?? "", why);
      assertStringIncludes(nextOf(login.lost), "anaplan-auth login");
      await login.prepare(); // a sign-in that comes to nothing
    }
    {
      await using login = await at.lock();
      await login.prepare();
      await login.save(OTHERS);
    }
    await using login = await at.lock();
    assertEquals(login.lost, undefined);
    assert(sameTokenSet(await login.load(), OTHERS));
  });
}

Deno.test("after a sign-out, tokens that were rescued and could not be read do not come back", async () => {
  using at = rescueScene();
  const path = await rescueTokens(at);
  Deno.chmodSync(path, 0o644);
  {
    await using login = await at.lock();
    await login.remove();
  }
  assertStringIncludes(at.warnings.join(), path);
  Deno.chmodSync(path, 0o600);
  await using login = await at.lock();
  assertEquals([await login.load(), login.lost], [undefined, undefined]);
});

Deno.test("after a sign-out, a rescued file that could not be removed does not bring the login back", async () => {
  using at = rescueScene();
  const path = await rescueTokens(at);
  const text = Deno.readTextFileSync(path);
  {
    await using login = await at.lock();
    await login.remove();
  }
  Deno.writeTextFileSync(path, text, { mode: 0o600 });
  await using login = await at.lock();
  assertEquals(await login.load(), undefined);
});

Deno.test("an unreadable rescue does not stop a login that is not the one before it", async () => {
  using at = rescueScene();
  Deno.removeSync(await rescueTokens(at));
  putLogin(at.configDir, OTHERS);
  await using login = await at.lock();
  assertEquals(login.lost, undefined);
});

Deno.test("a rescue whose path is longer than a block of the disk is found by the note", async () => {
  using at = rescueScene();
  const long = `${at.elsewhere}/${`${"d".repeat(200)}/`.repeat(14)}`;
  Deno.mkdirSync(long, { recursive: true });
  assertStringIncludes(await rescueTokens({ ...at, lock: () => at.lock({ HOME: long }) }), long);
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
});

Deno.test("a job's TMPDIR is used after the places that stay", async () => {
  using at = rescueScene({ TMPDIR: "/nowhere/job" });
  assertStringIncludes(await rescueTokens(at), at.elsewhere);
  using job = rescueScene({ TMPDIR: at.elsewhere, HOME: "/nowhere" });
  assertStringIncludes(await rescueTokens(job), `${job.configDir}/anaplan-auth-rescued`);
});

const UNJUDGED = [
  ["of a newer version", (path: string) => Deno.writeTextFileSync(path, '{"version":2}'), "newer"],
  [
    "that others can open",
    (path: string) => Deno.chmodSync(path, 0o644),
    "other users can open it",
  ],
] as const;

for (const [what, change, why] of UNJUDGED) {
  for (const where of ["elsewhere", "beside"]) {
    Deno.test(`tokens that wait ${where} do not replace a login file ${what}`, async () => {
      using at = rescueScene();
      let path = await rescueTokens(at);
      if (where === "beside") {
        Deno.renameSync(path, `${loginFile(at.configDir)}.next`);
        path = `${loginFile(at.configDir)}.next`;
      }
      change(loginFile(at.configDir));
      const before = Deno.readTextFileSync(loginFile(at.configDir));
      const error = await at.lock().then(() => undefined, (error) => error);
      assert(error instanceof CliError && error.message.includes(why), String(error));
      assertEquals(Deno.readTextFileSync(loginFile(at.configDir)), before);
      assert(exists(path));
    });
  }
}

Deno.test("a damaged login file is set aside when tokens are put back, and kept", async () => {
  using at = rescueScene();
  await rescueTokens(at);
  Deno.writeTextFileSync(loginFile(at.configDir), '{"version":1,');
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
  assert(namesIn(`${at.configDir}/credentials`).includes("default.json.bad"));
});

Deno.test("of two holders, the one whose lock file was removed saves nothing over the other's login", async () => {
  using at = rescueScene();
  await using first = await at.lock();
  await first.prepare();
  Deno.removeSync(`${at.configDir}/credentials/default.lock`);
  {
    await using second = await at.lock();
    await second.prepare();
    const error = await thrownBy(() => first.save(NEW));
    assertEquals(error?.code, "not_saved");
    assert(sameTokenSet(storedLogin(at.configDir), STALE));
    await second.save(OTHERS);
  }
  assert(sameTokenSet(storedLogin(at.configDir), OTHERS));
});

Deno.test("the tokens of the first holder are put back when the second one gets none", async () => {
  using at = rescueScene();
  {
    await using first = await at.lock();
    await first.prepare();
    Deno.removeSync(`${at.configDir}/credentials/default.lock`);
    await using second = await at.lock();
    await second.prepare();
    await thrownBy(() => first.save(NEW));
    await second.save({ ...STALE, endedBy: "invalid_grant" });
  }
  await using login = await at.lock();
  assert(sameTokenSet(await login.load(), NEW));
});

for (const second of ["saved a login", "is not there"]) {
  Deno.test(`a holder whose lock file was removed locks again when a second one ${second}`, async () => {
    using at = rescueScene();
    await using first = await at.lock();
    await first.prepare();
    Deno.removeSync(`${at.configDir}/credentials/default.lock`);
    let expected: TokenSet = NEW;
    if (second === "saved a login") {
      await using other = await at.lock();
      await other.prepare();
      await other.save(OTHERS);
      expected = OTHERS;
    }
    const error = await thrownBy(() => first.save(NEW));
    assertEquals(error?.code, expected === NEW ? undefined : "not_saved");
    assert(sameTokenSet(storedLogin(at.configDir), expected));
  });
}

async function thrownBy(work: () => Promise<void>): Promise<CliError | undefined> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}
