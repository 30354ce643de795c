// With an issuer nothing that is shown speaks of Anaplan, its regions or its single sign-on. Rule: every
// command, in its usual good and bad situations; help and completions are the same for all.
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../src/cli/tree/commands.ts";
import type { Profile } from "../../src/settings/profiles.ts";
import { YES } from "../../src/sign_in/steps.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import type { NetworkStep, StreamStep } from "../support/fake_system.ts";
import { idToken } from "../support/id_token.ts";
import { ISSUER, ISSUER_PROFILE, metadata } from "../support/issuer_scene.ts";
import { answering, playStory, type Story, wordsOfAnaplan } from "../support/issuer_story.ts";
import { errorAnswer, LOGIN, STALE, tokenAnswer, unreachable, webPage } from "../support/logins.ts";
import { withoutRefreshToken } from "../support/logins.ts";

const ADA = (): Response => Response.json({ sub: "ada", name: "Ada", email: "ada@example.com" });
const DONE = (): Response => new Response();
const NO = (status: number, body: unknown = {}) => (): Response => Response.json(body, { status });
const USER_CODE = (): Response =>
  Response.json({ device_code: "d", user_code: "u", verification_uri: ISSUER, expires_in: 900 });
const METADATA = (): Response => metadata();
const BOTH_WAYS = (): Response =>
  metadata({
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  });
const GRANTED = (): Response => tokenAnswer();

/** The same provider with an API and an authentication service, named by hand. */
const WITH_API: Profile = {
  ...ISSUER_PROFILE,
  apiUrl: "https://api.example.com",
  authUrl: "https://auth.example.com",
};
const NEW = ["login", "--issuer", ISSUER, "--client-id", "a-client", "--scope", "email"];
const BY_DEVICE = [...NEW, "--device"];
const SECRET = { HOME: "/home/nobody", ANAPLAN_CLIENT_SECRET: "client-secret" };
const ELSEWHERE = [...NEW, "--redirect-uri", "https://www.example.com/callback"];

function login(answer: Story["answer"], ...network: NetworkStep[]): Story {
  return { argv: NEW, profile: null, ...(answer === undefined ? {} : { answer }), network };
}

function byDevice(...network: NetworkStep[]): Story {
  return { argv: BY_DEVICE, profile: null, network };
}

const OAUTH_ERRORS: readonly (readonly [string, string?])[] = [
  ...["invalid_client", "unauthorized_client", "invalid_scope", "access_denied", "server_error"],
  ...["temporarily_unavailable", "login_required", "invalid_grant", "redirect_uri_mismatch"],
].map((error) => [error] as const);
const DESCRIBED: readonly (readonly [string, string?])[] = [
  ["invalid_request", "code_challenge is not supported"],
  ["invalid_request", "redirect_uri is not registered"],
];

const SIGN_INS: readonly Story[] = [
  login(undefined, METADATA, GRANTED, ADA),
  login(undefined, METADATA, () => tokenAnswer({ refresh_token: undefined }), ADA),
  {
    ...login(undefined, METADATA, GRANTED, ADA, DONE, DONE),
    login: LOGIN,
    profile: ISSUER_PROFILE,
  },
  { ...login(undefined, METADATA, GRANTED, ADA), argv: [...NEW, "--json"] },
  {
    ...login(undefined, METADATA, GRANTED, ADA),
    argv: [...NEW, "--no-browser", "--verbose"],
    answer: null,
  },
  { ...login(null, METADATA), argv: [...NEW, "--timeout", "60s"] },
  { ...login(null, METADATA), argv: [...ELSEWHERE, "--timeout", "60s"] },
  { ...login(null, METADATA), isContainer: () => Promise.resolve(true) },
  { ...login(null, METADATA), env: { SSH_CONNECTION: "1 2 3 22", HOME: "/home/nobody" } },
  login({ code: "a-code", iss: "https://evil.example.com" }, METADATA),
  login(
    undefined,
    METADATA,
    () => tokenAnswer({ id_token: idToken({ iss: "https://evil.example" }) }),
  ),
  login(undefined, METADATA, () => webPage(502)),
  ...[...OAUTH_ERRORS, ...DESCRIBED].flatMap(([error, error_description = ""]) => [
    login({ error, error_description }, METADATA),
    login(undefined, METADATA, errorAnswer(400, error, error_description)),
    { ...login(undefined, BOTH_WAYS, errorAnswer(400, error, error_description)), env: SECRET },
    { ...login(undefined, METADATA, errorAnswer(400, error, error_description)), env: SECRET },
    byDevice(METADATA, errorAnswer(400, error, error_description)),
    byDevice(METADATA, USER_CODE, errorAnswer(400, error, error_description)),
  ]),
  byDevice(METADATA, USER_CODE, GRANTED, ADA),
  byDevice(METADATA, USER_CODE, errorAnswer(400, "expired_token")),
  { ...byDevice(METADATA, USER_CODE, ...pending(20)), argv: [...BY_DEVICE, "--timeout", "60s"] },
  byDevice(() => metadata({ device_authorization_endpoint: undefined })),
  ...[
    unreachable(),
    NO(404),
    () => webPage(200),
    NO(503),
    NO(200, { issuer: "https://evil.example" }),
  ]
    .map((step) => login(undefined, step, NO(404))),
  login(undefined, () => metadata({ token_endpoint: ["x"] })),
  login(undefined, NO(200, { issuer: ISSUER })),
  { argv: ["login", "--issuer", ISSUER], profile: null },
  { argv: ["login", "--issuer", ISSUER, "--device"], profile: null },
  { argv: ["login", "--issuer", "id.example.com"], profile: null },
];

