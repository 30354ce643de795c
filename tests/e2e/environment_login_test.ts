// A login that comes from a variable, on a machine that is thrown away: the real program, as a CI job runs it.
// Rule: nothing is written, nothing is shown, and errors name the variable to look at.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findSecrets, runWatched } from "../hostile/sweep.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { environmentLogin } from "../support/environment_login.ts";
import { findStrace, testWith } from "../support/needs.ts";
import { bareEnvironment, runProgram } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

const FILES = "/2/0/workspaces/w/models/m/files/113000000000/chunks";

/** What a job does, and what it has to see. */
const JOB: readonly (readonly [argv: readonly string[], stdout: RegExp])[] = [
  [["token"], /^\S{100,}\n$/],
  [["token", "--header", "--scheme", "Bearer"], /^Authorization: Bearer \S{100,}\n$/],
  [["api", "--paginate", "--lines", "/2/0/workspaces"], /^(\{.*\}\n){45}$/],
  [["api", "--chunks", FILES], /\S/],
  [["exec", "--", "sh", "-c", 'test -n "$ANAPLAN_ACCESS_TOKEN" && echo in'], /^in\n$/],
  [["whoami"], /^Ada Lovelace <ada@example.com>\n/],
  [
    ["status"],
    /^The login for Anaplan us1 \(profile default\) comes from ANAPLAN_REFRESH_TOKEN and was not/,
  ],
  [["status", "--check"], /accepts the login of Ada Lovelace/],
  [["refresh", "--if-expiring-within", "10m"], /^Refreshed\./],
  [["validate"], /^The access token is valid until /],
];

/** The variables, and how much of the job is run with each: the way to the token is all that differs. */
const VARIABLES: readonly (readonly [name: string, job: typeof JOB])[] = [
  ["ANAPLAN_REFRESH_TOKEN", JOB],
  ["ANAPLAN_REFRESH_TOKEN_FILE", JOB.slice(0, 1)],
];

for (const [variable, job] of VARIABLES) {
  Deno.test(`with ${variable} a job works, writes nothing and shows no secret`, async () => {
    await using sandbox = await startSandbox({ chunkBytes: 1000 });
    await using machine = await environmentLogin(sandbox, sandbox.clients.nonRotating);
    const { home, refreshToken } = machine;
    const env: Record<string, string> = { ...machine.env };
    if (variable.endsWith("_FILE")) {
      delete env.ANAPLAN_REFRESH_TOKEN;
      env[variable] = `${home.path}/secret`;
      await Deno.writeTextFile(`${home.path}/secret`, `${refreshToken}\n`);
    }
    const secrets = { refreshToken, clientSecret: sandbox.clients.nonRotating.clientSecret };
    const before = await machine.contents();
    const runs = job.map(async ([argv, expected]) => {
      const verbose = argv[0] === "exec" ? argv : [...argv, "--verbose"];
      const run = await runWatched(verbose, { home: home.path, env });
      assertEquals(run.code, 0, run.stderr);
      assertMatch(run.stdout, expected);
      assertEquals(
        findSecrets(run.stdout + run.stderr + run.commandLines, secrets),
        [],
        argv.join(" "),
      );
    });
    await Promise.all(runs);
    assertEquals(await machine.contents(), before);
    const refreshes = sandbox.requests.filter(({ parameters }) =>
      parameters.grant_type === "refresh_token"
    );
    const silent = job.filter(([argv]) => argv.join() === "status");
    assertEquals(refreshes.length, job.length - silent.length);
    assert(refreshes.every(({ status }) => status === 200));
  });
}

