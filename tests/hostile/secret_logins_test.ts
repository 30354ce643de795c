// The sweep over whole sign-ins: by browser, paste and device, in success and when the exchange fails.
// Rule: the state may be where the sign-in page's address is, and nowhere else; the browser program gets no
// variable with a secret in it.
import { assert, assertEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { startHere } from "../support/here.ts";
import { makeHome } from "../support/home.ts";
import { startProgram } from "../support/program.ts";
import { registeredListener, sandboxFlags, WAITS_FOR_PERSON } from "../support/sign_in.ts";
import { tempDir } from "../support/temp_dir.ts";
import { giveSecrets, secret, SECRETS } from "./secret_world.ts";
import { SIGN_INS, type SignIn } from "./sign_ins.ts";
import {
  dumpingBrowser,
  findSecrets,
  foundInFiles,
  type Secrets,
  watchCommandLines,
} from "./sweep.ts";
import { PATIENCE } from "./wrapped.ts";

for (const [how, signIn] of Object.entries(SIGN_INS)) {
  Deno.test(`a sign-in ${how} spills no secret`, () => assertSpillsNothing(how, signIn));
}

/**
 * Whether command lines and the browser's variables are also looked at. They are the same whatever the server then
 * answers, so other rows run in the process of the test.
 */
function isAsProcess(how: string, { stdin }: SignIn): boolean {
  return stdin !== undefined || how === "by browser" || how === "by device";
}

async function assertSpillsNothing(
  how: string,
  signIn: SignIn,
): Promise<void> {
  const { flags = [], stdin, env = {}, arrange, act, code: expected = 0 } = signIn;
  await using sandbox = await startSandbox();
  arrange?.(sandbox);
  giveSecrets(sandbox);
  await using home = await makeHome();
  using outside = tempDir();
  const client = { clientId: "a-client" };
  const endpoint = ["--device-endpoint", sandbox.endpoints.device];
  const connection = sandboxFlags(sandbox, client, registeredListener(sandbox));
  const argv = ["login", ...connection, ...endpoint, "--verbose", ...flags];
  const seen = new Set<string>();
  const options = {
    home: home.path,
    env: {
      ANAPLAN_CLIENT_SECRET: secret("client secret"),
      SECRET: secret("client secret"),
      BROWSER: await dumpingBrowser(outside.path),
      ...env,
    },
  };
  const child = isAsProcess(how, signIn)
    ? await startProgram(argv, { ...options, ...(stdin === undefined ? {} : { stdin }) })
    : undefined;
  await using program = child ?? startHere(argv, options);
  const watch = child && watchCommandLines(child.pid, seen);
  const impatience = setTimeout(() => child?.signal("SIGKILL"), PATIENCE);
  const [address] = await program.said(WAITS_FOR_PERSON);
  const page = await act(address, program);
  const { code, stdout, stderr } = await program.outcome;
  clearInterval(watch);
  clearTimeout(impatience);
  assertEquals(code, expected, stderr);
  if (child && Deno.build.os === "linux") {
    assert([...seen].join().includes("login"), "it was watched");
  }
  const dumped = ["env", "args"].map((name) => textOf(`${outside.path}/${name}`));
  const secrets = secretsOf(address, sandbox);
  const places = {
    stdout,
    stderr: stderr.replaceAll(address, ""),
    seen: [...seen].join("\n"),
    dumped: dumped.join("\n").replaceAll(address, ""),
    page: page?.body ?? "",
  };
  for (const [place, text] of Object.entries(places)) {
    assertEquals(findSecrets(text, secrets), [], `${place}: ${text}`);
  }
  assertEquals(await foundInFiles(home.path, secrets), []);
  assert(
    stderr.includes("[secret]") || !stderr.includes("> POST"),
    "secrets are masked, not left out",
  );
}

/** Those of the service, and the attempt's own: the state, and the code verifier once it was sent. */
function secretsOf(address: string, { requests }: Sandbox): Secrets {
  const state = URL.canParse(address) ? new URL(address).searchParams.get("state") : null;
  const verifier = requests.map(({ parameters }) => parameters.code_verifier).find(Boolean);
  return {
    ...SECRETS,
    ...(state === null ? {} : { state }),
    ...(verifier === undefined ? {} : { verifier }),
  };
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // no browser was opened
  }
}