function pending(count: number): NetworkStep[] {
  return Array.from({ length: count }, () => () => errorAnswer(400, "authorization_pending"));
}

const DOCTOR_ANSWER = (): Response =>
  new Response(null, { headers: { date: new Date().toUTCString() } });
const OTHERS: readonly Story[] = [
  ...["whoami", "refresh", "token", "status", "logout", "validate", "api /x", "exec -- true"].map(
    (line): Story => ({ argv: line.split(" ") }),
  ),
  ...[ADA, NO(401), NO(403), NO(503), () => webPage(200), unreachable()].flatMap((
    step,
  ): Story[] => [
    { argv: ["whoami"], login: withoutRefreshToken(LOGIN), network: [step] },
    { argv: ["status", "--check"], login: withoutRefreshToken(LOGIN), network: [step] },
    { argv: ["whoami"], login: withoutRefreshToken(LOGIN), profile: WITH_API, network: [step] },
    { argv: ["whoami"], login: { ...LOGIN, subject: "eve" }, network: [step, GRANTED, step] },
  ]),
  { argv: ["whoami"], login: LOGIN, profile: { ...ISSUER_PROFILE, discovered: {} } },
  ...["invalid_grant", "invalid_client", "unauthorized_client", "invalid_request"].flatMap(
    (error): Story[] => [
      { argv: ["refresh"], login: STALE, network: [errorAnswer(400, error)] },
      { argv: ["token"], login: STALE, network: [errorAnswer(400, error)] },
    ],
  ),
  ...[GRANTED, () => webPage(200), NO(503), NO(429), unreachable()].flatMap((step): Story[] => [
    { argv: ["refresh"], login: STALE, network: [step] },
    { argv: ["exec", "--", "true"], login: STALE, network: [step] },
  ]),
  { argv: ["refresh"], login: withoutRefreshToken(STALE) },
  ...[[], ["--header"], ["--json"], ["--header", "--json"]].map((flags): Story => {
    return { argv: ["token", ...flags], login: LOGIN };
  }),
  { argv: ["token", "--header"], login: STALE, network: [GRANTED] },
  ...[[], ["--json"], ["--expires-within", "99d"]].flatMap((flags): Story[] => [
    { argv: ["status", ...flags], login: LOGIN },
    { argv: ["status", ...flags], login: { ...LOGIN, endedBy: "invalid_grant" } },
    { argv: ["status", ...flags], login: withoutRefreshToken(STALE) },
  ]),
  ...[[DONE, DONE], [DONE, NO(400, { error: "unsupported_token_type" })], [NO(400)], [
    unreachable(),
  ]]
    .map(([refresh = DONE, access = NO(400)]): Story => {
      return { argv: ["logout"], login: LOGIN, network: [refresh, access] };
    }),
  { argv: ["logout", "--all"], login: LOGIN, network: [DONE, DONE] },
  { argv: ["logout"], login: LOGIN, profile: { ...ISSUER_PROFILE, discovered: {} } },
  { argv: ["validate"], login: LOGIN },
  ...[NO(200, { status: "SUCCESS" }), NO(401), NO(503)].flatMap((step): Story[] => [
    { argv: ["validate"], login: LOGIN, profile: WITH_API, network: [step, NO(401)] },
    { argv: ["validate", "--json"], login: LOGIN, profile: WITH_API, network: [step, NO(200)] },
  ]),
  { argv: ["api", "/x"], login: LOGIN },
  { argv: ["api", "https://other.example.com/x"], login: LOGIN, profile: WITH_API },
  ...[200, 302, 400, 401, 403, 404, 405, 409, 500].map((status): Story => {
    const streams: StreamStep[] = [NO(status), NO(status)];
    return { argv: ["api", "/x"], login: withoutRefreshToken(LOGIN), profile: WITH_API, streams };
  }),
  { argv: ["exec", "--", "true"], login: LOGIN },
  ...[[], ["--port", "8400", "--socket", "s"], ["--only", "x"]].map((flags): Story => {
    return { argv: ["proxy", ...flags, "--", "true"], login: LOGIN };
  }),
  ...["status", "status --json"].map((line): Story => {
    return { argv: ["store", ...line.split(" ")], login: LOGIN };
  }),
  ...["list", "list --json", "show", "show --json", "use default", "remove default"].map(
    (line): Story => ({ argv: ["profile", ...line.split(" ")], login: LOGIN }),
  ),
  { argv: ["profile", "set", "--client-id", "another"], login: LOGIN },
  { argv: ["profile", "set", "--token-endpoint", "http://x.example"] },
  { argv: ["seal", "--key-file", "/nowhere/key"], login: LOGIN },
  { argv: ["unseal", "--yes"], login: LOGIN },
  ...["status", "push", "use local", "init postgresql://anaplan@127.0.0.1:1/logins"].map(
    (line): Story => ({ argv: ["store", ...line.split(" ")], login: LOGIN }),
  ),
  ...["relay bookmarklet", "relay page", "cert show", "cert renew", "cert trust"].map(
    (line): Story => ({ argv: line.split(" ") }),
  ),
  ...[ADA, NO(401), NO(503), unreachable()].flatMap((step): Story[] =>
    [ISSUER_PROFILE, WITH_API, { ...ISSUER_PROFILE, redirectUri: "https://www.example.com" }].map(
      (profile) => {
        const answer = (request: HttpRequest): Response => {
          if (request.url.includes(".well-known")) return metadata();
          if (!/userinfo|users/.test(request.url)) return DOCTOR_ANSWER();
          if (step instanceof Error) throw step;
          return step();
        };
        const network = Array.from({ length: 12 }, () => answer);
        return { argv: ["doctor"], login: withoutRefreshToken(LOGIN), profile, network };
      },
    )
  ),
  { argv: ["doctor"], login: STALE, network: Array.from({ length: 12 }, () => unreachable()) },
];

