// A client that the server rejected, corrected by the user. Rule: the secret is asked again, Esc changes the client
// id, and nothing else has to be said once more.

import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { Secret } from "../base/secret.ts";
import type { OAuthClient } from "../oauth/wire.ts";
import { canAsk } from "./questions.ts";
import { CLIENT_ID_STEP, SECRET_STEP, type Step } from "./steps.ts";

/** Whether the server rejected the client id or its secret (RFC 6749, section 5.2), and the user can correct them. */
export function isCorrectable(error: unknown, context: CommandContext): error is CliError {
  const isRejected = error instanceof CliError && error.oauthError === "invalid_client";
  return isRejected && canAsk(context);
}

/** Asks for the secret of the client again; Esc asks for the client id first. */
export async function correctedClient(
  client: OAuthClient,
  error: CliError,
  { system, talk }: CommandContext,
): Promise<OAuthClient> {
  talk.insist(`${error.reason ?? error.message}.\n`);
  const ask = (step: Step, initial: string | undefined, hint: string) =>
    system.terminal.ask({
      text: step.text,
      shown: step.shown,
      ...step.question(initial),
      hint,
      signal: system.interruption(),
    });
  let { clientId, clientSecret } = client;
  while (true) {
    const secret = await ask(SECRET_STEP, undefined, AGAIN);
    if (secret !== undefined) {
      talk.say("");
      const given = secret === "" ? clientSecret : new Secret(secret);
      return onlyDefined({ clientId, clientSecret: given });
    }
    const id = await ask(CLIENT_ID_STEP, clientId, "Enter keeps it.");
    if (id === undefined || id === clientId) continue;
    clientId = id;
    clientSecret = undefined; // it belongs to the other client
  }
}

const AGAIN = "Enter tries the same one again. Esc changes the client ID.";
