// A machine that is thrown away: a home with a profile and no login, and a refresh token in the environment.
// Rule: the refresh token comes from a real sign-in, as a person would put it into a CI secret.
import { assert } from "@std/assert";
import type { ConfidentialClient, Sandbox } from "../sandbox/contract.ts";
import { type Home, makeHome } from "./home.ts";
import { signedIn } from "./signed_in.ts";

/** What such a machine has. */
export interface EnvironmentLogin extends AsyncDisposable {
  readonly home: Home;
  readonly refreshToken: string;
  /** The variables that hold the login. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything below the home: paths, kinds, modes, sizes, times of change and contents. */
  contents(): Promise<ReadonlyMap<string, string>>;
}

/** Signs in as the client, and leaves of the login nothing but its refresh token. */
export async function environmentLogin(
  sandbox: Sandbox,
  client: ConfidentialClient,
): Promise<EnvironmentLogin> {
  const home = await makeHome();
  await signedIn(sandbox, home, { client });
  const { refreshToken } = await home.credentials() ?? {};
  assert(refreshToken !== undefined, "the sign-in brought a refresh token");
  await Deno.remove(`${home.configDir}/credentials`, { recursive: true });
  return {
    home,
    refreshToken,
    env: {
      ANAPLAN_CLIENT_ID: client.clientId,
      ANAPLAN_CLIENT_SECRET: client.clientSecret,
      ANAPLAN_REFRESH_TOKEN: refreshToken,
    },
    contents: () => contentsOf(home.path),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

async function contentsOf(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  async function walk(path: string): Promise<void> {
    const { mode, size, mtime, ctime, isDirectory } = await Deno.lstat(path);
    const text = isDirectory ? "" : await Deno.readTextFile(path);
    found.set(path, `${mode} ${size} ${mtime?.getTime()} ${ctime?.getTime()} ${text}`);
    if (!isDirectory) return;
    for await (const { name } of Deno.readDir(path)) await walk(`${path}/${name}`);
  }
  await walk(directory);
  return found;
}