for (const name of Object.keys(COMMANDS).filter((name) => !["help", "complete"].includes(name))) {
  const stories = [...SIGN_INS, ...OTHERS].filter(({ argv }) => argv[0] === name);
  Deno.test(`with an issuer nothing that ${name} shows speaks of Anaplan`, async () => {
    assert(stories.length > 0, "no situation is known for it");
    for (const story of stories) {
      const { code, text } = await playStory(story);
      assertEquals(wordsOfAnaplan(text), [], `${story.argv.join(" ")} (exit ${code})\n${text}`);
      assert(code !== 1, `${story.argv.join(" ")}\n${text}`);
    }
  });
}

Deno.test("the questions of a first sign-in at an issuer do not speak of Anaplan", async () => {
  for (const device of [false, true]) {
    const asked: string[] = [];
    const answers = {
      ...{ "Client ID": "a-client", "Client secret": "", "Ready to sign in?": YES },
      "Callback URL": "https://127.0.0.1:8443/callback",
    };
    const argv = ["login", "--issuer", ISSUER, "--scope", "email", ...(device ? ["--device"] : [])];
    const { code, text } = await playStory({
      argv,
      profile: null,
      terminal: answering(asked, answers),
      network: [METADATA, ...(device ? [USER_CODE] : []), GRANTED, ADA],
    });
    assertEquals(code, 0, text);
    assertEquals(wordsOfAnaplan([...asked, text].join("\n")), []);
  }
});

Deno.test("the sieve sees what it is for", () => {
  const seen = wordsOfAnaplan(
    "Anaplan\nanaplan-auth login\nANAPLAN_REGION\n--region\nSingle sign-on",
  );
  assertEquals(seen, ["Anaplan", "--region", "Single sign-on"]);
});
