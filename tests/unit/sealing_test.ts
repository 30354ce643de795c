// Sealed logins in the store: what opens them, what does not, and what is left on the disk.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { CliError } from "../../src/base/errors.ts";
import { keyIn } from "../../src/store/key.ts";
import type { LoginStore } from "../../src/store/locking.ts";
import { openStore } from "../../src/store/logins.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { LOGIN, loginFile, putLogin, STALE } from "../support/logins.ts";
import { NEW } from "../support/rescue_scene.ts";
import { filesWith, keyId, newKey, openByHand, sealByHand } from "../support/sealed.ts";
import { tempDir } from "../support/temp_dir.ts";

const KEY = newKey();
const TOKENS = ["old-access", "old-refresh", "client-secret", "new-access", "new-refresh"];

function storeIn(
  configDir: string,
  env: Record<string, string> = { ANAPLAN_AUTH_KEY: KEY },
  warnings: string[] = [],
): LoginStore {
  return openStore(configDir, fakeSystem({ env }), (text) => warnings.push(formatWords(text)));
}

async function putSealed(configDir: string, profile = "default"): Promise<string> {
  await using login = await storeIn(configDir).lock(profile);
  await login.save(LOGIN);
  return loginFile(configDir, profile);
}

Deno.test("a key is 32 bytes: raw, base64, base64url or hex, with or without a line break", async () => {
  const raw = Uint8Array.fromBase64(KEY);
  const spellings = [
    raw,
    ...[KEY, raw.toBase64({ alphabet: "base64url", omitPadding: true }), raw.toHex()]
      .flatMap((text) => [text, `${text}\n`]).map((text) => new TextEncoder().encode(text)),
  ];
  for (const bytes of spellings) assertEquals((await keyIn(bytes))?.id, keyId(KEY));
  const password = "correct horse battery staple 123";
  for (
    const text of [
      "",
      "x",
      password,
      KEY.slice(0, 32),
      KEY.slice(4),
      `${KEY}AAAA`,
      raw.toHex().slice(2),
      "ä".repeat(32),
    ]
  ) {
    assertEquals(await keyIn(new TextEncoder().encode(text)), undefined);
  }
});

Deno.test("a sealed login is a JWE that names its key and its profile, and no token is beside it", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  const { header, login } = openByHand(Deno.readTextFileSync(path), KEY);
  assertEquals(header, { alg: "dir", enc: "A256GCM", kid: keyId(KEY), profile: "default" });
  assertEquals([login.accessToken, login.refreshToken], ["old-access", "old-refresh"]);
  assertEquals(filesWith(TOKENS, [dir.path]), []);
  assert(sameTokenSet(await storeIn(dir.path).load("default"), LOGIN));
  assertEquals(await storeIn(dir.path).sealedBy("default"), "environment");
});

/** The file stays as it is, whatever is done with it. */
async function assertShut(
  configDir: string,
  expected: string,
  store = storeIn(configDir),
): Promise<void> {
  const path = loginFile(configDir);
  const before = Deno.readTextFileSync(path);
  const error = await assertRejects(() => store.load("default"), CliError);
  assertEquals([error.kind, error.damagedFile], ["storage", undefined]);
  assertStringIncludes(error.message, expected);
  await using login = await store.lock("default");
  await assertRejects(() => login.load(), CliError, expected);
  assertEquals(Deno.readTextFileSync(path), before);
}

Deno.test("a wrong key opens nothing, and leaves the file alone", async () => {
  using dir = tempDir();
  await putSealed(dir.path);
  const other = newKey();
  const store = storeIn(dir.path, { ANAPLAN_AUTH_KEY: other });
  await assertShut(dir.path, `cannot be opened with key ${keyId(other)}`, store);
});

Deno.test("a sealed login with any bit flipped cannot be opened", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  const text = Deno.readTextFileSync(path);
  const start = text.indexOf('"ey') + 1;
  const end = text.lastIndexOf('"');
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at) ^ (1 << at % 7);
    if (text[at] === "." || code < 32 || '"\\'.includes(String.fromCharCode(code))) continue;
    const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
    if (sameBytes(changed, text)) continue;
    Deno.writeTextFileSync(path, changed);
    const error = await assertRejects(() => storeIn(dir.path).load("default"), CliError);
    assertStringIncludes(error.message, `cannot be opened with key ${keyId(KEY)}`, `at ${at}`);
    assertEquals([error.kind, error.damagedFile], ["storage", undefined]);
  }
});

