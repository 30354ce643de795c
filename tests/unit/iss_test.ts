// The iss of an authorization response (RFC 9207), and the id_token, through a whole login.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { CliError } from "../../src/base/errors.ts";
import { loadProfile } from "../../src/settings/profiles.ts";
import { ISSUER, metadata } from "../support/issuer_scene.ts";
import { storedLogin, tokenAnswer } from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { type SignIn, signIn } from "../support/sign_in_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

const PROMISES = { authorization_response_iss_parameter_supported: true };
const ADA = (): Response => Response.json({ sub: "1", name: "Ada" });

/** A sign-in at the issuer whose browser comes back with that. */
function issuerSignIn(
  answer: Readonly<Record<string, string>>,
  { promises = {}, idToken }: {
    readonly promises?: Readonly<Record<string, unknown>>;
    readonly idToken?: string;
  } = {},
): SignIn {
  const network = [metadata(promises), tokenAnswer({ id_token: idToken }), ADA()];
  return signIn(network, { answer: { code: "a-code", ...answer } });
}

/** The error of that sign-in, after which nothing is saved; `asked` requests have been sent. */
async function denied(at: SignIn, asked: number): Promise<CliError> {
  const flags = { ...at.flags, issuer: ISSUER, scope: "openid" };
  const error = await assertRejects(() => login(flags, at.context), CliError);
  assertEquals(error.kind, "denied");
  assertEquals(at.context.system.requests.length, asked);
  assertEquals(namesIn(`${at.configDir}/credentials`), ["default.lock"]);
  assertEquals((await at.page).status >= 400, true);
  return error;
}

/** That sign-in, after which the code has been sent and the tokens are saved. */
async function accepted(at: SignIn): Promise<void> {
  await login({ ...at.flags, issuer: ISSUER, scope: "email" }, at.context);
  assertEquals(formOf(at.context.system.requests[1]).code, "a-code");
  assertEquals(storedLogin(at.configDir).accessToken.reveal(), "new-access");
}

for (const iss of ["https://evil.example.com", `${ISSUER}/`, "HTTPS://AS.example.com"]) {
  Deno.test(`an answer with the iss "${iss}" is denied at an issuer, and its code is not sent`, async () => {
    await using at = issuerSignIn({ iss });
    await denied(at, 1);
  });
}

Deno.test("an answer without iss is denied when the metadata promised one", async () => {
  await using at = issuerSignIn({}, { promises: PROMISES });
  await denied(at, 1);
});

Deno.test("an answer with the promised iss is accepted", async () => {
  await using at = issuerSignIn({ iss: ISSUER }, { promises: PROMISES });
  await accepted(at);
});

Deno.test("an answer without iss is accepted when nothing was promised: silence is not believed", async () => {
  await using at = issuerSignIn({});
  await accepted(at);
});

Deno.test("an answer with iss is compared although nothing was promised", async () => {
  await using at = issuerSignIn({ iss: "https://evil.example.com" }, {
    promises: { authorization_response_iss_parameter_supported: false },
  });
  await denied(at, 1);
});

Deno.test("an id_token that does not check out is denied at an issuer, and nothing is saved", async () => {
  await using at = issuerSignIn({}, { idToken: "not.even.a-jwt" });
  const { message } = await denied(at, 2);
  assertMatch(message, /^Cannot sign in: the id_token is not for this sign-in/);
});

Deno.test("Anaplan's iss is kept for doctor, and compared with nothing", async () => {
  await using at = signIn([tokenAnswer({ id_token: "not.even.a-jwt" }), ADA()], {
    answer: { code: "a-code", iss: "https://iam\x1b.example.com" },
  });
  await login(at.flags, at.context);
  assertEquals(loadProfile(at.configDir, "default")?.seenIssuer, "https://iam.example.com");
});
