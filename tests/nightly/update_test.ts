// An update of the program while it is used: its files are gone, or are made anew, at the worst moment.
// Rule: the real bundle, with a key file of the test's own; what is saved is opened by hand.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, type Program, runProgram, startProgram } from "../support/program.ts";
import { proxyScene } from "../support/proxy_scene.ts";
import { browse } from "../support/scripted_browser.ts";
import { newKey, openByHand } from "../support/sealed.ts";
import {
  pageToOpen,
  registeredListener,
  sandboxFlags,
  signIn,
  WAITS_FOR_PERSON,
} from "../support/sign_in.ts";
import { makeBundle } from "../../tools/bundle.ts";
import { tempDir } from "../support/temp_dir.ts";

const made = Deno.makeTempDirSync({ prefix: "anaplan-auth-made-" });
globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
await makeBundle(made);
const executable = `${made}/bin/anaplan-auth`;
const key = newKey();

/** Starts the command, and takes every file of the bundle away while its token request is at the server. */
async function withoutFiles(
  { sandbox, home, argv, env, meanwhile }: {
    readonly sandbox: Sandbox;
    readonly home: Home;
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** What is done before the answer comes. */
    readonly meanwhile?: () => void;
  },
): Promise<Outcome> {
  const gate = Promise.withResolvers<void>();
  sandbox.fault("/oauth/token", { until: gate.promise });
  const before = sandbox.requests.length;
  const isAsked = (): boolean =>
    sandbox.requests.slice(before).some(({ path }) => path === "/oauth/token");
  await using program = await startProgram(argv, { home: home.path, executable, env });
  const visit = argv[0] === "login" ? signInAt(program) : undefined;
  while (!isAsked()) await new Promise((resolve) => setTimeout(resolve, 10));
  if (argv.includes("--device")) await visit;
  await Deno.rename(`${made}/bundle`, `${made}/away`);
  try {
    meanwhile?.();
    gate.resolve();
    return await program.outcome;
  } finally {
    await Deno.rename(`${made}/away`, `${made}/bundle`);
    await visit?.catch(() => undefined); // what the page says is another matter
  }
}

async function signInAt(program: Program): Promise<void> {
  await browse(pageToOpen(await program.said(WAITS_FOR_PERSON)));
}

for (const kind of ["sealed", "plain"]) {
  for (const deed of ["refresh", "login", "login --device"]) {
    Deno.test(`${deed} of a ${kind} login is saved when the program's files are gone after the request`, async () => {
      await using sandbox = await startSandbox({ deviceIntervalSeconds: 1 });
      await using home = await makeHome();
      await signIn(sandbox, home, { executable });
      const isSealed = kind === "sealed";
      using keys = tempDir();
      const keyFile = `${keys.path}/key`;
      Deno.writeTextFileSync(keyFile, key);
      if (isSealed) {
        const options = { home: home.path, executable };
        assertEquals((await runProgram(["seal", "--key-file", keyFile], options)).code, 0);
      }
      const login = () => {
        const text = Deno.readTextFileSync(home.credentialsFile());
        return isSealed ? openByHand(text, key).login : JSON.parse(text);
      };
      const before = login();
      const { device, rotating } = sandbox.clients;
      const flags = sandboxFlags(sandbox, rotating, registeredListener(sandbox));
      const argv = deed === "refresh" ? ["refresh"] : deed === "login" ? ["login", ...flags] : [
        ...["login", "--device", "--device-client-id", device.clientId],
        ...["--device-endpoint", sandbox.endpoints.device, ...flags.slice(2)],
      ];
      const env = deed === "login" ? { ANAPLAN_CLIENT_SECRET: rotating.clientSecret } : {};
      await withoutFiles({ sandbox, home, argv, env });
      assert(login().refreshToken !== before.refreshToken, "the new tokens are saved");
      assertEquals((await runProgram(["refresh"], { home: home.path, executable })).code, 0);
    });
  }
}

Deno.test("a rescued file is named when the program's files are gone after the request", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signIn(sandbox, home, { executable });
  const { code, stderr } = await withoutFiles({
    sandbox,
    home,
    argv: ["refresh"],
    env: { TMPDIR: home.path },
    meanwhile: () => { // nothing can be renamed over a directory
      Deno.removeSync(home.credentialsFile());
      Deno.mkdirSync(home.credentialsFile());
    },
  });
  const [, rescued = ""] = /they are in (\S+)\.\n/.exec(stderr) ?? [];
  assertMatch(Deno.readTextFileSync(rescued.replace("~", home.path)), /"refreshToken"/, stderr);
  assertEquals(code, 7);
});

Deno.test("a server's answer is reported when the program's files are gone after the request", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signIn(sandbox, home, { executable });
  const meanwhile = (): void => sandbox.revokeRefreshTokens();
  const { code, stderr } = await withoutFiles({
    sandbox,
    home,
    argv: ["refresh"],
    env: {},
    meanwhile,
  });
  assertEquals([code, stderr.includes("invalid_grant")], [3, true], stderr);
});
for (const kind of ["sealed", "plain"]) {
  Deno.test(`a proxy refreshes a ${kind} login when the program's files are gone after it started`, async () => {
    using keys = tempDir();
    Deno.writeTextFileSync(`${keys.path}/key`, key);
    const isSealed = kind === "sealed";
    const env = isSealed ? { ANAPLAN_AUTH_KEY_FILE: `${keys.path}/key` } : {};
    await using scene = await proxyScene([], {}, { executable, env });
    scene.upstream.answer = ({ headers }, response) => {
      response.writeHead(headers.authorization?.includes("token-number") ? 200 : 401).end();
    };
    await Deno.rename(`${made}/bundle`, `${made}/away`);
    try {
      const answer = await scene.ask("/2/0/x");
      assertEquals([answer.status, await answer.text()], [200, ""]);
      const file = scene.home.credentialsFile();
      const text = await Deno.readTextFile(file);
      const { accessToken } = isSealed ? openByHand(text, key).login : JSON.parse(text);
      assertEquals([accessToken, scene.upstream.refreshes], ["token-number-1", 1]);
      await Deno.remove(file);
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // what was read counts for a second
      const { error } = await (await scene.ask("/2/0/x")).json();
      assertEquals(error.kind, "login_required");
      scene.program.signal("SIGTERM");
      assertEquals((await scene.program.outcome).code, 143);
    } finally {
      await Deno.rename(`${made}/away`, `${made}/bundle`);
    }
  });
}

Deno.test("the program starts at every moment while its bundle is made anew", async () => {
  const making = makeBundle(made);
  let isOver = false;
  void making.finally(() => isOver = true);
  let missing = 0;
  while (!isOver) { // as a start reads it: main.js, and what main.js imports
    try {
      const main = await Deno.readTextFile(`${made}/bundle/main.js`);
      const names = [...main.matchAll(/from["']\.\/([\w.-]+\.js)["']/g)].map(([, name]) => name);
      assert(names.length > 0);
      for (const name of names) await Deno.readTextFile(`${made}/bundle/${name}`);
      await Deno.stat(executable);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      missing++;
    }
  }
  await making;
  assertEquals(missing, 0);
});
