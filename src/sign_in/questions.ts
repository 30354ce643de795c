// What only the user can say, and only `login` asks. Rule: every question has a flag or a variable, and
// without a terminal, the error names it.

import { ifOpened } from "../files/set_aside.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import type { OAuthClient } from "../oauth/wire.ts";
import { readNamedSecret } from "../files/named_file.ts";
import type { Secret } from "../base/secret.ts";
import { storeOf } from "../session/store_in_use.ts";
import { environmentSecret, toSecret } from "../settings/client_environment.ts";
import type { ConnectionFlags, Settings } from "../settings/settings.ts";
import { lastFailure } from "../settings/last_failure.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import type { SignIn } from "./save_login.ts";
import { SECRET_STEP } from "./steps.ts";

/** What is known about the client besides what is stored. */
export interface AboutClient {
  /** What the user has said already about the secret: a client may have none. */
  readonly answered?: { readonly value: Secret | undefined } | undefined;
  /** The server rejected the client when it was last used: its saved secret is not sent again. */
  readonly isClientRejected?: boolean;
}

/**
 * The client to sign in as; its secret comes from a flag's file or stdin, the environment, the saved
 * login of the same client, or the user. A client without one is a public client.
 */
export async function chooseClient(
  flags: ConnectionFlags,
  settings: Settings,
  context: CommandContext,
  { answered, server, isClientRejected = false }: AboutClient & Pick<SignIn, "server">,
): Promise<OAuthClient> {
  const { clientId } = settings;
  if (clientId === undefined) throw new Error("askFirstTime() makes sure of the client ID");
  if (answered !== undefined) return onlyDefined({ clientId, clientSecret: answered.value });
  const fromEnvironment = environmentSecret(settings.environment, clientId);
  const store = await storeOf(settings, context);
  const stored = await ifOpened(() => store.load(settings.profile));
  // a secret of a client at another server does not belong to this server, whatever the ids are
  const saved = stored?.tokenEndpoint === server.tokenEndpoint ? stored : undefined;
  const isDoubtful = canAsk(context) &&
    (isClientRejected || saved !== undefined && wasRejected(saved, settings));
  const isSaved = saved?.clientId === clientId && !isDoubtful;
  const known = await secretByFlag(flags, context) ?? fromEnvironment.own ??
    await secretByProfile(settings, clientId) ??
    (isSaved ? saved.clientSecret : undefined) ?? fromEnvironment.tutorial;
  const clientSecret = known ??
    (isSaved || !canAsk(context) ? undefined : await askSecret(context));
  return onlyDefined({ clientId, clientSecret });
}

/** Whether the last failure since this login is that the server rejected its client: the secret was rotated. */
function wasRejected({ obtainedAt }: TokenSet, { configDir, profile }: Settings): boolean {
  const failure = lastFailure(configDir, profile);
  return failure?.oauthError === "invalid_client" && failure.at >= obtainedAt;
}

/** Whether there is a person at a terminal. */
export function canAsk({ system }: CommandContext): boolean {
  return system.terminal.stdin && system.terminal.stderr;
}

async function askSecret({ system, talk }: CommandContext): Promise<Secret | undefined> {
  const { text, shown, question } = SECRET_STEP;
  const asked = { text, shown, ...question(undefined), signal: system.interruption() };
  let answer: string | undefined;
  while (answer === undefined) answer = await system.terminal.ask(asked); // there is nothing to go back to
  talk.say("");
  return toSecret(answer);
}

async function secretByFlag(
  flags: ConnectionFlags,
  context: CommandContext,
): Promise<Secret | undefined> {
  if (flags.clientSecretFile !== undefined) {
    return requireSecret(await readNamedSecret(flags.clientSecretFile, "--client-secret-file"));
  }
  if (flags.clientSecretStdin !== true) return undefined;
  if (context.system.terminal.stdin) return await askSecret(context);
  return requireSecret(await context.system.terminal.readPipe(context.system.interruption()));
}

/** The secret in the file that the profile names; it is for the profile's own client, at its own server. */
async function secretByProfile(settings: Settings, clientId: string): Promise<Secret | undefined> {
  const { saved, given } = settings;
  const isOwn = saved?.clientId === clientId && saved.tokenEndpoint === given.tokenEndpoint;
  if (!isOwn || given.clientSecretFile === undefined) return undefined;
  return requireSecret(await readNamedSecret(given.clientSecretFile, "--client-secret-file"));
}

function requireSecret(text: string | undefined): Secret {
  const secret = toSecret(text);
  if (secret !== undefined) return secret;
  throw new CliError("usage", "Cannot read the client secret: it is empty", {
    next: "put the secret alone into the file or stdin, or set ANAPLAN_CLIENT_SECRET",
  });
}
