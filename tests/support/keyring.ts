// Real keychains of one test: gnome-keyring's secret service on a bus of its own, and pass with a new GPG key.
// Rule: nothing of the machine's is used, and everything ends with the test.
import { testWith, type Tool } from "./needs.ts";
import { streamText } from "./stream_text.ts";

/** A keychain that is unlocked. */
export interface Keychain extends AsyncDisposable {
  /** What a program needs in its environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** The ids of the keys in it, by its own tool. */
  keyIds(): Promise<string[]>;
}

/** Starts gnome-keyring in a home directory, on a session bus of its own. */
export async function startSecretService(home: string): Promise<Keychain> {
  const runtime = await Deno.makeTempDir({ prefix: "anaplan-auth-runtime-" });
  const script =
    "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 1; " +
    'echo "$DBUS_SESSION_BUS_ADDRESS" >&2; cat >/dev/null; kill 0';
  const child = new Deno.Command("dbus-run-session", {
    args: ["--", "setsid", "--wait", "sh", "-c", script],
    env: { HOME: home, XDG_RUNTIME_DIR: runtime },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = streamText(child.stderr);
  const [address = ""] = await stderr.until(/^unix:\S+$/m);
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime };
  return {
    env,
    keyIds: () => listed("docker-credential-secretservice", { ...env, HOME: home }),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await Promise.all([child.status, stderr.whole]);
      await Deno.remove(runtime, { recursive: true });
    },
  };
}

/** Makes a GPG key without a passphrase in a home directory, and a password store for it. */
export async function startPass(home: string): Promise<Keychain> {
  const gnupg = await Deno.makeTempDir({ prefix: "aa-gpg-" }); // its sockets have short paths
  const env = { GNUPGHOME: gnupg, PASSWORD_STORE_DIR: `${home}/.password-store` };
  const run = async (program: string, ...args: string[]): Promise<void> => {
    const command = new Deno.Command(program, { args, env: { HOME: home, ...env } });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const user = "Ada <ada@example.com>";
  await run(
    "gpg",
    "--batch",
    "--passphrase",
    "",
    "--quick-generate-key",
    user,
    "default",
    "default",
  );
  await run("pass", "init", "ada@example.com");
  return {
    env,
    keyIds: () => listed("docker-credential-pass", { ...env, HOME: home }),
    async [Symbol.asyncDispose]() {
      await run("gpgconf", "--kill", "all");
      await Deno.remove(gnupg, { recursive: true });
    },
  };
}

async function listed(helper: string, env: Record<string, string>): Promise<string[]> {
  const { stdout } = await new Deno.Command(helper, { args: ["list"], env }).output();
  const urls = Object.keys(JSON.parse(new TextDecoder().decode(stdout)));
  return urls.map((url) => url.replace("anaplan-auth://", "")).sort();
}

/** A test that needs both keychains. */
export function testWithKeychains(name: string, fn: () => Promise<void>): void {
  testWith(findKeychains(), name, fn);
}

/** The programs of both keychains. */
export function findKeychains(): Tool {
  const programs = [
    ...["docker-credential-secretservice", "docker-credential-pass", "gnome-keyring-daemon"],
    ...["dbus-run-session", "secret-tool", "pass", "gpg"],
  ];
  const hint =
    "keychains: apt-get install golang-docker-credential-helpers gnome-keyring libsecret-tools pass";
  const path = Deno.env.get("PATH")?.split(":") ?? [];
  const isThere = (program: string): boolean =>
    path.some((directory) => {
      try {
        return Deno.statSync(`${directory}/${program}`).isFile;
      } catch {
        return false;
      }
    });
  return { path: programs.every(isThere) ? programs[0] : undefined, hint };
}