/** The last character of base64 has bits that mean nothing. */
function sameBytes(a: string, b: string): boolean {
  const parts = (text: string) =>
    JSON.parse(text).sealed.split(".").map((part: string) => Buffer.from(part, "base64url"));
  const others = parts(b);
  return parts(a).every((part: Buffer, index: number) => part.equals(others[index]));
}

Deno.test("a sealed login that is cut anywhere cannot be opened, and the file stays", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  const text = Deno.readTextFileSync(path);
  for (let length = '{"version":2,"sealed"'.length; length < text.length - 2; length++) {
    Deno.writeTextFileSync(path, text.slice(0, length));
    const error = await assertRejects(() => storeIn(dir.path).load("default"), CliError);
    assertStringIncludes(error.message, `cannot be opened with key ${keyId(KEY)}`);
    assertEquals(error.damagedFile, undefined);
  }
  await assertShut(dir.path, "it was changed or damaged");
});

Deno.test("a sealed login that was copied to another profile is refused", async () => {
  using dir = tempDir();
  const other = await putSealed(dir.path, "eu");
  await putSealed(dir.path);
  Deno.copyFileSync(other, loginFile(dir.path));
  await assertShut(dir.path, "it is the login of profile eu");
});

Deno.test("without its key nothing of a sealed login is sent or lost: prepare() and load() say what is missing", async () => {
  using dir = tempDir();
  await putSealed(dir.path);
  const file = `${dir.path}/none`;
  const store = storeIn(dir.path, { ANAPLAN_AUTH_KEY_FILE: file });
  await assertShut(
    dir.path,
    `Cannot get key ${keyId(KEY)} of the logins from ANAPLAN_AUTH_KEY_FILE: no such file`,
    store,
  );
  await using login = await store.lock("default");
  await assertRejects(() => login.prepare(), CliError, "of the logins from ANAPLAN_AUTH_KEY_FILE");
  await assertRejects(
    () => login.save(STALE),
    CliError,
    "of the logins from ANAPLAN_AUTH_KEY_FILE",
  );
  assertEquals(filesWith(TOKENS, [dir.path]), []);
});

Deno.test("a plain login is used while sealing is on, with a warning, and is sealed at its next save", async () => {
  using dir = tempDir();
  putLogin(dir.path, LOGIN);
  const warnings: string[] = [];
  const store = storeIn(dir.path, undefined, warnings);
  assert(sameTokenSet(await store.load("default"), LOGIN));
  assertEquals(warnings, [
    `${loginFile(dir.path)} is not sealed yet; to seal it: anaplan-auth seal`,
  ]);
  await using login = await store.lock("default");
  await login.save(STALE);
  assertEquals(filesWith(TOKENS, [dir.path]), []);
});

Deno.test("prepare() of a plain login writes no plain text while sealing is on", async () => {
  using dir = tempDir();
  putLogin(dir.path, LOGIN);
  await using login = await storeIn(dir.path).lock("default");
  await login.prepare();
  assertEquals(filesWith(TOKENS, [dir.path]), []);
  assert(sameTokenSet(await login.load(), LOGIN), "the login is there, sealed");
});

Deno.test("config.json that does not say where the key is stops a save, and nothing is written plain", async () => {
  using dir = tempDir();
  await putSealed(dir.path);
  const config = `${dir.path}/config.json`;
  const texts = [
    '{"version":1,"sealing":{"key":{"by":"moon"}}}',
    '{"version":1,"sealing":{"key":{"by":"keychain","name":"../evil","id":"x"}}}',
    ...["{", "{}", "null", "[]", '""', '{"version":2}', '{"version":0}', '{"version":"1"}'],
    ...["null", "{}", "[]", '"on"', '{"old":[]}', '{"old":{}}', '{"key":null}'].map((sealing) =>
      `{"version":1,"sealing":${sealing}}`
    ),
  ];
  for (const text of texts) {
    Deno.writeTextFileSync(config, text, { mode: 0o600 });
    await using login = await storeIn(dir.path, {}).lock("default");
    await assertRejects(() => login.prepare(), CliError, config);
    await assertRejects(() => login.save(LOGIN), CliError, config);
    assertEquals(filesWith(TOKENS, [dir.path]), [], text);
    putLogin(dir.path, LOGIN, "eu"); // a plain login that is there already
    const plain = loginFile(dir.path, "eu");
    const before = Deno.statSync(plain).ino;
    await using other = await storeIn(dir.path, {}).lock("eu");
    await assertRejects(() => other.prepare(), CliError, config);
    await assertRejects(() => other.save(STALE), CliError, config);
    assertEquals(Deno.statSync(plain).ino, before, text);
    Deno.removeSync(plain);
  }
});

