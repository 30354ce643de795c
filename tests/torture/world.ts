// One person's home, signed in to a sandbox of its own, and what can be said of that login from outside.
// Rule: the store is looked at by hand and by the real program, never through the program's own code.
import { type RecordedRequest, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { signIn } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";

/** A home with a login, and the server that it belongs to. */
export interface World extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  /** Where the program puts tokens that cannot be saved. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether strace follows the main thread only; it hangs at times when it kills a program's own children. */
  readonly isTracedAlone?: boolean;
  run(...argv: string[]): Promise<Outcome>;
  /** Signs in again, with a new login. */
  signIn(profile?: string): Promise<void>;
  /** Lets the access token look as if it had ended. */
  makeStale(profile?: string): Promise<void>;
  /** The refresh requests from this many requests on. */
  refreshes(since?: number): RecordedRequest[];
  lockFile(profile?: string): string;
  /** Files with a token in plain text; only where logins are sealed. */
  plainFiles?(): string[];
}

/** Starts a sandbox, and signs in there unless told otherwise. */
export async function startWorld({ signedIn: isSignedIn = true } = {}): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const env = {
    TMPDIR: await Deno.makeTempDir({ dir: home.path }),
    HTTPS_PROXY: "http://127.0.0.1:9", // a login whose settings are lost must not find the real server
  };
  const flagsFor = (profile?: string): string[] =>
    profile === undefined ? [] : ["--profile", profile];
  const world: Omit<World, typeof Symbol.asyncDispose> = {
    sandbox,
    home,
    env,
    run: (...argv) => runProgram(argv, { home: home.path, env }),
    signIn: (profile) => signIn(sandbox, home, { flags: flagsFor(profile) }),
    makeStale: (profile) => home.changeCredentials({ expiresAt: Date.now() - 1 }, profile),
    refreshes: (since = 0) => sandbox.requests.slice(since).filter(isRefresh),
    lockFile: (profile = "default") => `${home.configDir}/credentials/${profile}.lock`,
  };
  if (isSignedIn) await signedIn(sandbox, home);
  const end = undo.move();
  return { ...world, [Symbol.asyncDispose]: () => end.disposeAsync() };
}

function isRefresh({ path, parameters }: RecordedRequest): boolean {
  return path === "/oauth/token" && parameters.grant_type === "refresh_token";
}

/** Whether the profile's lock is free: it can be taken without waiting, or has never been there. */
export function isLockFree(world: World, profile?: string): boolean {
  if (!exists(world.lockFile(profile))) return true;
  using lock = takeLock(world, profile);
  return lock !== undefined;
}

/** Takes the profile's lock as the program does; nothing when another process has it. */
export function takeLock(world: World, profile?: string): Disposable | undefined {
  const options = { read: true, write: true, create: true, mode: 0o600 };
  const file = Deno.openSync(world.lockFile(profile), options);
  if (file.tryLockSync(true)) return file;
  file.close();
  return undefined;
}

/**
 * Looks at a login that a crash may have hurt, the last look being a refresh.
 *
 * @param hadLogin whether there was one before the crash or after it.
 * @returns whether the login works, and what is not as it has to be. A login may be lost in the one window that no client
 * can close: the server has rotated the stored refresh token, and its answer was not saved.
 */
export async function lookAt(
  world: World,
  hadLogin = true,
): Promise<{ readonly alive: boolean; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  if (await isTorn(world)) wrong.push("the login's file is torn");
  if (!isLockFree(world)) wrong.push("the lock is stuck");
  const stored = await world.home.credentials();
  const [status, refresh] = [await world.run("status"), await world.run("refresh")];
  for (const { code, stderr } of [status, refresh]) {
    if (![0, 3].includes(code)) wrong.push(`exit ${code}: ${stderr}`);
  }
  const alive = refresh.code === 0;
  const isRotatedAway = world.refreshes().some(({ parameters, status }) =>
    status === 200 && parameters.refresh_token === stored?.refreshToken
  );
  if (!alive && hadLogin && !isRotatedAway) wrong.push("the login is lost outside the window");
  const leftovers = alive ? temporaryFiles(world) : [];
  if (leftovers.length > 0) wrong.push(`a temporary file outlived the next save: ${leftovers}`);
  return { alive, wrong };
}

/** The temporary files beside the login. */
export function temporaryFiles({ home }: World): string[] {
  const directory = `${home.configDir}/credentials`;
  if (!exists(directory)) return [];
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
  return names.filter((name) => name.endsWith(".tmp"));
}

async function isTorn({ home }: World): Promise<boolean> {
  return exists(home.credentialsFile()) && (await home.credentials())?.accessToken === undefined;
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
