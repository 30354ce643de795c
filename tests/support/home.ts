// A person's home directory of their own, for one test.
// Rule: what is in there is read and changed by hand, never through the program's own code.
import { assert } from "@std/assert";

/** A home directory, removed with everything in it on disposal. */
export interface Home extends AsyncDisposable {
  readonly path: string;
  /** The program's configuration directory, which it makes by itself. */
  readonly configDir: string;
  /** The file that a profile's login is kept in. */
  credentialsFile(profile?: string): string;
  /** A profile's login, as it is on disk; `undefined` when there is none. */
  credentials(profile?: string): Promise<Credentials | undefined>;
  /** Changes some fields of a profile's login; the file's mode stays. */
  changeCredentials(change: CredentialsChange, profile?: string): Promise<void>;
}

/** The fields of a credentials file that tests look at. */
export interface Credentials {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly clientSecret?: string;
  readonly tokenEndpoint?: string;
  readonly expiresAt: number;
}

/** New values of some fields; `undefined` takes a field away. */
export type CredentialsChange = {
  readonly [Name in keyof Credentials]?: Credentials[Name] | undefined;
};

/** Makes an empty home directory. */
export async function makeHome(): Promise<Home> {
  const path = await Deno.makeTempDir({ prefix: "anaplan-auth-home-" });
  const configDir = `${path}/.config/anaplan-auth`;
  const credentialsFile = (profile = "default"): string =>
    `${configDir}/credentials/${profile}.json`;
  async function credentials(profile?: string): Promise<Credentials | undefined> {
    try {
      return JSON.parse(await Deno.readTextFile(credentialsFile(profile)));
    } catch {
      return undefined; // none, or a text that a test has damaged
    }
  }
  return {
    path,
    configDir,
    credentialsFile,
    credentials,
    async changeCredentials(change, profile) {
      const present = await credentials(profile);
      assert(present !== undefined, "there is a login to change");
      await Deno.writeTextFile(credentialsFile(profile), JSON.stringify({ ...present, ...change }));
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
