// The files of docs/examples/, run as systemd, cron, GitHub, GitLab and a shell would run them.
// Rule: the commands are read from the files; the test plays the service around them.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "npm:yaml@2.9.1";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { environmentLogin } from "../support/environment_login.ts";
import { type Home, makeHome } from "../support/home.ts";
import { installed, type Machine } from "../support/installed.ts";
import { newKey, openByHand } from "../support/sealed.ts";
import { signedIn } from "../support/signed_in.ts";
import { tempDir } from "../support/temp_dir.ts";

const MINUTE = 60_000;
const WORKSPACE = "8a81b09e00000000000000000000a001";
const MODEL = "5a1db0c5000000000000000000000b01";
const FILE = "113000000000";

function example(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../docs/examples/${name}`, import.meta.url));
}

/** A machine with a login that has five minutes left. */
async function withLogin(
  work: (machine: Machine, home: Home, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  await home.changeCredentials({ expiresAt: Date.now() + 5 * MINUTE });
  await work(await installed(home.path, `${home.path}/bin`), home, sandbox);
}

Deno.test("the systemd service refreshes a login that is about to expire, and no other", async () => {
  const [, command = ""] = /^ExecStart=(.*)$/m.exec(await example("anaplan-refresh.service")) ?? [];
  await withLogin(async ({ run, bin }, home, sandbox) => {
    const start = command.replace("%h/.deno/bin", bin);
    assert(start !== command, "the program is where `deno task install` puts it");
    const old = await home.credentials();
    assertMatch((await run(start)).stdout, /^Refreshed\./);
    const fresh = await home.credentials();
    assert(fresh?.accessToken !== old?.accessToken);
    const before = sandbox.requests.length;
    assertMatch((await run(start)).stdout, /^Not needed\./);
    assertEquals(sandbox.requests.length, before);
  });
});

Deno.test("the service for sealed logins refreshes with the key that systemd hands over, and not without", async () => {
  const text = await example("anaplan-refresh-sealed.service");
  const line = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
  const [command, name] = [line(/^ExecStart=(.*)$/m), line(/^LoadCredential=([^:]+):/m)];
  await withLogin(async ({ run, bin }, home) => {
    const credentials = `${home.path}/credentials-of-systemd`;
    await Deno.mkdir(credentials);
    const key = newKey();
    await Deno.writeTextFile(`${credentials}/${name}`, key, { mode: 0o400 });
    const [variable = "", value = ""] = line(/^Environment=(ANAPLAN_.*)$/m).split("=");
    const env = { [variable]: value.replace("%d", credentials) };
    assertEquals((await run("anaplan-auth seal", env)).stderr, "");
    const start = command.replace("%h/.deno/bin", bin);
    assert(start !== command, "the program is where `deno task install` puts it");
    assertMatch((await run(start, env)).stdout, /^Refreshed\./);
    const { login } = openByHand(await Deno.readTextFile(home.credentialsFile()), key);
    assert(login.expiresAt > Date.now() + 20 * MINUTE);
    assertEquals((await run(start)).code, 7);
  });
});

const ANALYZE = "/usr/bin/systemd-analyze";
const HAS_SYSTEMD = await Deno.stat(ANALYZE).then(() => true, () => false);

Deno.test({
  name: `systemd finds nothing wrong with the units${HAS_SYSTEMD ? "" : " (needs systemd)"}`,
  ignore: !HAS_SYSTEMD,
  fn: async () => {
    using dir = tempDir();
    const services = ["anaplan-refresh.service", "anaplan-refresh-sealed.service"];
    for (const name of [...services, "anaplan-refresh.timer"]) {
      const text = await example(name);
      const unit = text.replace("%h/.deno/bin/anaplan-auth", "/bin/true"); // it has to exist
      await Deno.writeTextFile(`${dir.path}/${name}`, unit);
    }
    const { code, stderr } = await new Deno.Command(ANALYZE, {
      args: [
        ...["verify", "--man=no", `${dir.path}/anaplan-refresh.timer`],
        `${dir.path}/anaplan-refresh-sealed.service`,
      ],
    }).output();
    const said = new TextDecoder().decode(stderr).split("\n");
    assertEquals([code, said.filter((line) => line.includes("anaplan-refresh"))], [0, []]);
  },
});

Deno.test("the export script runs an export, waits for it and saves the whole file", async () => {
  await withLogin(async ({ run, home: path }, _home, sandbox) => {
    await Deno.writeTextFile(`${path}/export.sh`, await example("export.sh"));
    const end = await run(`sh ./export.sh ${WORKSPACE} ${MODEL} ${FILE} export.csv`);
    assertEquals([end.code, end.stdout], [0, ""], end.stderr);
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${path}/export.csv`));
    assertEquals(new Uint8Array(hash).toHex(), sandbox.fileSha256());
    const tasks = sandbox.requests.map(({ method, path }) => `${method} ${path}`)
      .filter((request) => request.includes("/exports/"));
    assertEquals(tasks.map((request) => request.split(" ")[0]), ["POST", "GET", "GET"]);
  });
});

