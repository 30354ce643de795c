// login: signs a person in with their browser. Read top to bottom: it is the story of a sign-in.

import { authorizationServer, currentUser, endSession, type User } from "../anaplan.ts";
import type { CommandContext, Reply } from "../command.ts";
import { CliError, toCliError } from "../errors.ts";
import { type Attempt, exchange, startAttempt } from "../oauth/authorization_code.ts";
import { type ListenerCertificate, listenerCertificate } from "../oauth/certificate.ts";
import { listenCandidates } from "../oauth/listen_addresses.ts";
import type { Answer } from "../oauth/loopback.ts";
import { failedPage, signedInPage } from "../oauth/page.ts";
import { openWays, type Ways } from "../oauth/ways.ts";
import { currentProfile, saveCurrentProfile, saveProfile } from "../profiles.ts";
import { askFirstTime, chooseClient } from "../questions.ts";
import { saveOrRescue, storeOf } from "../session.ts";
import { type ConnectionFlags, loadSettings, savedSettings, type Settings } from "../settings.ts";
import { asTyped, COMMAND_VARIABLE, isoTime, shortened } from "../text.ts";
import { isFresh, type TokenSet } from "../token_set.ts";
import { tellHowToSignIn } from "../waiting.ts";

/** The flags of `login`. */
export interface LoginFlags extends ConnectionFlags {
  readonly paste?: boolean;
  readonly noBrowser?: boolean;
  /** How long to wait for the person, in milliseconds. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT = 5 * 60_000;
/** How long the page in the browser waits to learn who signed in, in milliseconds. */
const PAGE_PATIENCE = 1_000;
/** How long the terminal waits for that, and for the end of the previous session, in milliseconds. */
const TERMINAL_PATIENCE = 5_000;

/** Signs in, saves the tokens and what it was given, and says who signed in. */
export async function login(flags: LoginFlags, context: CommandContext): Promise<Reply> {
  const { system } = context;
  const settings = loadSettings(await askFirstTime(flags, context), system);
  const server = authorizationServer(settings);
  const client = await chooseClient(flags, settings, context);
  const attempt = await startAttempt(server, client, settings);
  const certificate = await certificateFor(settings, flags, context);
  await using ways = await waysOf(attempt, certificate, settings, flags, context);
  tellHowToSignIn(attempt, ways.loopback, certificate, settings, flags, context);
  const answer = await ways.first(flags.timeout ?? DEFAULT_TIMEOUT);
  const settingsBefore = savedSettings(settings, system); // where the previous login belongs
  const { tokenSet, previous } = await keep(answer, attempt, settings, context);
  const [user] = await Promise.all([
    whoSignedIn(tokenSet, answer, settings, context),
    endPreviousSession(previous, settingsBefore, context),
  ]);
  return reply(user, tokenSet, answer.method, settings);
}

async function certificateFor(
  settings: Settings,
  flags: LoginFlags,
  { system, talk }: CommandContext,
): Promise<ListenerCertificate | undefined> {
  const isPlain = settings.redirectUri.startsWith("http:");
  if (isPlain || flags.paste) return undefined;
  return await listenerCertificate(settings.configDir, system, talk.warn);
}

function waysOf(
  attempt: Attempt,
  certificate: ListenerCertificate | undefined,
  settings: Settings,
  flags: LoginFlags,
  { system, talk }: CommandContext,
): Promise<Ways> {
  const candidates = listenCandidates(settings.redirectUri, settings.listen);
  const options = { candidates, certificate, pasteOnly: flags.paste === true };
  return openWays(attempt, options, system, talk);
}

/** Exchanges the code and saves what it brings; the browser waits, and is told when that fails. */
async function keep(
  answer: Answer,
  attempt: Attempt,
  settings: Settings,
  context: CommandContext,
): Promise<{ readonly tokenSet: TokenSet; readonly previous: TokenSet | undefined }> {
  using _signals = await context.system.holdSignals(); // none may come between the answer and the disk
  try {
    const tokenSet = await exchange(attempt, answer.parameters, context.system);
    const previous = await save(tokenSet, settings, context);
    return { tokenSet, previous };
  } catch (error) {
    const command = context.system.env(COMMAND_VARIABLE);
    answer.reply(failedPage(toCliError(error), (text) => asTyped(text, command)));
    throw error;
  }
}

async function save(
  tokenSet: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet | undefined> {
  const { warn } = context.talk;
  using login = await storeOf(settings, context).lock(settings.profile);
  const previous = await saveOrRescue(tokenSet, login, context.system);
  saveProfile(settings.configDir, settings.profile, settings.given, warn);
  if (currentProfile(settings.configDir) === undefined) {
    saveCurrentProfile(settings.configDir, "default", warn);
  }
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login ends with its access token");
  }
  return previous;
}

/** Asks who signed in, for the page and the terminal; that it cannot be said spoils no login. */
async function whoSignedIn(
  tokenSet: TokenSet,
  answer: Answer,
  settings: Settings,
  { system }: CommandContext,
): Promise<User | undefined> {
  const asked = currentUser(tokenSet.accessToken, settings, system, TERMINAL_PATIENCE)
    .catch(() => undefined);
  const done = new AbortController();
  const patience = system.sleep(PAGE_PATIENCE, done.signal).then(() => undefined, () => undefined);
  const user = await Promise.race([asked, patience]);
  done.abort();
  answer.reply(signedInPage(user && `${fullName(user)}, tenant ${shortened(user.customerId)}`));
  return await asked;
}

/** Best effort: the login that this one replaces should not live on at the server. */
async function endPreviousSession(
  previous: TokenSet | undefined,
  settings: Settings,
  { system }: CommandContext,
): Promise<void> {
  if (previous === undefined || !isFresh(previous, system.now(), 0)) return;
  try {
    await endSession(previous.accessToken, settings, system, TERMINAL_PATIENCE);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}

function reply(
  user: User | undefined,
  tokenSet: TokenSet,
  method: Answer["method"],
  settings: Settings,
): Reply {
  const who = user === undefined
    ? ""
    : ` as ${fullName(user)} <${user.email}>, tenant ${shortened(user.customerId)}`;
  const flag = settings.profile === "default" ? "" : ` --profile ${settings.profile}`;
  return {
    text: `Signed in${who}.\nSaved to ${settings.configDir}, profile ${settings.profile}.\n\n` +
      `Next: anaplan-auth whoami${flag}`,
    data: {
      profile: settings.profile,
      region: settings.region,
      scope: tokenSet.scope ?? null,
      expires_at: isoTime(tokenSet.expiresAt),
      method,
    },
  };
}

function fullName(user: User): string {
  return `${user.firstName} ${user.lastName}`.trim();
}