Deno.test("config.json names the key however its JSON is written", async () => {
  using dir = tempDir();
  const keyFile = `${dir.path}/key`;
  const configDir = `${dir.path}/config`;
  Deno.writeTextFileSync(keyFile, KEY);
  putLogin(configDir, LOGIN);
  const sealing = { key: { by: "file", name: keyFile, id: keyId(KEY) }, old: [] };
  const text = JSON.stringify({ version: 1, sealing }).replace('"sealing"', '"s\\u0065aling"');
  Deno.writeTextFileSync(`${configDir}/config.json`, text, { mode: 0o600 });
  await using login = await storeIn(configDir, {}).lock("default");
  await login.save(STALE);
  assertEquals(filesWith(TOKENS, [configDir]), []);
});

Deno.test("a plain login beside sealed ones is not saved plain while config.json is gone", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  putLogin(dir.path, LOGIN, "eu");
  const save = async (): Promise<void> => {
    await using login = await storeIn(dir.path, {}).lock("eu");
    await login.prepare();
    await login.save(STALE);
  };
  await assertRejects(save, CliError, "Cannot save a login in plain text: logins in");
  Deno.writeTextFileSync(`${dir.path}/config.json`, '{"version":1}', { mode: 0o600 });
  await save(); // it says that sealing is off
  Deno.removeSync(`${dir.path}/config.json`);
  Deno.removeSync(path);
  await save();
});

Deno.test("a first login beside sealed ones is not saved plain because a variable is missing", async () => {
  using dir = tempDir();
  await putSealed(dir.path, "eu");
  await using login = await storeIn(dir.path, {}).lock("default");
  await assertRejects(() => login.prepare(), CliError, "Cannot save a login in plain text");
  await assertRejects(() => login.save(LOGIN), CliError, "Cannot save a login in plain text");
  assertEquals(filesWith(TOKENS, [dir.path]), []);
});

Deno.test("a sign-in over a sealed login is not saved plain because nothing names a key", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  const before = Deno.readTextFileSync(path);
  for (const config of [undefined, '{"version":1}']) {
    if (config !== undefined) {
      Deno.writeTextFileSync(`${dir.path}/config.json`, config, { mode: 0o600 });
    }
    await using login = await storeIn(dir.path, {}).lock("default");
    await assertRejects(() => login.prepare(), CliError, "Cannot save a login in plain text");
    await assertRejects(() => login.save(STALE), CliError, "Cannot save a login in plain text");
    assertEquals(Deno.readTextFileSync(path), before);
  }
});

Deno.test("a login whose key is replaced while it is read is read again, with the new key", async () => {
  using dir = tempDir();
  const path = await putSealed(dir.path);
  const [first, second] = [KEY, newKey()];
  const plain = JSON.stringify(openByHand(Deno.readTextFileSync(path), first).login);
  const choose = (key: string): void => {
    const source = { by: "keychain", name: "pass", id: keyId(key) };
    const config = { version: 1, sealing: { key: source, old: [] } };
    Deno.writeTextFileSync(`${dir.path}/config.json`, JSON.stringify(config), { mode: 0o600 });
  };
  choose(first);
  const asked: string[] = [];
  const system = fakeSystem({
    ask: (_, url) => {
      asked.push(url.replace("anaplan-auth://", ""));
      if (url.endsWith(keyId(first))) { // seal --rotate is just done, and has removed this key
        choose(second);
        Deno.writeTextFileSync(path, sealByHand(plain, second, "default"));
        return Promise.resolve({ kind: "ended", code: 1, stdout: NOTHING, stderr: NOTHING });
      }
      const stdout = new TextEncoder().encode(JSON.stringify({ Secret: second }));
      return Promise.resolve({ kind: "ended", code: 0, stdout, stderr: NOTHING });
    },
  });
  const login = await openStore(dir.path, system, () => {}).load("default");
  assert(sameTokenSet(login, LOGIN));
  assertEquals(asked, [keyId(first), keyId(second)]);
});