testWith(findStrace(), "the system sees nothing written but in Deno's own cache", async () => {
  await using sandbox = await startSandbox();
  await using machine = await environmentLogin(sandbox, sandbox.clients.nonRotating);
  const bare = await bareEnvironment(machine.home.path);
  const { program, args } = await commandLineOf(["whoami"]);
  using log = await tempFile();
  const calls = "open,openat,creat,mkdir,mkdirat,rename,renameat2,unlink,unlinkat,link,linkat," +
    "symlink,symlinkat,chmod,fchmod,fchmodat,truncate,ftruncate,mknod,mknodat,utimensat";
  const { code } = await new Deno.Command("strace", {
    args: ["-f", "-y", "-o", log.path, "-e", `trace=${calls}`, program, ...args],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...bare, ...machine.env },
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(code, 0);
  const lines = (await Deno.readTextFile(log.path)).split("\n");
  assert(lines.length > 50, "strace saw the program");
  assertEquals(lines.filter((line) => changes(line, bare.DENO_DIR ?? "")), []);
});

Deno.test("a server that rotates is warned of once, and the next run names the variable", async () => {
  await using sandbox = await startSandbox();
  await using machine = await environmentLogin(sandbox, sandbox.clients.rotating);
  const before = await machine.contents();
  const run = (): ReturnType<typeof runProgram> =>
    runProgram(["whoami", "--quiet"], { home: machine.home.path, env: machine.env });
  const first = await run();
  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stderr, /^Warning: .* replaced the refresh token/);
  assertStringIncludes(first.stderr, "ANAPLAN_REFRESH_TOKEN no longer works");
  assertStringIncludes(first.stderr, "non-rotatable");
  assertEquals(first.stderr.match(/Warning/g)?.length, 1);
  const second = await run();
  assertEquals([second.code, second.stdout], [3, ""]);
  assertMatch(
    second.stderr,
    /\nNext: put a valid refresh token .*ANAPLAN_REFRESH_TOKEN comes from\n$/,
  );
  assertEquals(await machine.contents(), before);
});

Deno.test("whatever is refused, the advice names a variable, never a sign-in here", async () => {
  await using sandbox = await startSandbox();
  await using machine = await environmentLogin(sandbox, sandbox.clients.nonRotating);
  const { home, env } = machine;
  const before = await machine.contents();
  const next = async (argv: readonly string[], more: Record<string, string> = {}) => {
    const { code, stderr } = await runProgram(argv, { home: home.path, env: { ...env, ...more } });
    return [code, /\nNext: (.*)\n$/.exec(stderr)?.[1] ?? stderr] as const;
  };
  const client = "check ANAPLAN_CLIENT_ID and ANAPLAN_CLIENT_SECRET: the refresh token in " +
    "ANAPLAN_REFRESH_TOKEN was issued to one client";
  assertEquals(await next(["token"], { ANAPLAN_CLIENT_SECRET: "another" }), [4, client]);
  assertEquals(await next(["token"], { ANAPLAN_CLIENT_ID: "another" }), [4, client]);
  sandbox.fault("/2/0/users/me", { status: 401, times: 4 });
  const region = "set ANAPLAN_REGION to your tenant's region (now us1); ";
  const [code, advice] = await next(["whoami"]);
  assertEquals([code, advice.startsWith(region)], [3, true], advice);
  assertEquals(await next(["api", "/2/0/users/me"]), [3, `${region}or another --scheme`]);
  sandbox.revokeRefreshTokens();
  const file = `${home.path}/../${crypto.randomUUID()}`;
  await Deno.writeTextFile(file, machine.refreshToken);
  const inFile = { ANAPLAN_REFRESH_TOKEN: "", ANAPLAN_REFRESH_TOKEN_FILE: file };
  const dead = "put a valid refresh token into the file that " +
    "ANAPLAN_REFRESH_TOKEN_FILE names";
  assertEquals(await next(["token"], inFile), [3, dead]);
  await Deno.remove(file);
  assertEquals(await machine.contents(), before);
});

/** Whether a line of strace is a change outside the cache; devices are no files. */
function changes(line: string, cache: string): boolean {
  const [, name = "", parameters = ""] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
  if (name === "" || /= -1 E/.test(line)) return false;
  if (/^(open|openat)$/.test(name) && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(parameters)) {
    return false;
  }
  return !parameters.includes(cache) && !/"\/dev\/|"\/proc\//.test(parameters);
}

async function tempFile(): Promise<Disposable & { readonly path: string }> {
  const path = await Deno.makeTempFile({ prefix: "anaplan-auth-strace-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}
