// Signing in with the browser: authorization code by loopback, paste or relay. Rule: the browser's page is
// held until the tokens are saved, so it shows the real result.

import { nameAndAddress } from "../provider/provider.ts";
import type { User } from "../provider/anaplan.ts";
import type { CommandContext } from "../command.ts";
import { toCliError } from "../base/errors.ts";
import { type Attempt, exchangeCode, startAttempt } from "../oauth/authorization_code.ts";
import {
  type ListenerCertificate,
  listenerCertificate,
  saveAccepted,
} from "../oauth/certificate.ts";
import { listenCandidates } from "../oauth/listen_addresses.ts";
import type { AuthorizationResponse } from "../oauth/loopback.ts";
import { correctedPage, failedPage, signedInPage } from "../oauth/page.ts";
import type { Grant } from "../oauth/token_response.ts";
import { type AnswerSources, openAnswerSources } from "../oauth/answer_sources.ts";
import { forProfile } from "../session/advice_in_use.ts";
import type { Settings } from "../settings/settings.ts";
import type { System } from "../system/contract.ts";
import { printable } from "../base/masking.ts";
import { isLoopbackHost } from "../base/urls.ts";
import { isCorrectable } from "./corrected_client.ts";
import { explainSignIn, soonOr } from "./hints.ts";
import { type SavedLogin, saveLogin, type SignedIn, type SignIn } from "./save_login.ts";

export interface BrowserFlags {
  readonly paste?: boolean;
  readonly noBrowser?: boolean;
  /** How long to wait for the user, in milliseconds. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT = 5 * 60_000;
/** How long the page in the browser waits to learn who signed in, in milliseconds. */
const PAGE_PATIENCE = 1_000;

/** Opens the sources of the answer, tells the user what to do, and saves what the answer brings. */
export async function signInByBrowser(
  signIn: SignIn,
  settings: Settings,
  flags: BrowserFlags,
  context: CommandContext,
): Promise<SignedIn> {
  const needsNone = flags.paste || settings.redirectUri.startsWith("http:");
  const certificate = needsNone
    ? undefined
    : await listenerCertificate(settings.configDir, context.system, context.talk.warn);
  const opening = await browserOpening(flags, context.system);
  await using sources = await answerSourcesFor(
    signIn,
    certificate,
    opening,
    settings,
    flags,
    context,
  );
  const { attempt, loopback, startUrl } = sources;
  const browserUrl = opening === "address" ? attempt.url : startUrl;
  const warning = await explainSignIn(
    { attempt, loopback, certificate, provider: signIn.provider, browserUrl },
    settings,
    context,
  );
  const answer = await sources.first(flags.timeout ?? DEFAULT_TIMEOUT, warning);
  context.talk.progress("Answer received. Signing in …");
  const isAccepted = certificate !== undefined && answer.method !== "paste";
  if (isAccepted) saveAccepted(settings.configDir, certificate);
  const { tokenSet, previous } = await exchangeAndSave(answer, attempt, settings, context);
  const user = signIn.who(tokenSet);
  await answerBrowser(answer, user, attempt, settings, context);
  return { tokenSet, previous, user, method: answer.method };
}

/**
 * Whether the browser is opened, and at what: the state is in the address, which other users of this
 * computer would read in the browser's arguments. A browser outside of a container or of WSL may not
 * reach a start page in it.
 */
export async function browserOpening(
  flags: BrowserFlags,
  { env, platform, isContainer }: Pick<System, "env" | "platform" | "isContainer">,
): Promise<"start-page" | "address" | undefined> {
  const isNamed = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"].some((name) => env(name) !== undefined);
  // over SSH there is a browser only if the user says so, or a display is forwarded
  const hasBrowser = isNamed || env("SSH_CONNECTION") === undefined;
  if (flags.noBrowser || flags.paste || !hasBrowser) return undefined;
  const isShared = (platform === "linux" || platform === "darwin") && !await isContainer() &&
    env("WSL_DISTRO_NAME") === undefined;
  return isShared ? "start-page" : "address";
}

function answerSourcesFor(
  { server, client }: SignIn,
  certificate: ListenerCertificate | undefined,
  opening: Awaited<ReturnType<typeof browserOpening>>,
  settings: Settings,
  flags: BrowserFlags,
  { system, talk }: CommandContext,
): Promise<AnswerSources> {
  const candidates = listenCandidates(settings.redirectUri, settings.listen);
  const startPage = opening === "start-page";
  const options = { candidates, certificate, pasteOnly: flags.paste === true, startPage };
  const needsRelay = !isLoopbackHost(new URL(settings.redirectUri).hostname);
  const begin = (port: number | undefined): Promise<Attempt> =>
    startAttempt(server, client, { ...settings, relayPort: needsRelay ? port : undefined });
  return openAnswerSources(begin, options, system, talk);
}

/** Exchanges the code and saves what it brings; the browser waits, and shows when that fails. */
async function exchangeAndSave(
  answer: AuthorizationResponse,
  attempt: Attempt,
  settings: Settings,
  context: CommandContext,
): Promise<SavedLogin> {
  try {
    const seenIssuer = printable(answer.parameters.get("iss") ?? "");
    const given = { ...settings.given, ...(seenIssuer === "" ? {} : { seenIssuer }) };
    const ask = (): Promise<Grant> => exchangeCode(attempt, answer.parameters, context.system);
    return await saveLogin<never>(ask, { ...settings, given }, context);
  } catch (error) {
    const told = toCliError(forProfile(error, settings)); // as the terminal will say it
    const { shown } = context.talk;
    const page = isCorrectable(told, context) ? correctedPage(told) : failedPage(told, shown);
    answer.reply(page);
    throw error;
  }
}

/** Shows the page, with who signed in if that is known soon. */
async function answerBrowser(
  answer: AuthorizationResponse,
  user: Promise<User | undefined>,
  { server }: Attempt,
  { issuer, region, profile }: Settings,
  { system }: CommandContext,
): Promise<void> {
  const known = await soonOr(undefined, user, PAGE_PATIENCE, system);
  const place = issuer === undefined ? `${region}, profile ${profile}` : `Profile ${profile}`;
  const who = known && nameAndAddress(known).replace(/ <(.+)>$/, ", $1");
  answer.reply(signedInPage({ server: server.name, who, place }));
}
