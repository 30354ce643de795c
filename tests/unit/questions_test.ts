// What only the person can say: asked on a terminal, named by a flag where nobody can be asked.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import type { OAuthClient } from "../../src/oauth/wire.ts";
import { askFirstTime, chooseClient } from "../../src/sign_in/questions.ts";
import { type ConnectionFlags, loadSettings } from "../../src/settings.ts";
import type { Question, Terminal } from "../../src/system.ts";
import type { TokenSet } from "../../src/token_set.ts";
import { type Arranged, fakeContext } from "../support/fake_system.ts";
import { LOGIN, putLogin } from "../support/logins.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A person who answers these, and the questions that they heard. */
function answering(...answers: string[]): { terminal: Partial<Terminal>; questions: Question[] } {
  const questions: Question[] = [];
  return {
    questions,
    terminal: {
      stdin: true,
      stderr: true,
      ask: (question) => {
        questions.push(question);
        return Promise.resolve(answers.shift() ?? question.initial ?? "");
      },
    },
  };
}

Deno.test("a first sign-in asks for region, client id and redirect URI, each with its flag", async () => {
  using dir = tempDir();
  const person = answering("eu3", "a-client", "https://localhost:8443/cb");
  const flags = { configDir: dir.path, scope: "openid" };
  const completed = await askFirstTime(flags, fakeContext({ terminal: person.terminal }));
  assertEquals(completed, {
    ...flags,
    region: "eu3",
    clientId: "a-client",
    redirectUri: "https://localhost:8443/cb",
  });
  const names = ["--region", "--client-id", "--redirect-uri"];
  names.forEach((name, at) => assertStringIncludes(person.questions[at]?.text ?? "", `[${name}]`));
  assertEquals(person.questions.map(({ initial }) => initial), [
    "us1",
    undefined,
    "https://127.0.0.1:8443/callback",
  ]);
  assertEquals(person.questions[1]?.required, true);
});

Deno.test("what is known already is not asked", async () => {
  using dir = tempDir();
  const person = answering("a-client");
  const flags = { configDir: dir.path, redirectUri: "https://localhost:8443/cb" };
  const context = fakeContext({ terminal: person.terminal, env: { ANAPLAN_REGION: "eu3" } });
  assertEquals((await askFirstTime(flags, context)).region, "eu3");
  assertEquals(person.questions.length, 1);
});

Deno.test("nothing is asked when the client id is known", async () => {
  const flags = { configDir: "/nowhere", clientId: "a-client" };
  assertEquals(await askFirstTime(flags, fakeContext()), flags);
});

Deno.test("where nobody can be asked, a missing client id is a usage error that names its flag", async () => {
  for (const terminal of [{}, { stdin: true }, { stderr: true }]) {
    const context = fakeContext({ terminal });
    const error = await assertRejects(
      () => askFirstTime({ configDir: "/nowhere" }, context),
      CliError,
    );
    assertEquals(error.kind, "usage");
    assertStringIncludes(error.next ?? "", "--client-id or ANAPLAN_CLIENT_ID");
  }
});

/** The client that is signed in as. */
async function chosen(
  flags: ConnectionFlags,
  { saved, ...arranged }: Arranged & { saved?: TokenSet } = {},
): Promise<OAuthClient> {
  using dir = tempDir();
  if (saved !== undefined) putLogin(dir.path, saved);
  const all = { configDir: dir.path, clientId: "a-client", ...flags };
  const context = fakeContext(arranged);
  return await chooseClient(all, loadSettings(all, context.system), context);
}

async function secretOf(...args: Parameters<typeof chosen>): Promise<string | undefined> {
  return (await chosen(...args)).clientSecret?.reveal();
}

const ENV = { ANAPLAN_CLIENT_SECRET: "from-env", CLIENT: "a-client", SECRET: "tutorial" };

Deno.test("the secret comes from a flag's file, else the environment, else the login, else the tutorial", async () => {
  using dir = tempDir();
  const clientSecretFile = `${dir.path}/secret`;
  Deno.writeTextFileSync(clientSecretFile, " from-file\r\n");
  const { ANAPLAN_CLIENT_SECRET: _, ...tutorial } = ENV;
  assertEquals(await secretOf({ clientSecretFile }, { env: ENV, saved: LOGIN }), "from-file");
  assertEquals(await secretOf({}, { env: ENV, saved: LOGIN }), "from-env");
  assertEquals(await secretOf({}, { env: tutorial, saved: LOGIN }), "client-secret");
  assertEquals(await secretOf({}, { env: tutorial }), "tutorial");
});

Deno.test("a secret from another client, saved or in the environment, is not used", async () => {
  const env = {
    ANAPLAN_CLIENT_ID: "other",
    ANAPLAN_CLIENT_SECRET: "hush",
    CLIENT: "x",
    SECRET: "y",
  };
  assertEquals(await secretOf({}, { env, saved: { ...LOGIN, clientId: "other" } }), undefined);
});

Deno.test("--client-secret-stdin reads a line of a pipe", async () => {
  const terminal = { readPipe: () => Promise.resolve("from-pipe") };
  assertEquals(await secretOf({ clientSecretStdin: true }, { terminal }), "from-pipe");
});

Deno.test("an empty secret by flag is a usage error, not a public client", async () => {
  for (const text of [undefined, "", " \n"]) {
    const terminal = { readPipe: () => Promise.resolve(text) };
    const error = await assertRejects(
      () => chosen({ clientSecretStdin: true }, { terminal }),
      CliError,
    );
    assertEquals(error.kind, "usage");
  }
});

Deno.test("on a terminal the secret is asked for without showing it", async () => {
  const person = answering(" typed ");
  assertEquals(await secretOf({}, { terminal: person.terminal }), "typed");
  assertEquals(person.questions.map(({ hidden }) => hidden), [true]);
  assertStringIncludes(person.questions[0]?.text ?? "", "[ANAPLAN_CLIENT_SECRET]");
});

Deno.test("an empty answer, or nobody to ask, is a public client", async () => {
  const person = answering("");
  const clients = [await chosen({}, { terminal: person.terminal }), await chosen({})];
  for (const client of clients) assert(!("clientSecret" in client));
});

Deno.test("a public client that signed in before is not asked for a secret again", async () => {
  const { clientSecret: _, ...publicLogin } = LOGIN;
  const person = answering();
  await chosen({}, { terminal: person.terminal, saved: publicLogin });
  assertEquals(person.questions, []);
});
