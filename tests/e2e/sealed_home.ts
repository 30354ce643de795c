// A home with a sealed login at a sandbox.
// Rule: the login is sealed by the real program, and looked at by hand.
import { assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Credentials, type CredentialsChange, type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { filesWith, newKey, openByHand, sealByHand } from "../support/sealed.ts";
import { signedIn } from "../support/signed_in.ts";

/** The home, its sandbox and its key. */
export interface SealedHome extends AsyncDisposable {
  readonly home: Home;
  readonly sandbox: Sandbox;
  /** Where the key is, outside of what is searched. */
  readonly keyFile: string;
  readonly key: string;
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** The login, opened with the key; throws when it is not sealed. */
  login(): Credentials;
  change(change: CredentialsChange): void;
  /** The files with one of the tokens that were ever there, in plain text. */
  plainFiles(): string[];
}

/** Signs in, and seals the login with a key file. */
export async function sealedHome(): Promise<SealedHome> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const keys = await Deno.makeTempDir({ prefix: "anaplan-auth-keys-" });
  undo.defer(() => Deno.remove(keys, { recursive: true }));
  const [keyFile, key] = [`${keys}/key`, newKey()];
  await Deno.writeTextFile(keyFile, key);
  await signedIn(sandbox, home);
  const plain = await home.credentials();
  const seen = new Set([plain?.accessToken ?? "", plain?.refreshToken ?? ""]);
  const run = (argv: readonly string[], env = {}): Promise<Outcome> =>
    runProgram(argv, { home: home.path, env: { TMPDIR: home.path, ...env } });
  const sealed = await run(["seal", "--key-file", keyFile]);
  assertEquals(sealed.code, 0, sealed.stderr);
  const login = (): Credentials => {
    const { login } = openByHand(Deno.readTextFileSync(home.credentialsFile()), key);
    for (const token of [login.accessToken, login.refreshToken]) seen.add(token ?? "");
    return login;
  };
  const end = undo.move();
  return {
    ...{ home, sandbox, keyFile, key, run, login },
    change: (change) => {
      const text = JSON.stringify({ ...login(), ...change });
      Deno.writeTextFileSync(home.credentialsFile(), sealByHand(text, key, "default"));
    },
    plainFiles() {
      login();
      return filesWith([...seen], [home.path]);
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}
