// A login whose access token has expired, put on the disk by hand, and what a failure may do to it: nothing.
// Rule: every value says what it is, so that a test can name whatever is spilled or kept.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SandboxEndpoints } from "../sandbox/contract.ts";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import type { Outcome } from "../support/program.ts";

/** A home with a profile and a login. */
export interface StaleLogin extends Home {
  /** Every file of the program's, by its path below the configuration directory. */
  files(): Promise<Map<string, string>>;
}

/** Whom the profile talks to. */
export interface Service {
  readonly endpoints: Pick<SandboxEndpoints, "authorization" | "token" | "apiUrl" | "authUrl">;
  readonly caFile: string;
}

const MINUTE = 60_000;

/** Makes a home with a login that has to be refreshed; `fields` change what is in its file. */
export async function staleLogin(
  { endpoints, caFile }: Service,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<StaleLogin> {
  const home = await makeHome();
  await writeJson(home, "config.json", { currentProfile: "default" });
  await writeJson(home, "profiles/default.json", {
    clientId: "a-client",
    redirectUri: `https://127.0.0.1:${freePort()}/callback`, // no port that a login may wait on
    authorizationEndpoint: endpoints.authorization,
    tokenEndpoint: endpoints.token,
    apiUrl: endpoints.apiUrl,
    authUrl: endpoints.authUrl,
    caFiles: [caFile],
  });
  await writeJson(home, "credentials/default.json", {
    accessToken: "old-access-token",
    refreshToken: "old-refresh-token",
    clientId: "a-client",
    clientSecret: "a-client-secret",
    tokenEndpoint: endpoints.token,
    origins: [endpoints.apiUrl, endpoints.authUrl, endpoints.token].map((url) =>
      new URL(url).origin
    ),
    scope: "openid email offline_access",
    obtainedAt: Date.now() - 36 * MINUTE,
    refreshTokenSavedAt: Date.now() - 36 * MINUTE,
    expiresAt: Date.now() - MINUTE,
    ...fields,
  });
  return { ...home, files: () => filesUnder(home.configDir) };
}

/** A token endpoint's body with new tokens. */
export function newTokens(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    access_token: "new-access-token",
    refresh_token: "new-refresh-token",
    token_type: "Bearer",
    expires_in: 2100,
    ...fields,
  });
}

/** The outcome is a failure for people: this exit code, nothing on stdout, two lines, no stack trace. */
export function assertTwoLines({ code, stdout, stderr }: Outcome, expected: number): void {
  assertEquals([code, stdout], [expected, ""], stderr);
  assertMatch(stderr, /^[A-Z][^\n]*[.?]\nNext: [^\n]+\n$/);
  assert(!/ at .*:\d+:\d+|file:\/\/|node_modules|\.ts:\d/.test(stderr), stderr);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stderr), JSON.stringify(stderr));
}

/** The files are as they were; what went wrong may be kept for `doctor`, a lock may have been made. */
export function assertUntouched(before: Map<string, string>, after: Map<string, string>): void {
  const ours = (files: Map<string, string>): [string, string][] =>
    [...files].filter(([path]) => !/^failures\/|\.lock$/.test(path)).sort();
  assertEquals(ours(after), ours(before));
}

/** Writes a private file as the program does, by hand. */
export async function writeJson(home: Home, name: string, fields: object): Promise<void> {
  const path = `${home.configDir}/${name}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  await Deno.chmod(path.slice(0, path.lastIndexOf("/")), 0o700);
  await Deno.writeTextFile(path, JSON.stringify({ version: 1, ...fields }), { mode: 0o600 });
}

/** The texts of all files below a directory; a link's text is where it leads. */
export async function filesUnder(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  async function walk(path: string): Promise<void> {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      const entry = `${path}/${name}`;
      if (isDirectory) await walk(entry);
      else {
        const text = isSymlink ? await Deno.readLink(entry) : await Deno.readTextFile(entry);
        found.set(entry.slice(directory.length + 1), text);
      }
    }
  }
  await walk(directory);
  return found;
}