Deno.test("the import script uploads every byte in chunks, runs the import and waits for it", async () => {
  await withLogin(async ({ run, home: path }, _home, sandbox) => {
    await Deno.writeTextFile(`${path}/import.sh`, await example("import.sh"));
    await Deno.writeFile(`${path}/data.csv`, new Uint8Array(12_000_000).fill(0x2c));
    const end = await run(`sh ./import.sh ${WORKSPACE} ${MODEL} ${FILE} 112000000000 data.csv`);
    assertEquals([end.code, end.stdout], [0, ""], end.stderr);
    assertEquals([...sandbox.uploads.values()].map(({ bytes }) => bytes), [10_000_000, 2_000_000]);
    const tasks = sandbox.requests.filter(({ path }) => path.includes("/imports/"));
    assertEquals(tasks.map(({ method }) => method), ["POST", "GET", "GET"]);
  });
});

Deno.test("the lines of the crontab do their work, and give cron nothing to mail", async () => {
  const { env, jobs } = parsedCrontab(await example("crontab"));
  assertEquals(jobs.length, 2);
  const page = await Deno.readTextFile(new URL("../../docs/unattended.md", import.meta.url));
  const lines = (await example("crontab")).split("\n").filter((line) => /^[^#]/.test(line));
  assertEquals(lines.filter((line) => !page.includes(`${line}\n`)), [], "the page has each line");
  await withLogin(async ({ run, bin }, home, sandbox) => {
    const path = { ...env, PATH: (env.PATH ?? "").replace("/home/YOU/.deno/bin", bin) };
    assert(path.PATH !== env.PATH, "the directory of the program is on the PATH");
    const old = await home.credentials();
    for (const { command } of jobs) {
      assertEquals(await run(command, path), { code: 0, stdout: "", stderr: "" });
    }
    assert((await home.credentials())?.accessToken !== old?.accessToken);
    const answer = await Deno.readTextFile(`${home.path}/workspaces.jsonl`);
    assertEquals(answer.trim().split("\n").length, 45);
    await home.changeCredentials({ expiresAt: Date.now() });
    sandbox.revokeRefreshTokens();
    const { code, stdout, stderr } = await run(jobs[0]?.command ?? "", path);
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, /\nNext: anaplan-auth login\n$/); // this is mailed
  });
});

Deno.test("the job for GitHub Actions runs with its two secrets alone", async () => {
  const { jobs } = parse(await example("github-actions.yml")) as GithubWorkflow;
  const { env, steps } = Object.values(jobs)[0] ?? { env: {}, steps: [] };
  await withSecret(async (machine, values) => {
    const given = Object.entries(env).map(([name, value]) => {
      const [, asked] = /^\$\{\{ (?:secrets|vars)\.(\w+) \}\}$/.exec(value) ?? [];
      return [name, asked === undefined ? value : values[asked] ?? ""];
    });
    for (const { run } of steps) await runJob(machine, run ?? "", Object.fromEntries(given));
    assertEquals(JSON.parse(await Deno.readTextFile(`${machine.home}/me.json`)).status.code, 200);
  });
});

Deno.test("the job for GitLab CI runs with its variables alone", async () => {
  const { anaplan } = parse(await example("gitlab-ci.yml")) as GitlabPipeline;
  const script = [...anaplan.before_script, ...anaplan.script].join("\n");
  await withSecret(async (machine, values) => {
    const { ANAPLAN_REFRESH_TOKEN, ...others } = values;
    await Deno.writeTextFile(`${machine.home}/secret`, ANAPLAN_REFRESH_TOKEN ?? "");
    const env = {
      ...others,
      ...anaplan.variables,
      ANAPLAN_REFRESH_TOKEN_FILE: `${machine.home}/secret`,
    };
    await runJob(machine, script, env);
    for (const path of anaplan.artifacts.paths) await Deno.stat(`${machine.home}/${path}`);
  });
});

interface GithubWorkflow {
  readonly jobs: Readonly<
    Record<string, {
      readonly env: Readonly<Record<string, string>>;
      readonly steps: readonly { readonly run?: string }[];
    }>
  >;
}

interface GitlabPipeline {
  readonly anaplan: {
    readonly variables: Readonly<Record<string, string>>;
    readonly before_script: readonly string[];
    readonly script: readonly string[];
    readonly artifacts: { readonly paths: readonly string[] };
  };
}

/** A machine without a login, the values that its service keeps for it, and what has to come of them. */
async function withSecret(
  work: (machine: Machine, values: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox({ chunkBytes: 10_000 });
  await using login = await environmentLogin(sandbox, sandbox.clients.nonRotating);
  const machine = await installed(login.home.path, `${login.home.path}/bin`);
  const here: Machine = {
    ...machine,
    run: (script, env) =>
      machine.run(script.replaceAll("https://api.anaplan.com", sandbox.origin), {
        ...env,
        CURL_CA_BUNDLE: sandbox.caFile,
      }),
  };
  await work(here, login.env);
  const lines = (await Deno.readTextFile(`${machine.home}/workspaces.jsonl`)).trim().split("\n");
  assertEquals(lines.length, 45);
  const bytes = await Deno.readFile(`${machine.home}/sales.csv`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(hash.toHex(), sandbox.fileSha256());
  await Deno.stat(login.home.configDir + "/credentials").then(
    () => assert(false, "a login was stored"),
    () => undefined,
  );
}

async function runJob(
  machine: Machine,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { code, stdout, stderr } = await machine.run(script, env);
  assertEquals(code, 0, stderr);
  for (const name of ["ANAPLAN_CLIENT_SECRET", "ANAPLAN_REFRESH_TOKEN"]) {
    const secret = env[name];
    assert(secret === undefined || !(stdout + stderr).includes(secret), `${name} is in the log`);
  }
}

interface Crontab {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: readonly { readonly when: string; readonly command: string }[];
}

/** Reads it as cron does. */
function parsedCrontab(text: string): Crontab {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const variables = lines.map((line) => /^(\w+)=(.*)$/.exec(line)).filter((found) =>
    found !== null
  );
  const jobs = lines.filter((line) => !/^\w+=/.test(line)).map((line) => {
    const [, when = "", command = ""] = /^((?:[\d*/,-]+\s+){5})(.*)$/.exec(line) ?? [];
    assert(when !== "", `cron does not understand: ${line}`);
    assert(!command.includes("%"), `cron makes a new line of %: ${line}`);
    return { when: when.trim(), command };
  });
  const env = Object.fromEntries(variables.map(([, name = "", value = ""]) => [name, value]));
  return { env, jobs };
}
