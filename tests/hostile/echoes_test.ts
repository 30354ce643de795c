// A token endpoint that repeats what it was sent, in every shape that was seen to pass: neither the terminal
// nor a file nor `doctor` shows a secret of the request.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fault } from "../sandbox/contract.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { newTokens, staleLogin, writeJson } from "./stale_login.ts";
import { runBounded, runBoundedHere } from "./wrapped.ts";

const REFRESH_TOKEN = "old-refresh-token";
const CLIENT_SECRET = "a-client-secret";
const ACCESS_TOKEN = "new-access-token";
const SECRETS = [REFRESH_TOKEN, CLIENT_SECRET, ACCESS_TOKEN];
const WORDS = `it knows no ${REFRESH_TOKEN} of ${CLIENT_SECRET}`;
const DEEP = "[".repeat(9_000) + "]".repeat(9_000);

/** An error in the JSON of RFC 6749, section 5.2. */
function saying(error: string, description: string, status = 400): Fault {
  return { status, body: JSON.stringify({ error, error_description: description }) };
}

/** The words with this character between the letters of each secret. */
function split(character: string): string {
  return SECRETS.reduce(
    (words, secret) => words.replace(secret, [...secret].join(character)),
    WORDS,
  );
}

/** The row that the real program shows; the others differ in the answer alone. */
const AS_PROCESS = "an error with HTTP 200";

const ANSWERS: Readonly<Record<string, Fault>> = {
  "an error with HTTP 200": saying("invalid_grant", WORDS, 200),
  "an error beside JSON that is too deep to walk": {
    status: 400,
    body: `{"error":"invalid_grant","error_description":"${WORDS}","x":${DEEP}}`,
  },
  "an error in JSON that breaks off": {
    status: 400,
    body: `{"error":"invalid_grant","error_description":"${WORDS}","x":[`,
  },
  ...Object.fromEntries(
    ["\u200b", "\u00ad", "\u2060", "\ufe0f", "\u{e0001}", "\u3164", "\x1b"].map((character) => [
      `an error with U+${character.codePointAt(0)?.toString(16)} inside each secret`,
      saying("invalid_grant", split(character)),
    ]),
  ),
  "the decoded secret of an Authorization header": {
    status: 401,
    body: ({ headers }) => {
      const credentials = atob((headers.authorization ?? "").replace("Basic ", ""));
      return JSON.stringify({ error: "invalid_client", error_description: credentials });
    },
  },
  "the new access token as its type": { body: newTokens({ token_type: ACCESS_TOKEN }) },
  "the secrets as the scope": { body: newTokens({ scope: WORDS }) },
  "the secrets as the content type": {
    ...saying("invalid_grant", "no"),
    headers: { "content-type": `text/${CLIENT_SECRET}` },
  },
};

for (const [what, fault] of Object.entries(ANSWERS)) {
  Deno.test(`${what}: no secret is shown, kept for doctor or saved as words`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault("/oauth/token", fault);
    await using home = await staleLogin(sandbox);
    if (what.includes("header")) await useBasic(home);
    const run = what === AS_PROCESS ? runBounded : runBoundedHere;
    const refreshed = await run(["refresh", "--verbose"], { home: home.path });
    assert(refreshed.code !== 1 && refreshed.code !== 2, refreshed.stderr);
    const later = [
      await run(["doctor"], { home: home.path }),
      await run(["status"], { home: home.path }),
    ];
    const shown = [refreshed, ...later].map(({ stdout, stderr }) => stdout + stderr).join("\n");
    const kept = [...await home.files()].filter(([path]) => !path.startsWith("credentials/"));
    assertNoSecret(shown);
    assertNoSecret(kept.map(([, text]) => text).join("\n"));
  });
}

/** Sends the client secret in the header from now on. */
async function useBasic(home: Awaited<ReturnType<typeof staleLogin>>): Promise<void> {
  const profile = JSON.parse((await home.files()).get("profiles/default.json") ?? "");
  await writeJson(home, "profiles/default.json", { ...profile, clientAuth: "basic" });
}

/** As the eye reads the text, without what takes no place. */
function assertNoSecret(text: string): void {
  const seen = text.replace(/[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, "");
  assertEquals(SECRETS.filter((secret) => seen.includes(secret)), [], text);
}

Deno.test("what else the server says is still shown, and its tokens are saved as they are", async () => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox);
  sandbox.fault("/oauth/token", saying("invalid_request", WORDS, 200));
  const { code, stderr } = await runBoundedHere(["refresh"], { home: home.path });
  assertEquals(code, 4, stderr);
  assertStringIncludes(stderr, "“it knows no [secret] of [secret]”");
  // a server that does not rotate may repeat the refresh token
  sandbox.fault("/oauth/token", { body: newTokens({ refresh_token: REFRESH_TOKEN }) });
  assertEquals((await runBoundedHere(["refresh"], { home: home.path })).code, 0);
  const login = JSON.parse((await home.files()).get("credentials/default.json") ?? "");
  assertEquals([login.refreshToken, login.accessToken], [REFRESH_TOKEN, ACCESS_TOKEN]);
});
