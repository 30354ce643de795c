// The profile that leads the program to a sandbox. Rule: the program itself makes it and takes it away, and a
// profile that no sandbox made is never touched.
import type { Sandbox } from "./contract.ts";

const ROOT = new URL("../../", import.meta.url);
const NAME = "sandbox";
const MOST_NAMES = 9;
/** Where a sandbox keeps its client secret; in a profile, the mark that a sandbox made it. */
const SECRET_FILE = /\/anaplan-sandbox-\w+\/client-secret$/;

/** A profile for one sandbox, removed with its login on disposal. */
export interface SandboxProfile extends AsyncDisposable {
  readonly name: string;
}

/** What differs from the defaults. */
export interface ProfileOptions {
  readonly redirectUri?: string;
  /** Variables for the program besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

type Run = (...args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>;

/**
 * Makes the profile `sandbox`, or `sandbox-2` and so on when that is not free.
 *
 * @throws {Error} with what the program said when it cannot save a profile.
 */
export async function makeProfile(
  sandbox: Sandbox,
  { redirectUri, env = {} }: ProfileOptions = {},
): Promise<SandboxProfile> {
  const run = programWith(env);
  const name = await freeName(sandbox, run);
  const { code, stderr } = await run("set", name, ...settings(sandbox, redirectUri));
  if (code !== 0) throw new Error(stderr.trim());
  return {
    name,
    async [Symbol.asyncDispose]() {
      const present = await shown(name, run);
      if (present.client_secret_file === sandbox.secretFile) await run("remove", name);
    },
  };
}

function settings(sandbox: Sandbox, redirectUri: string | undefined): string[] {
  const { clients, endpoints, caFile, secretFile } = sandbox;
  return [
    ...["--client-id", clients.rotating.clientId],
    ...["--client-secret-file", secretFile],
    ...["--device-client-id", clients.device.clientId],
    ...["--ca-file", caFile],
    ...["--authorization-endpoint", endpoints.authorization],
    ...["--token-endpoint", endpoints.token],
    ...["--device-endpoint", endpoints.device],
    ...["--api-url", endpoints.apiUrl],
    ...["--auth-url", endpoints.authUrl],
    ...(redirectUri === undefined ? [] : ["--redirect-uri", redirectUri]),
  ];
}

async function freeName({ origin }: Sandbox, run: Run): Promise<string> {
  for (let number = 1; number <= MOST_NAMES; number++) {
    const name = number === 1 ? NAME : `${NAME}-${number}`;
    const present = await shown(name, run);
    if (present === NONE) return name;
    const { api_url, client_secret_file = "" } = present;
    // this sandbox has that port now, so the one that made the profile was killed
    if (api_url !== origin || !SECRET_FILE.test(client_secret_file ?? "")) continue;
    await run("remove", name);
    await removeDirectory((client_secret_file ?? "").replace(/\/[^/]+$/, ""));
    return name;
  }
  throw new Error(
    `Cannot make a profile: ${NAME} to ${NAME}-${MOST_NAMES} are taken or damaged\n` +
      "Next: deno task profile list",
  );
}

interface Shown {
  readonly api_url?: string | null;
  readonly client_secret_file?: string | null;
}

const NONE: Shown = {};

/** A profile as the program shows it: {@link NONE} when there is none, without a mark when it is damaged. */
async function shown(name: string, run: Run): Promise<Shown> {
  const { code, stdout } = await run("show", name, "--json");
  if (code === 0) return JSON.parse(stdout);
  return code === 2 ? NONE : {};
}

async function removeDirectory(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Runs `profile`; Ctrl-C at the terminal does not reach it, so that it comes to its end. */
function programWith(env: Readonly<Record<string, string>>): Run {
  const executable = Deno.env.get("ANAPLAN_AUTH_BIN");
  return async (...args) => {
    const command = new Deno.Command(executable ?? Deno.execPath(), {
      args: [...(executable === undefined ? ["task", "--quiet"] : []), "profile", ...args],
      cwd: ROOT,
      env: { ...env },
      stdin: "null",
      detached: true,
    });
    let output = await command.output();
    for (let more = 4; more > 0 && wasInterrupted(output); more--) output = await command.output();
    const [stdout = "", stderr = ""] = [output.stdout, output.stderr]
      .map((bytes) => new TextDecoder().decode(bytes));
    return { code: output.code, stdout, stderr };
  };
}

/** Ctrl-C also reaches a program that has begun and not left the terminal yet. */
function wasInterrupted({ code, signal }: Deno.CommandOutput): boolean {
  return signal === "SIGINT" || code === 130;
}
