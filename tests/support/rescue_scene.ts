// A login whose new tokens cannot be saved in their place, for tests of rescues.
import { assertRejects } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { CliError } from "../../src/base/errors.ts";
import type { LockedLogin } from "../../src/store/locked_login.ts";
import { Secret } from "../../src/base/secret.ts";
import { openStore } from "../../src/store/logins.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { type FakeSystem, fakeSystem } from "./fake_system.ts";
import { LOGIN, putLogin, STALE } from "./logins.ts";
import { tempDir } from "./temp_dir.ts";

/** A stored login, its lock, and a place elsewhere. */
export interface RescueScene extends Disposable {
  readonly configDir: string;
  readonly elsewhere: string;
  readonly warnings: string[];
  /** Takes the lock, in this environment. */
  lock(more?: Readonly<Record<string, string>>): Promise<LockedLogin>;
}

/** A stored login, and a place elsewhere for tokens that have to be rescued. */
export function rescueScene(
  env: Readonly<Record<string, string>> = {},
  name = "config",
): RescueScene {
  const dir = tempDir();
  const [configDir, elsewhere] = [`${dir.path}/${name}`, `${dir.path}/else where`];
  Deno.mkdirSync(elsewhere);
  Deno.mkdirSync(configDir.replace(/\/[^/]*$/, ""), { recursive: true });
  putLogin(configDir, STALE);
  const warnings: string[] = [];
  const systemIn = (more: Readonly<Record<string, string>>): FakeSystem =>
    fakeSystem({ env: { HOME: elsewhere, ...env, ...more } });
  return {
    configDir,
    elsewhere,
    warnings,
    lock: (more = {}) =>
      openStore(configDir, systemIn(more), (text) => warnings.push(formatWords(text))).lock(
        "default",
      ),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

/** Saves a login whose place is taken away after it was prepared; the rescued file is the only one that has it. */
export async function saveInVain(
  { configDir, lock }: RescueScene,
  tokenSet = NEW,
): Promise<CliError> {
  await using login = await lock();
  await login.prepare();
  Deno.renameSync(`${configDir}/credentials`, `${configDir}/moved`);
  const error = await assertRejects(() => login.save(tokenSet), CliError);
  Deno.removeSync(`${configDir}/moved/default.json.next`);
  return error;
}

/** The same, and the place is there again; the rescued file. */
export async function rescueTokens(at: RescueScene, tokenSet = NEW): Promise<string> {
  const { message } = await saveInVain(at, tokenSet);
  Deno.renameSync(`${at.configDir}/moved`, `${at.configDir}/credentials`);
  return /they are in (.+)$/.exec(message)?.[1] ?? "";
}

/** What comes after the login that is there. */
export const NEW: TokenSet = {
  ...LOGIN,
  accessToken: new Secret("new-access"),
  refreshToken: new Secret("new-refresh"),
};

/** The tokens of another user. */
export const OTHERS: TokenSet = {
  ...LOGIN,
  accessToken: new Secret("another-access"),
  refreshToken: new Secret("another-refresh"),
  obtainedAt: LOGIN.obtainedAt - 60_000,
};