const NOTHING = new Uint8Array();

Deno.test("a save that cannot seal the new tokens says that they are not saved, and leaves nothing plain", async () => {
  using dir = tempDir();
  await putSealed(dir.path);
  await using login = await storeIn(dir.path).lock("default");
  await login.prepare();
  const { subtle } = crypto;
  const { encrypt } = subtle;
  subtle.encrypt = () => Promise.reject(new Error("out of memory"));
  try {
    const error = await assertRejects(
      () => login.save(NEW),
      CliError,
      "Cannot save the new tokens",
    );
    assertEquals([error.kind, error.code], ["storage", "not_saved"]);
  } finally {
    subtle.encrypt = encrypt;
  }
  assertEquals(filesWith(TOKENS, [dir.path]), []);
  assert(sameTokenSet(await login.load(), LOGIN));
});

/** What a long process has: one system, and a store on it for each turn. */
function longProcess(configDir: string, keyFile: string): () => LoginStore {
  const system = fakeSystem({ env: { ANAPLAN_AUTH_KEY_FILE: keyFile } });
  return () => openStore(configDir, system, () => {});
}

Deno.test("a process that runs for long seals with the key that is there when it takes the lock", async () => {
  using dir = tempDir();
  const [configDir, keyFile] = [`${dir.path}/config`, `${dir.path}/key`];
  const store = longProcess(configDir, keyFile);
  for (const key of [KEY, newKey()]) {
    putLogin(configDir, LOGIN);
    Deno.writeTextFileSync(keyFile, key);
    await using login = await store().lock("default");
    await login.prepare();
    await login.save(STALE);
    assertEquals(
      openByHand(Deno.readTextFileSync(loginFile(configDir)), key).header.kid,
      keyId(key),
    );
  }
  Deno.removeSync(keyFile);
  const before = Deno.readTextFileSync(loginFile(configDir));
  await using login = await store().lock("default");
  await assertRejects(() => login.prepare(), CliError, "from ANAPLAN_AUTH_KEY_FILE: no such file");
  assertEquals(Deno.readTextFileSync(loginFile(configDir)), before);
});

Deno.test("a process that runs for long asks again for a key that it could not get, or that does not open the login", async () => {
  using dir = tempDir();
  const [configDir, keyFile] = [`${dir.path}/config`, `${dir.path}/key`];
  await putSealed(configDir);
  const store = longProcess(configDir, keyFile);
  await assertRejects(() => store().load("default"), CliError, "no such file");
  Deno.writeTextFileSync(keyFile, KEY);
  assert(sameTokenSet(await store().load("default"), LOGIN));
  const second = newKey();
  const plain = JSON.stringify(
    openByHand(Deno.readTextFileSync(loginFile(configDir)), KEY).login,
  );
  Deno.writeTextFileSync(keyFile, second);
  Deno.writeTextFileSync(loginFile(configDir), sealByHand(plain, second, "default"));
  assert(sameTokenSet(await store().load("default"), LOGIN));
});

Deno.test("reads and a lock of one process ask a program once each for the same key", async () => {
  using dir = tempDir();
  await putSealed(dir.path);
  let asked = 0;
  const system = fakeSystem({
    env: { ANAPLAN_AUTH_KEY_COMMAND: "show-key" },
    ask: () => {
      asked++;
      const stdout = new TextEncoder().encode(KEY);
      return Promise.resolve({ kind: "ended", code: 0, stdout, stderr: NOTHING });
    },
  });
  const store = openStore(dir.path, system, () => {});
  await Promise.all([store.load("default"), store.load("default")]);
  await store.load("default");
  assertEquals(asked, 1);
  await using login = await store.lock("default");
  await login.load();
  await login.prepare();
  await login.save(STALE);
  assertEquals(asked, 2);
});
