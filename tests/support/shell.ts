// The real program in a shell's pipeline, as scripts have it.
// Rule: the shell is bash, since its PIPESTATUS says how each program of a pipeline ended.
import type { Home } from "./home.ts";
import { bareEnvironment } from "./program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "./task_command.ts";

/** How the program in a pipeline ended, and what the pipeline printed. */
export interface PipelineEnd {
  /** The program's own exit code, whatever came behind it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `anaplan-auth <argv>` with `rest` of a shell's line behind it, pipes and redirections, and
 * assignments before it.
 */
export async function runInShell(
  argv: readonly string[],
  rest: string,
  home: Home,
  assignments = "",
): Promise<PipelineEnd> {
  const { program, args } = await commandLineOf(argv);
  const words = [program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const report = `${home.path}/exit-code`;
  const script = `${assignments} ${words} ${rest}\necho "\${PIPESTATUS[0]}" >'${report}'`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: await bareEnvironment(home.path),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: Number(await Deno.readTextFile(report)),
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Puts a login into a home by hand, valid for half an hour; nothing is asked of any server. */
export async function putLoginByHand(home: Home): Promise<void> {
  const now = Date.now();
  const login = {
    version: 1,
    accessToken: "an-access-token",
    refreshToken: "a-refresh-token",
    clientId: "a-client-0000-0001",
    tokenEndpoint: "https://us1a.app.anaplan.com/oauth/token",
    origins: ["https://api.anaplan.com", "https://auth.anaplan.com"],
    obtainedAt: now,
    refreshTokenSavedAt: now,
    expiresAt: now + 30 * 60_000,
  };
  await Deno.mkdir(`${home.configDir}/credentials`, { recursive: true, mode: 0o700 });
  await Deno.chmod(home.configDir, 0o700);
  await Deno.writeTextFile(home.credentialsFile(), JSON.stringify(login), { mode: 0o600 });
}

/** Makes so many profiles by hand. */
export async function putProfilesByHand(home: Home, count: number): Promise<void> {
  await Deno.mkdir(`${home.configDir}/profiles`, { recursive: true, mode: 0o700 });
  for (let number = 0; number < count; number++) {
    const path = `${home.configDir}/profiles/profile-${number}.json`;
    Deno.writeTextFileSync(path, '{"version":1,"region":"eu2"}', { mode: 0o600 });
  }
}
