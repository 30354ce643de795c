// What a person at a terminal is offered when their login has expired: to sign in, and to go on with what they typed.
// Rule: loaded only then; who declines gets the error that there was.

import { asSentence, shellWord, words } from "../../base/words.ts";
import type { CommandContext, CommonFlags } from "../../command.ts";
import type { CliError } from "../../base/errors.ts";
import { fitLines } from "../../base/lines.ts";
import { nameOf } from "../../provider/provider.ts";
import { assumedExpiry, signedOut } from "../../session/expiry.ts";
import { storeOf } from "../../session/store_in_use.ts";
import { hasEnvironmentLogin, loadSettings, type Settings } from "../../settings/settings.ts";

const QUESTION = "Sign in now? [Y/n]";

/**
 * Asks whether to sign in, and does so.
 *
 * @returns whether the user is signed in now, so that the command can be tried again.
 * @throws {CliError} what keeps the sign-in from its end.
 */
export async function offerSignIn(
  error: CliError,
  argv: readonly string[],
  flags: CommonFlags,
  context: CommandContext,
): Promise<boolean> {
  const { talk } = context;
  const settings = loadSettings(flags, context.system);
  const reason = await reasonToSignIn(error, settings, context);
  if (reason === undefined || !await isWanted(reason, context)) return false;
  const { signInWith } = await import("../../commands/login.ts");
  const isClientRejected = error.oauthError === "invalid_client";
  const { user } = await signInWith({ ...flags }, context, { isClientRejected });
  const who = user === undefined ? "" : ` as ${nameOf(user)}`;
  talk.insist(words`✓ Signed in${who}. Continuing: ${argv.map(shellWord).join(" ")}\n`);
  return true;
}

/** Why a sign-in helps, as a sentence; `undefined` when it does not, or when there was no login. */
async function reasonToSignIn(
  error: CliError,
  settings: Settings,
  context: CommandContext,
): Promise<string | undefined> {
  const isOver = error.kind === "login_required" || error.oauthError === "invalid_client";
  if (!isOver) return undefined;
  if (hasEnvironmentLogin(settings) || error.code !== undefined) return undefined;
  const login = await (await storeOf(settings, context)).load(settings.profile);
  if (login === undefined) return undefined;
  const profile = `(profile ${settings.profile})`;
  if (error.kind === "denied") return `The server rejected the client ${profile}.`;
  const now = context.system.now();
  const { endedBy: _, endedAt: __, ...asBefore } = login; // its time may be why the server rejected it
  const over = assumedExpiry(asBefore, settings, now);
  const out = signedOut(asBefore, settings, now) ?? signedOut(login, settings, now);
  const reason = over === undefined ? out?.reason : `your login ${over}`;
  return asSentence(`${reason ?? "your login is no longer accepted"} ${profile}`);
}

async function isWanted(reason: string, { system, talk }: CommandContext): Promise<boolean> {
  let hint = "";
  const above = (columns: number): string => fitLines(`${reason}${hint}`, columns);
  const signal = system.interruption();
  while (true) {
    const typed = await system.terminal.readLine({ above, prompt: `${QUESTION} `, signal });
    const answer = typed.trim().toLowerCase();
    const isYes = ["", "y", "yes"].includes(answer);
    if (!isYes && !["n", "no", "q", "quit"].includes(answer)) {
      hint = "\nType y or n.";
      continue;
    }
    if (system.terminal.canDraw) talk.insist(`${reason} ${QUESTION} ${isYes ? "y" : "n"}\n`);
    return isYes;
  }
}
