// The questions of a first sign-in: which are asked, in which order, and how they are corrected.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { saveCurrentProfile } from "../../src/session/current_profile.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { askFirstTime, type FirstTime } from "../../src/sign_in/first_time.ts";
import { YES } from "../../src/sign_in/steps.ts";
import { answering, ENTER, ESC, type Said } from "../support/answering.ts";
import { type FakeContext, fakeContext } from "../support/fake_system.ts";
import { modeOf, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

type Flags = Parameters<typeof askFirstTime>[0];

interface Asked {
  readonly first: FirstTime;
  readonly asked: readonly string[];
  readonly person: ReturnType<typeof answering>;
  readonly context: FakeContext;
}

/** Asks a person who says these, in a directory of its own or the given one. */
async function firstTime(
  said: readonly Said[],
  flags: Flags = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  using dir = tempDir();
  const person = answering(...said);
  const context = fakeContext({ terminal: person.terminal, env });
  const first = await askFirstTime({ configDir: dir.path, ...flags }, context);
  return { first, asked: person.asked(), person, context };
}

const CALLBACK = "https://127.0.0.1:8443/callback";
const ALL = ["eu3", "a-client", "hush", "https://localhost:8443/callback", YES];

Deno.test("a first sign-in asks for region, client id, secret and redirect URI, then whether all is right", async () => {
  const { first, asked } = await firstTime(ALL, { scope: "openid" });
  assertEquals(asked, ["Region", "Client ID", "Client secret", "Callback URL", "Ready to sign in"]);
  const { configDir: _, ...flags } = first.flags;
  assertEquals(flags, {
    scope: "openid",
    region: "eu3",
    clientId: "a-client",
    redirectUri: "https://localhost:8443/callback",
  });
  assertEquals(first.secret?.value?.reveal(), "hush");
});

Deno.test("a damaged profile that is used otherwise does not keep another one from signing in", async () => {
  using dir = tempDir();
  saveProfile(dir.path, "eu", { region: "eu3" }, () => {});
  saveCurrentProfile(dir.path, "eu", () => {});
  Deno.writeTextFileSync(`${dir.path}/profiles/eu.json`, "{");
  const { first } = await firstTime([ENTER, "a-client", ENTER, ENTER, ENTER], {
    configDir: dir.path,
    profile: "us",
  });
  assertEquals(first.flags.region, "us1");
});

Deno.test("Enter alone gives us1, no secret and the usual redirect URI", async () => {
  const { first } = await firstTime([ENTER, "a-client", ENTER, ENTER, ENTER]);
  assertEquals([first.flags.region, first.flags.redirectUri], ["us1", CALLBACK]);
  assertEquals(first.secret, { value: undefined });
});

const KNOWN: readonly (readonly [string, Flags, Record<string, string>, readonly string[]])[] = [
  ["--region", { region: "eu3" }, {}, ["Client ID", "Client secret", "Callback URL"]],
  ["ANAPLAN_REGION", {}, { ANAPLAN_REGION: "eu3" }, ["Client ID", "Client secret", "Callback URL"]],
  ["--redirect-uri", { redirectUri: CALLBACK }, {}, ["Region", "Client ID", "Client secret"]],
  ["ANAPLAN_REDIRECT_URI", {}, { ANAPLAN_REDIRECT_URI: CALLBACK }, [
    "Region",
    "Client ID",
    "Client secret",
  ]],
  ["ANAPLAN_CLIENT_SECRET", {}, { ANAPLAN_CLIENT_SECRET: "hush" }, [
    "Region",
    "Client ID",
    "Callback URL",
  ]],
  ["--client-secret-file", { clientSecretFile: "/a/file" }, {}, [
    "Region",
    "Client ID",
    "Callback URL",
  ]],
  ["--issuer", { issuer: "https://as.example.com" }, {}, [
    "Client ID",
    "Client secret",
    "Callback URL",
  ]],
  ["--device", { device: true }, {}, ["Region", "Client ID"]],
];
for (const [name, flags, env, questions] of KNOWN) {
  Deno.test(`what ${name} says is not asked`, async () => {
    const said = questions.map((question) => question === "Client ID" ? "a-client" : ENTER);
    const { asked } = await firstTime([...said, YES], flags, env);
    assertEquals(asked, [...questions, "Ready to sign in"]);
  });
}

Deno.test("a profile that names the secret's file is not asked for the secret", async () => {
  using dir = tempDir();
  saveProfile(dir.path, "default", { clientSecretFile: "/a/file" }, () => {});
  const { asked } = await firstTime([ENTER, "a-client", ENTER, YES], { configDir: dir.path });
  assertEquals(asked, ["Region", "Client ID", "Callback URL", "Ready to sign in"]);
});

Deno.test("nothing is asked when flag, variable or profile name the client", async () => {
  using dir = tempDir();
  saveProfile(dir.path, "default", { clientId: "a-client" }, () => {});
  const known: [Flags, Record<string, string>][] = [
    [{ configDir: "/nowhere", clientId: "a-client" }, {}],
    [{ configDir: "/nowhere" }, { ANAPLAN_CLIENT_ID: "a-client" }],
    [{ configDir: "/nowhere" }, { CLIENT: "a-client" }],
    [{ configDir: "/nowhere", device: true }, { ANAPLAN_DEVICE_CLIENT_ID: "a-client" }],
    [{ configDir: dir.path }, {}],
  ];
  for (const [flags, env] of known) {
    assertEquals(await askFirstTime(flags, fakeContext({ env })), { flags });
  }
});

Deno.test("with --device the client id is that of a device-grant client", async () => {
  const { first, context } = await firstTime([ENTER, "a-device", YES], { device: true });
  assertEquals([first.flags.deviceClientId, first.flags.clientId], ["a-device", undefined]);
  assertEquals(
    context.talk.insisted[0],
    'First sign-in: two questions. Your administrator has the answers, for a client of the kind "Device grant".\n',
  );
});

Deno.test("Esc goes back one question, and offers the answer that was given", async () => {
  const said = ["eu3", "wrong", ESC, "right", "hush", ESC, ENTER, ENTER, ESC, ENTER, YES];
  const { first, asked, person } = await firstTime(said);
  const back = ["Client secret", "Client ID", "Client secret", "Callback URL", "Client secret"];
  assertEquals(asked.slice(2, 7), back);
  assertEquals(asked.slice(7), [
    "Callback URL",
    "Ready to sign in",
    "Callback URL",
    "Ready to sign in",
  ]);
  assertEquals(person.questions[3]?.initial, "wrong");
  assertEquals([first.flags.clientId, first.secret?.value?.reveal()], ["right", "hush"]);
});

Deno.test("Esc at the first question asks it again", async () => {
  const { asked } = await firstTime([ESC, ESC, ENTER, "a-client", ENTER, ENTER, YES]);
  assertEquals(asked.slice(0, 4), ["Region", "Region", "Region", "Client ID"]);
});

Deno.test("one answer can be corrected in the end, and the others stay", async () => {
  const said = ["eu3", "wrong", "hush", ENTER, "Change the client ID", "right", YES];
  const { first, asked, person } = await firstTime(said);
  assertEquals(asked.slice(4), ["Ready to sign in", "Client ID", "Ready to sign in"]);
  assertEquals([first.flags.region, first.flags.clientId], ["eu3", "right"]);
  assertEquals(first.secret?.value?.reveal(), "hush");
  assertEquals(person.questions.at(-1)?.above?.map(({ shown }) => shown), [
    "eu3  Europe",
    "right",
    "4 characters, hidden",
    CALLBACK,
  ]);
});

Deno.test("Esc at a correction changes nothing", async () => {
  const said = [ENTER, "a-client", ENTER, ENTER, "Change the region", ESC, YES];
  const { first } = await firstTime(said);
  assertEquals(first.flags.region, "us1");
});

Deno.test("the first line counts the questions and says who has the answers", async () => {
  const { context } = await firstTime(ALL);
  assertEquals(
    context.talk.insisted[0],
    "First sign-in: four questions. Your administrator has the answers " +
      "(anaplan-auth help administrator prints what to ask for).\n",
  );
});

Deno.test("a second profile is a new profile, not a first sign-in", async () => {
  using dir = tempDir();
  saveProfile(dir.path, "eu", { region: "eu2" }, () => {});
  const { context } = await firstTime(ALL, { configDir: dir.path, profile: "us" });
  assertStringIncludes(context.talk.insisted[0] ?? "", "A new profile: four questions. ");
  const { context: same } = await firstTime(ALL.slice(1), { configDir: dir.path, profile: "eu" });
  assertStringIncludes(same.talk.insisted[0] ?? "", "First sign-in: three questions. ");
});

Deno.test("the region of the profile in use is offered", async () => {
  using dir = tempDir();
  saveProfile(dir.path, "first", { region: "eu2", clientId: "a-client" }, () => {});
  saveCurrentProfile(dir.path, "first", () => {});
  const flags = { configDir: dir.path, profile: "second" };
  const { first } = await firstTime([ENTER, "other", ENTER, ENTER, YES], flags);
  assertEquals(first.flags.region, "eu2");
});

const STOPPED = new CliError("interrupted", "Interrupted; nothing was saved");

Deno.test("answers that were given before Ctrl-C are kept privately, and offered the next time", async () => {
  using dir = tempDir();
  const flags = { configDir: dir.path };
  const said = ["eu3", "a-client", "hush", STOPPED];
  const error = await assertRejects(() => firstTime(said, flags), CliError);
  assertEquals(error.kind, "interrupted");
  assertStringIncludes(error.message, "your answers are saved");
  const file = `${dir.path}/drafts/default.json`;
  assertEquals(modeOf(file), "600");
  assertEquals(Deno.readTextFileSync(file).includes("hush"), false);
  const { first, context } = await firstTime([ENTER, ENTER, ENTER, ENTER, YES], flags);
  assertEquals([first.flags.region, first.flags.clientId], ["eu3", "a-client"]);
  assertEquals(first.secret, { value: undefined });
  assertStringIncludes(context.talk.insisted[0] ?? "", "filled in");
});

Deno.test("answers of the last time that cannot be read are no hindrance", async () => {
  using dir = tempDir();
  Deno.mkdirSync(`${dir.path}/drafts`, { mode: 0o700 });
  Deno.writeTextFileSync(`${dir.path}/drafts/default.json`, "{", { mode: 0o600 });
  const { first } = await firstTime([ENTER, "a-client", ENTER, ENTER, YES], {
    configDir: dir.path,
  });
  assertEquals(first.flags.region, "us1");
});

Deno.test("Ctrl-C before any answer keeps nothing, and says so", async () => {
  const error = await assertRejects(() => firstTime([STOPPED]), CliError);
  assertEquals(error.message, "Interrupted; nothing was saved");
});

Deno.test("without a terminal, a missing client ID is a usage error that names its flag", async () => {
  for (const terminal of [{}, { stdin: true }, { stderr: true }]) {
    const context = fakeContext({ terminal });
    const asking = (flags: Flags): Promise<CliError> =>
      assertRejects(() => askFirstTime({ configDir: "/nowhere", ...flags }, context), CliError);
    const error = await asking({});
    assertEquals(error.kind, "usage");
    assertStringIncludes(nextOf(error), "--client-id or ANAPLAN_CLIENT_ID");
    assertStringIncludes(
      formatWords((await asking({ device: true })).next ?? ""),
      "--device-client-id",
    );
  }
});

Deno.test("NO_COLOR and --no-color make plain questions", async () => {
  const { person } = await firstTime(ALL, {}, { NO_COLOR: "1" });
  const { person: byFlag } = await firstTime(ALL, { noColor: true });
  const { person: colored } = await firstTime(ALL);
  const plain = [person, byFlag, colored].map(({ questions }) => questions[0]?.plain);
  assertEquals(plain, [true, true, false]);
});
