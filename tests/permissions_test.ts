// What each task may touch, written down by hand: the flags that the tasks had before there were sets, and the helpers
// of keychains, which came with sealed logins, the network for shared ones, and the variables for a sign-in on the way.
// Rule: nothing here is taken from the table of commands, so that a set that grows is noticed.
import { assert, assertEquals } from "@std/assert";
import { withPermissions } from "../tools/permissions.ts";
import { makeHome } from "./support/home.ts";
import { bareEnvironment } from "./support/program.ts";
import { PROJECT_DIRECTORY, taskCommandLine, taskFlags } from "./support/task_command.ts";

interface Permitted {
  readonly net?: readonly string[];
  readonly write?: boolean;
  /** Any program, or these. */
  readonly run?: true | readonly string[];
  readonly env: readonly string[];
}

const NET = ["*.anaplan.com", "127.0.0.1", "[::1]", "localhost"];
const ENV = [
  ...["ANAPLAN_*", "CLIENT", "SECRET", "HOME", "XDG_CONFIG_HOME", "APPDATA", "NO_COLOR", "TERM"],
  ...["CI", "SSL_CERT_FILE", "DENO_CERT", "NODE_EXTRA_CA_CERTS", "XDG_RUNTIME_DIR", "TMPDIR"],
  ...["TEMP", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
  ...["NO_PROXY", "no_proxy", "PG*"],
];
const SIGN_IN_ENV = [
  ...["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "SSH_CONNECTION", "USER"],
  ...["LOGNAME", "container", "KUBERNETES_SERVICE_HOST", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"],
  ...["VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "FORCE_HYPERLINK"],
  ...["ACCESSIBLE", "TMUX", "COLORTERM", "FORCE_COLOR", "NODE_DISABLE_COLORS"],
  ...["TEAMCITY_VERSION", "TF_BUILD"],
];
const COMPLETE_ENV = [
  ...["ANAPLAN_AUTH_COMMAND", "ANAPLAN_AUTH_CONFIG_DIR", "ANAPLAN_AUTH_DEBUG", "HOME"],
  ...["XDG_CONFIG_HOME", "APPDATA", "NO_COLOR", "TERM", "CI"],
];
const HELPERS = [
  ...["docker-credential-osxkeychain", "docker-credential-wincred"],
  ...["docker-credential-secretservice", "docker-credential-pass"],
];
const ONLINE: Permitted = { net: NET, write: true, run: HELPERS, env: [...ENV, ...SIGN_IN_ENV] };
const OFFLINE: Permitted = { write: true, env: ENV };

/** Each task could read every file; it could do nothing that is not listed here. */
const BEFORE: Readonly<Record<string, Permitted>> = {
  login: { ...ONLINE, run: true },
  whoami: ONLINE,
  refresh: ONLINE,
  status: ONLINE,
  logout: ONLINE,
  token: ONLINE,
  api: ONLINE,
  exec: { ...ONLINE, run: true },
  proxy: { ...ONLINE, net: [...NET, "unix:/tmp/anaplan-auth-proxy/d/s"], run: true },
  profile: ONLINE,
  seal: ONLINE,
  store: ONLINE,
  unseal: { ...OFFLINE, run: HELPERS, env: [...ENV, ...SIGN_IN_ENV] },
  relay: OFFLINE,
  cert: { ...OFFLINE, run: true },
  validate: ONLINE,
  doctor: { ...ONLINE, env: [...ENV, "DENO_TLS_CA_STORE"] },
  complete: { env: COMPLETE_ENV },
  help: OFFLINE,
};

/** What a task may do now that it could not do before (+), or the other way around (-). */
const DIFFERENCES: readonly string[] = [];

const CONFIG = await Deno.readTextFile(`${PROJECT_DIRECTORY}deno.json`);
const { permissions: SETS, tasks: TASKS } = JSON.parse(CONFIG);

Deno.test("deno.json is what `deno task permissions` writes", () => {
  const made = JSON.stringify(withPermissions(JSON.parse(CONFIG)), undefined, 2) + "\n";
  assertEquals(CONFIG, made);
});

Deno.test("the tasks that run the program are the ones that are listed here", () => {
  const names = Object.keys(TASKS).filter((name) => TASKS[name].command.includes(" main.ts"));
  assertEquals(names.sort(), Object.keys(BEFORE).sort());
});

Deno.test("no task may do more than it could before there were sets, and none may do less", async () => {
  const found: string[] = [];
  for (const [name, before] of Object.entries(BEFORE)) {
    const [old, now] = [words(asSet(before)), words(await permitted(name))];
    found.push(...now.filter((word) => !old.includes(word)).map((word) => `${name}: + ${word}`));
    found.push(...old.filter((word) => !now.includes(word)).map((word) => `${name}: - ${word}`));
  }
  assertEquals(found, DIFFERENCES);
});

type PermissionSet = Readonly<Record<string, true | readonly string[]>>;

function asSet({ net, write, run, env }: Permitted): PermissionSet {
  return {
    read: true,
    ...(write ? { write: true, sys: ["uid"] } : {}),
    ...(run ? { run } : {}),
    ...(net ? { net } : {}),
    env,
  };
}

/** Flags that permit nothing. */
const HARMLESS = [
  ...["--quiet", "--no-prompt", "--no-remote", "--v8-flags=--max-semi-space-size=1"],
];

/** The task's set and its flags; a flag of a kind replaces what the set says about that kind. */
async function permitted(task: string): Promise<PermissionSet> {
  const { args } = await taskCommandLine([task]);
  const flags = args.slice(1, args.indexOf("main.ts"));
  const allowed: Record<string, true | readonly string[]> = {};
  for (const flag of flags) {
    const [, set, kind = "", list] = /^(?:-P=(.+)|--allow-(\w+)(?:=(.+))?)$/.exec(flag) ?? [];
    if (set !== undefined) Object.assign(allowed, SETS[set]);
    else if (kind !== "") allowed[kind] = list?.split(",") ?? true;
    else assert(HARMLESS.includes(flag), `${task}: ${flag}`);
  }
  assert(flags.includes("--no-prompt"), "a permission question would hang a script");
  assert(flags.includes("--no-remote"), "code from elsewhere is never imported");
  assert(flags.includes("--quiet"), "else Deno warns, and draws its progress");
  return allowed;
}

function words(set: PermissionSet): string[] {
  return Object.entries(set).flatMap(([kind, value]) =>
    value === true ? [kind] : value.map((each) => `${kind} ${each}`)
  );
}

/** Asks Deno itself; prints what of the questions is granted. */
const ASK = `
  const granted = JSON.parse(Deno.args[0])
    .filter((question) => Deno.permissions.querySync(question).state === "granted");
  console.log(JSON.stringify(granted));
`;

/** What Deno is asked: whole kinds, what is listed above, and neighbors of that. */
const QUESTIONS: readonly Deno.PermissionDescriptor[] = [
  ...(["net", "env", "run", "ffi", "sys", "read", "write", "import"] as const)
    .map((name) => ({ name }) as Deno.PermissionDescriptor),
  ...["api.anaplan.com", "us1a.app.anaplan.com", "127.0.0.1:8443", "[::1]:8443", "localhost:80"]
    .map((host) => ({ name: "net", host }) as const),
  ...["anaplan.com.example.com", "example.com", "127.0.0.2:8443", "0.0.0.0:80", "[::]:80"]
    .map((host) => ({ name: "net", host }) as const),
  ...[...ENV, ...SIGN_IN_ENV, "DENO_TLS_CA_STORE", "ANAPLAN_AUTH_COMMAND", "ANAPLAN_ANYTHING"]
    .map((variable) => ({ name: "env", variable }) as const),
  ...["ANAPLA", "PATH", "CLIENT_2", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD"]
    .map((variable) => ({ name: "env", variable }) as const),
  ...(["uid", "gid", "hostname", "osRelease"] as const)
    .map((kind) => ({ name: "sys", kind }) as const),
  ...[...HELPERS, "docker-credential-other", "sh"]
    .map((command) => ({ name: "run", command }) as const),
];

/** What the answers have to be, by the lists above. */
function isGranted(question: Deno.PermissionDescriptor, { net, write, run, env }: Permitted) {
  switch (question.name) {
    case "read":
      return true;
    case "write":
      return write === true;
    case "run":
      return run === true || run?.includes(String(question.command)) === true;
    case "sys":
      return write === true && question.kind === "uid";
    case "env":
      return question.variable !== undefined && matches(question.variable, env);
    case "net":
      return question.host !== undefined &&
        matches(question.host.replace(/:\d+$/, ""), net ?? []);
    default:
      return false;
  }
}

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [before = "", after] = pattern.split("*");
    return after === undefined
      ? name === pattern
      : name.startsWith(before) && name.endsWith(after) && name.length >= pattern.length;
  });
}

for (const [name, before] of Object.entries(BEFORE)) {
  Deno.test(`Deno grants other code in the place of ${name} what is listed here, and no more`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".js" });
    await Deno.writeTextFile(file, ASK);
    await using programs = await makeHome(); // what is not on the PATH cannot be permitted
    for (const program of [...HELPERS, "docker-credential-other", "sh"]) {
      await Deno.writeTextFile(`${programs.path}/${program}`, "", { mode: 0o755 });
    }
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...await taskFlags(name), file, JSON.stringify(QUESTIONS)],
      clearEnv: true,
      env: { ...await bareEnvironment("/nonexistent"), PATH: programs.path },
    }).output();
    await Deno.remove(file);
    const [text, warnings] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(warnings, "");
    const expected = QUESTIONS.filter((question) => isGranted(question, before));
    assertEquals(JSON.parse(text ?? ""), expected);
  });
}

Deno.test("the line that `deno task login` prints before it runs has less than 160 characters", async () => {
  await using home = await makeHome();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "login", "--help"],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home.path), NO_COLOR: "1" },
  }).output();
  const [line = "", ...others] = new TextDecoder().decode(stderr).trimEnd().split("\n");
  assertEquals([code, others], [0, []]);
  assert(line.startsWith("Task login ") && line.length < 160, `${line.length}: ${line}`);
});
