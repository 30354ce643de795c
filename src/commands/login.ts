// login: signs a person in, with their browser here or with a code on any device. Read top to bottom: it
// is the story of a sign-in.

import { type Run, run, words } from "../base/advice.ts";
import { authorizationServer, providerName } from "../provider/authorization_server.ts";
import { shortened } from "../base/names.ts";
import { nameAndAddress, whoIs } from "../provider/provider.ts";
import type { User } from "../provider/anaplan.ts";
import type { Answer, CommandContext, Talk } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { type BrowserFlags, signInByBrowser } from "../sign_in/by_browser.ts";
import { chooseDeviceClient, signInByDevice } from "../sign_in/by_device.ts";
import { setAsideDamaged } from "../sign_in/damaged.ts";
import { discovered } from "../sign_in/discovered.ts";
import { removeDraft } from "../sign_in/draft.ts";
import { askFirstTime, type FirstTime } from "../sign_in/first_time.ts";
import { endPreviousLogin } from "../sign_in/previous.ts";
import { chooseClient } from "../sign_in/questions.ts";
import { assertCanSave, type SignedIn } from "../sign_in/saved.ts";
import { forProfile } from "../session/session.ts";
import { keepUser } from "../session/user.ts";
import {
  type ConnectionFlags,
  loadSettings,
  resolveSettings,
  type Settings,
  warnOfUnused,
} from "../settings/settings.ts";
import { isoTime } from "../base/text.ts";
import { table } from "../base/lines.ts";
import type { TokenSet } from "../store/token_set.ts";

/** The flags of `login`. */
export interface LoginFlags extends ConnectionFlags, BrowserFlags {
  readonly device?: boolean;
}

/** How long the answer to who signed in may take, in milliseconds. */
const PATIENCE = 5_000;

/** Signs in, saves the tokens and what it was given, and says who signed in. */
export async function login(flags: LoginFlags, context: CommandContext): Promise<Answer> {
  const { system } = context;
  assertNotFromEnvironment(system);
  await setAsideDamaged(flags, context);
  const first = await askFirstTime(flags, context);
  const loaded = loadSettings(first.flags, system);
  warnOfUnused(loaded.saved, loaded.given, context.talk.warn);
  const { given: typed } = resolveSettings(first.flags, system, undefined);
  const settings = { ...await discovered(loaded, system), typed };
  try {
    const signedIn = await signIn(flags, first, settings, context);
    removeDraft(settings);
    const [user] = await Promise.all([
      signedIn.user,
      endPreviousLogin(signedIn, settings, context),
    ]);
    return reply(user, signedIn, settings, first, context.talk);
  } catch (error) {
    throw forProfile(aboutClock(error), settings);
  }
}

/** A clock that is off makes a good certificate look bad: thought of before the network is. */
function aboutClock(error: unknown): unknown {
  if (!(error instanceof CliError) || error.code !== "clock") return error;
  return error.with({
    next: words`set this computer's clock, if it is off (${run("doctor")}); then ${run("login")}`,
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
  { secret }: FirstTime,
  settings: Settings,
  context: CommandContext,
): Promise<SignedIn> {
  const { system, talk } = context;
  const provider = providerName(settings);
  const server = authorizationServer(settings);
  await system.assertReachable(server.tokenEndpoint); // before the person does anything
  await assertCanSave(settings, context);
  const who = async (tokenSet: TokenSet): Promise<User | undefined> => {
    const user = await whoIs(tokenSet, settings, system, PATIENCE).catch((error) => {
      if (error instanceof CliError && error.kind === "denied") talk.warn(error.message);
      return undefined;
    });
    const isFromUserinfo = settings.issuer !== undefined && settings.apiUrl === undefined;
    const subject = (isFromUserinfo && user?.id) || undefined; // where no id_token said it
    if (user) await keepUser(tokenSet, user, settings, context, tokenSet.subject ?? subject);
    return user;
  };
  if (flags.device) {
    const client = chooseDeviceClient(settings);
    return await signInByDevice({ server, client, provider, who }, settings, flags, context);
  }
  const client = await chooseClient(flags, settings, context, { answered: secret, server });
  return await signInByBrowser({ server, client, provider, who }, settings, flags, context);
}

function reply(
  user: User | undefined,
  signedIn: SignedIn,
  settings: Settings,
  { wasAsked }: FirstTime,
  talk: Talk,
): Answer {
  const { profile, region, issuer, configDir } = settings;
  const saved = wasAsked
    ? firstSteps(settings, talk)
    : words`Saved to ${configDir}, profile ${profile}.\n\nNext: ${run("whoami", { profile })}`;
  return {
    kind: "answer",
    text: words`Signed in${user === undefined ? "" : ` as ${described(user)}`}.\n${saved}`,
    data: {
      profile,
      region: issuer === undefined ? region : null,
      scope: signedIn.tokenSet.scope ?? null,
      expires_at: isoTime(signedIn.tokenSet.expiresAt),
      method: signedIn.method,
    },
  };
}

/** What a first sign-in ends with: where the login is, and what you can do with it. */
function firstSteps({ configDir, profile, issuer }: Settings, { shown }: Talk): string {
  const saved = table([
    [`  profiles/${profile}.json`, "what you answered, without the secret"],
    [`  credentials/${profile}.json`, "the tokens, and the secret if there is one"],
  ]);
  const toTry = (command: Run, what: string) => [`  ${shown(command)}`, what] as const;
  const list = toTry(run("api /2/0/workspaces", { profile }), "your workspaces, as JSON");
  const tries = table([
    toTry(run("whoami", { profile }), "who you are"),
    ...(issuer === undefined ? [list] : []),
    toTry(run("token", { profile }), "an access token, for a script"),
  ]);
  return `Saved in ${configDir}, for you alone:\n${saved}\n\nThings to try\n${tries}`;
}

function described(user: User): string {
  const tenant = user.customerId === "" ? "" : `, tenant ${shortened(user.customerId)}`;
  return nameAndAddress(user) + tenant;
}
