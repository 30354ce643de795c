// A login on a real disk in a fake world, for tests of what uses and replaces it.
import type { CommonFlags } from "../../src/command.ts";
import { loadSettings, type Settings } from "../../src/settings/settings.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { type Arranged, type FakeContext, fakeContext } from "./fake_system.ts";
import { putLogin } from "./logins.ts";
import { tempDir } from "./temp_dir.ts";

/** A configuration directory, its settings, and the world around it. */
export interface SessionScene extends Disposable {
  readonly configDir: string;
  readonly settings: Settings;
  readonly context: FakeContext;
  /** The flags that lead a command to the directory. */
  readonly flags: CommonFlags & { readonly configDir: string };
}

/** Sets the scene; without a login the user is not signed in. */
export function sessionScene(
  login: TokenSet | undefined,
  arranged: Arranged = {},
  profile = "default",
): SessionScene {
  const dir = tempDir();
  const context = fakeContext(arranged);
  if (login !== undefined) putLogin(dir.path, login, profile);
  const flags = { configDir: dir.path, ...(profile === "default" ? {} : { profile }) };
  return {
    configDir: dir.path,
    settings: loadSettings(flags, context.system),
    context,
    flags,
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}
