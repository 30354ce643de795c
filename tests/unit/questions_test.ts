// Which client signs in: where its secret comes from, and when the user is asked for it.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { Secret } from "../../src/base/secret.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import type { OAuthClient } from "../../src/oauth/wire.ts";
import { authorizationServer } from "../../src/provider/authorization_server.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { type ConnectionFlags, loadSettings } from "../../src/settings/settings.ts";
import { chooseClient } from "../../src/sign_in/questions.ts";
import type { Question, Terminal } from "../../src/system/terminal_contract.ts";
import { type Arranged, fakeContext } from "../support/fake_system.ts";
import { LOGIN, putLogin } from "../support/logins.ts";
import { tempDir } from "../support/temp_dir.ts";

/** The client that is signed in as. */
async function chosen(
  flags: ConnectionFlags,
  { saved, profile, ...arranged }: Arranged & { saved?: TokenSet; profile?: Profile } = {},
): Promise<OAuthClient> {
  using dir = tempDir();
  if (saved !== undefined) putLogin(dir.path, saved);
  if (profile !== undefined) saveProfile(dir.path, "default", profile, () => {});
  const all = { configDir: dir.path, clientId: "a-client", ...flags };
  const context = fakeContext(arranged);
  const settings = loadSettings(all, context.system);
  return await chooseClient(all, settings, context, { server: authorizationServer(settings) });
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

Deno.test("the file that the profile names counts after flag and environment, and before the login", async () => {
  using dir = tempDir();
  const clientSecretFile = `${dir.path}/secret`;
  Deno.writeTextFileSync(clientSecretFile, "from-profile\n");
  const known = { profile: { clientId: "a-client", clientSecretFile }, saved: LOGIN };
  assertEquals(await secretOf({}, known), "from-profile");
  assertEquals(await secretOf({}, { ...known, env: ENV }), "from-env");
  const other = `${dir.path}/other`;
  Deno.writeTextFileSync(other, "from-file");
  assertEquals(await secretOf({ clientSecretFile: other }, known), "from-file");
});

Deno.test("the file that the profile names is for the profile's own client, region and server", async () => {
  const clientSecretFile = "/nowhere/that-would-be-an-error";
  const profile = { clientId: "a-client", clientSecretFile };
  for (
    const flags of [
      { clientId: "other" },
      { region: "eu3" },
      {
        issuer: "https://b.example",
        authorizationEndpoint: "https://b.example/a",
        tokenEndpoint: "https://b.example/t",
      },
      { tokenEndpoint: "https://b.example/token" },
    ]
  ) {
    assertEquals(await secretOf(flags, { profile }), undefined, JSON.stringify(flags));
  }
  await assertRejects(() => secretOf({}, { profile }), CliError, "/nowhere/");
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

Deno.test("the stored secret of a client at one server is not for the same client id at another", async () => {
  for (const flags of [{ region: "eu3" }, { tokenEndpoint: "https://b.example/token" }]) {
    assertEquals(await secretOf(flags, { saved: LOGIN }), undefined);
  }
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
  assertEquals(person.questions[0]?.text, "Client secret");
});

Deno.test("an empty answer, or no terminal to ask at, is a public client", async () => {
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

Deno.test("what the user has said about the secret already is not asked again", async () => {
  using dir = tempDir();
  const flags = { configDir: dir.path, clientId: "a-client" };
  const context = fakeContext({ env: ENV });
  const settings = loadSettings(flags, context.system);
  const said = new Secret("said");
  const choose = (value: Secret | undefined): Promise<OAuthClient> => {
    const server = authorizationServer(settings);
    return chooseClient(flags, settings, context, { answered: { value }, server });
  };
  assertEquals((await choose(said)).clientSecret, said);
  const none = await choose(undefined);
  assert(!("clientSecret" in none));
});

/** What they say to a question: an answer, Enter alone, that they go back, or how they end it. */
type Said = string | { readonly key: "Enter" | "Esc" } | Error;

/** A person, and the questions that they heard. */
interface Person {
  readonly terminal: Partial<Terminal>;
  readonly questions: readonly Question[];
  /** The first word or two of each question, without its flag. */
  asked(): string[];
}

/** A person who says these one after the other. */
function answering(...answers: Said[]): Person {
  const questions: Question[] = [];
  const ask = (question: Question): Promise<string | undefined> => {
    questions.push(question);
    const said = answers.shift();
    if (said === undefined) return Promise.reject(new Error(`Unexpected: ${question.text}`));
    if (said instanceof Error) return Promise.reject(said);
    if (typeof said === "string") return Promise.resolve(said);
    return Promise.resolve(said.key === "Esc" ? undefined : question.initial ?? "");
  };
  return {
    questions,
    terminal: { stdin: true, stderr: true, ask },
    asked: () => questions.map(({ text }) => text.replace(/ \[.*| ?\?$/, "")),
  };
}
