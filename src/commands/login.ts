// login: signs a person in, with their browser here or with a code on any device. Read top to bottom: it
// is the story of a sign-in.

import { run, words } from "../base/words.ts";
import { authorizationServer, providerName, regionOf } from "../provider/authorization_server.ts";
import { fetchUser, nameAndAddress, userUrl } from "../provider/provider.ts";
import type { User } from "../provider/anaplan.ts";
import type { Answer, CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { type BrowserFlags, signInByBrowser } from "../sign_in/by_browser.ts";
import { signInByDevice } from "../sign_in/by_device.ts";
import { correctedClient, isCorrectable } from "../sign_in/corrected_client.ts";
import { setAsideDamaged } from "../sign_in/damaged_login.ts";
import { discoverSettings } from "../sign_in/discover_settings.ts";
import { removeDraft } from "../sign_in/draft.ts";
import { askFirstTime } from "../sign_in/first_time.ts";
import { endPreviousLogin } from "../sign_in/previous_login.ts";
import { type AboutClient, chooseClient } from "../sign_in/questions.ts";
import { assertCanSave, type SignedIn } from "../sign_in/save_login.ts";
import { staySignedIn } from "../session/expiry.ts";
import { forProfile } from "../session/advice_in_use.ts";
import { saveUser } from "../session/user.ts";
import {
  type ConnectionFlags,
  loadSettings,
  resolveSettings,
  type Settings,
  warnOfUnused,
} from "../settings/settings.ts";
import type { Setup } from "../base/parse.ts";
import { bringMissingSettings } from "../session/store_in_use.ts";
import type { TokenSet } from "../oauth/token_set.ts";

export interface LoginFlags extends ConnectionFlags, BrowserFlags {
  readonly device?: boolean;
  /** Region, client id and callback URL in one, as an administrator sends them. */
  readonly setup?: Setup;
}

/** How long the answer to who signed in may take, in milliseconds. */
const PATIENCE = 5_000;

export interface SignInResult {
  readonly user: User | undefined;
  readonly signedIn: SignedIn;
  readonly settings: Settings;
}

/** Signs in, saves the tokens and what it was given, and says who signed in. */
export async function login(flags: LoginFlags, context: CommandContext): Promise<Answer> {
  const { user, signedIn, settings } = await signInWith(flags, context);
  return reply(user, signedIn, settings, context.system.now());
}

/** The sign-in itself; `about` is what is known of the client that signed in before. */
export async function signInWith(
  { setup, ...typedFlags }: LoginFlags,
  context: CommandContext,
  about: AboutClient = {},
): Promise<SignInResult> {
  const { system } = context;
  const flags = { ...setup, ...onlyDefined(typedFlags) };
  assertNotFromEnvironment(system);
  await setAsideDamaged(flags, context);
  await bringMissingSettings(flags, context);
  const first = await askFirstTime(flags, context);
  const loaded = loadSettings(first.flags, system);
  if (loaded.issuer === undefined) regionOf(loaded); // a mistake is said without the warning about it
  warnOfUnused(loaded.saved, loaded.given, context.talk.warn);
  const { given: typed } = resolveSettings(first.flags, system, undefined);
  const settings = { ...await discoverSettings(loaded, system), typed };
  try {
    const answered = first.secret;
    const signedIn = await signIn(flags, { ...about, answered }, settings, context)
      .catch(aboutInterruption);
    removeDraft(settings);
    const [user] = await Promise.all([
      signedIn.user,
      endPreviousLogin(signedIn, settings, context),
    ]);
    return { user, signedIn, settings };
  } catch (error) {
    throw forProfile(aboutClock(error), settings);
  }
}

/** What was interrupted before it had tokens; once they have come, the error has a code. */
function aboutInterruption(error: unknown): never {
  const isEarly = error instanceof CliError && error.kind === "interrupted" && !error.code;
  throw isEarly ? error.with({ message: "Interrupted; nothing was saved" }) : error;
}

/** A clock that is off makes a good certificate look bad: thought of before the network is. */
function aboutClock(error: unknown): unknown {
  if (!(error instanceof CliError) || error.code !== "clock") return error;
  return error.with({
    next: words`set this computer's clock if it is wrong, then ${run("login")}`,
  });
}

/** A login that would be saved, and then not used. */
function assertNotFromEnvironment({ env }: CommandContext["system"]): void {
  const variable = ["ANAPLAN_REFRESH_TOKEN", "ANAPLAN_REFRESH_TOKEN_FILE"].find((name) =>
    env(name)
  );
  if (variable === undefined) return;
  const message = `Cannot sign in while ${variable} is set: it is the login that is used`;
  throw new CliError("usage", message, { next: words`unset ${variable}, then ${run("login")}` });
}

async function signIn(
  flags: LoginFlags,
  about: AboutClient,
  settings: Settings,
  context: CommandContext,
): Promise<SignedIn> {
  const { system, talk } = context;
  const provider = providerName(settings);
  const server = authorizationServer(settings);
  await system.assertReachable(server.tokenEndpoint); // before the user does anything
  await assertCanSave(settings, context);
  const who = async (tokenSet: TokenSet): Promise<User | undefined> => {
    const user = await fetchUser(tokenSet, settings, system, PATIENCE).catch((error) => {
      if (error instanceof CliError && error.kind === "denied") talk.warn(error.message);
      return undefined;
    });
    const isFromUserinfo = settings.issuer !== undefined && settings.apiUrl === undefined;
    const subject = (isFromUserinfo && user?.id) || undefined; // where no id_token said it
    if (user) await saveUser(tokenSet, user, settings, context, tokenSet.subject ?? subject);
    return user;
  };
  if (flags.device) {
    return await signInByDevice({ server, provider, who }, settings, flags, context);
  }
  let client = await chooseClient(flags, settings, context, { ...about, server });
  while (true) {
    const { clientId } = client;
    const used = { ...settings, clientId, given: { ...settings.given, clientId } };
    try {
      return await signInByBrowser({ server, client, provider, who }, used, flags, context);
    } catch (error) {
      if (!isCorrectable(error, context)) throw error;
      client = await correctedClient(client, error, context); // and a new code, since one is sent once
    }
  }
}

function reply(
  user: User | undefined,
  signedIn: SignedIn,
  settings: Settings,
  now: number,
): Answer {
  const { profile, region, issuer } = settings;
  const who = user === undefined ? "" : ` as ${nameAndAddress(user)}`;
  const saved = `Saved as profile ${profile}.${staySignedIn(signedIn.tokenSet, settings, now)}`;
  return {
    kind: "answer",
    text: words`✓ Signed in${who}, ${providerName(settings)}.\n  ${saved}\n\nNext: ${
      run(userUrl(settings) === undefined ? "token" : "whoami", { profile })
    }`,
    data: {
      profile,
      region: issuer === undefined ? region : null,
      scope: signedIn.tokenSet.scope ?? null,
      expires_at: new Date(signedIn.tokenSet.expiresAt).toISOString(),
      method: signedIn.method,
    },
  };
}
