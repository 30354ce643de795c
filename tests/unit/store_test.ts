// One login per profile on a real disk: read by every process, changed under the lock alone.
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { CliError } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import type { LoginStore } from "../../src/store/locking.ts";
import { openStore } from "../../src/store/logins.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { answerLost, LOGIN, loginFile, putLogin, STALE, tokenAnswer } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

function storeIn(configDir: string, warnings: string[] = []): LoginStore {
  return openStore(configDir, fakeSystem(), (text) => warnings.push(formatWords(text)));
}

Deno.test("a login that was saved is there for the next process", async () => {
  using dir = tempDir();
  {
    await using login = await storeIn(dir.path).lock("default");
    assertEquals(await login.load(), undefined);
    await login.save(LOGIN);
    assert(sameTokenSet(await login.load(), LOGIN));
  }
  assert(sameTokenSet(await storeIn(dir.path).load("default"), LOGIN));
});

Deno.test("a login is kept in a 0600 file of its profile in 0700 directories", async () => {
  using dir = tempDir();
  const configDir = `${dir.path}/config`;
  await using login = await storeIn(configDir).lock("eu-test");
  await login.save(LOGIN);
  const path = storeIn(configDir).pathOf("eu-test");
  assertEquals(path, `${configDir}/credentials/eu-test.json`);
  assertEquals([modeOf(path), modeOf(configDir), modeOf(`${configDir}/credentials`)], [
    "600",
    "700",
    "700",
  ]);
  assertEquals(modeOf(`${configDir}/credentials/eu-test.lock`), "600");
});

Deno.test("reading a login takes no lock and makes no file", async () => {
  using dir = tempDir();
  assertEquals(await storeIn(dir.path).load("default"), undefined);
  assertEquals(namesIn(dir.path), []);
  putLogin(dir.path, LOGIN);
  await using _login = await storeIn(dir.path).lock("default");
  assert(sameTokenSet(await storeIn(dir.path).load("default"), LOGIN));
});

Deno.test("profiles have locks and logins of their own", async () => {
  using dir = tempDir();
  await using one = await storeIn(dir.path).lock("one");
  await using two = await storeIn(dir.path).lock("two");
  await one.save(LOGIN);
  await two.save(STALE);
  two.remove();
  assert(sameTokenSet(await storeIn(dir.path).load("one"), LOGIN));
  assertEquals(await storeIn(dir.path).load("two"), undefined);
});

Deno.test("a lock that another one holds is a storage error, later than the longest refresh takes", async () => {
  using dir = tempDir();
  await using _login = await storeIn(dir.path).lock("default");
  let patience = 0;
  const sleep = (pause: number): Promise<void> => Promise.resolve(void (patience += pause));
  const impatient = openStore(
    dir.path,
    { ...fakeSystem(), monotonic: () => patience, sleep },
    () => {},
  );
  const error = await assertRejects(() => impatient.lock("default"), CliError);
  assertEquals(error.kind, "storage");
  assert(patience > await longestRefresh(), `${patience} ms`);
});

/** How long a refresh takes whose every request takes as long as it may, in milliseconds. */
async function longestRefresh(): Promise<number> {
  const slow = (step: () => Response) => (): Response => {
    const { timeout = Infinity } = system.requests.at(-1) ?? {};
    system.advance(2 * timeout); // so long may a whole answer take (system/http.ts)
    return step();
  };
  const lost = (): Response => {
    throw answerLost();
  };
  const busy = (): Response =>
    new Response(null, { status: 429, headers: { "retry-after": "10" } });
  const system = fakeSystem({ network: [slow(lost), slow(busy), slow(tokenAnswer)] });
  await refresh(LOGIN, SERVER, CLIENT, system);
  return system.now() - START;
}

Deno.test("saving and removing clear away what a crash left", async () => {
  using dir = tempDir();
  putLogin(dir.path, LOGIN);
  const leftover = `${loginFile(dir.path)}.${crypto.randomUUID()}.tmp`;
  await using login = await storeIn(dir.path).lock("default");
  Deno.writeTextFileSync(leftover, "half a login");
  await login.save(LOGIN);
  assertEquals(namesIn(`${dir.path}/credentials`), ["default.json", "default.lock"]);
  Deno.writeTextFileSync(leftover, "half a login");
  await login.remove();
  assertEquals(namesIn(`${dir.path}/credentials`), ["default.lock"]);
});

Deno.test("what looks like a leftover and cannot be removed spoils no save and no removal", async () => {
  using dir = tempDir();
  putLogin(dir.path, STALE);
  const names = [crypto.randomUUID(), crypto.randomUUID()].map((id) => `default.json.${id}.tmp`);
  for (const name of names) {
    Deno.mkdirSync(`${dir.path}/credentials/${name}/full`, { recursive: true });
  }
  await using login = await storeIn(dir.path).lock("default");
  await login.save(LOGIN);
  assert(sameTokenSet(await login.load(), LOGIN));
  await login.remove();
  assertEquals(namesIn(`${dir.path}/credentials`), ["default.lock", ...names].sort());
});

Deno.test("a damaged login is a storage error that says to sign in, and quotes nothing", async () => {
  using dir = tempDir();
  putLogin(dir.path, LOGIN);
  const path = loginFile(dir.path);
  Deno.writeTextFileSync(path, '{"accessToken":"hush-hush"');
  const error = await assertRejects(() => storeIn(dir.path).load("default"), CliError);
  assertEquals(error.kind, "storage");
  assertEquals(error.message, `Cannot use ${path}: it is not JSON`);
  assertEquals([nextOf(error), error.damagedFile], ["anaplan-auth login", path]);
  assert(!Deno.inspect(error).includes("hush-hush"));
});

for (const directory of ["", "/credentials"]) {
  Deno.test(`an open directory${directory} is a storage error for reading and for locking, and stays`, async () => {
    using dir = tempDir();
    putLogin(dir.path, LOGIN);
    Deno.chmodSync(`${dir.path}${directory}`, 0o750);
    const refusals = [
      await assertRejects(() => storeIn(dir.path).load("default"), CliError),
      await assertRejects(() => storeIn(dir.path).lock("default"), CliError),
    ];
    for (const { kind, message } of refusals) {
      assertEquals([kind, message], [
        "storage",
        `Cannot use ${dir.path}${directory}: other users can open it`,
      ]);
    }
    assertEquals(modeOf(`${dir.path}${directory}`), "750");
  });
}
