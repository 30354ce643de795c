// What only the person can say, and only `login` asks. Rule: every question has a flag or a variable, and
// where nobody can be asked, the error names it.

import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import { defined } from "../json.ts";
import type { OAuthClient } from "../oauth/wire.ts";
import { readNamedFile } from "../named_file.ts";
import { Secret } from "../secret.ts";
import { storeOf } from "../session.ts";
import {
  type ConnectionFlags,
  DEFAULT_REDIRECT_URI,
  DEFAULT_REGION,
  environmentSecret,
  loadSettings,
  type Settings,
} from "../settings.ts";

const HOW_TO_GET_A_CLIENT = `No client yet? An administrator creates one in Anaplan:
Administration › Security › OAuth Clients › New, kind "Authorization code
grant", with the callback URL that you give below as redirect URI.
`;

/**
 * The flags, completed by the answers of a person who signs in for the first time.
 *
 * @throws {CliError} `usage` when no client id is known and there is no terminal to ask on.
 */
export async function askFirstTime(
  flags: ConnectionFlags & { readonly device?: boolean },
  context: CommandContext,
): Promise<ConnectionFlags> {
  const settings = loadSettings(flags, context.system);
  const isKnown = settings.clientId ?? (flags.device ? settings.deviceClientId : undefined);
  if (isKnown !== undefined) return flags;
  if (!canAsk(context)) {
    throw new CliError("usage", "Cannot sign in: no client id is known", {
      next: "give it with --client-id or ANAPLAN_CLIENT_ID; an administrator creates it",
    });
  }
  const { ask } = context.system.terminal;
  context.talk.insist("First sign-in. A few questions; each has a flag, shown in brackets.\n");
  context.talk.say(HOW_TO_GET_A_CLIENT);
  const region = settings.given.region ??
    await ask({ text: "Region [--region]", initial: DEFAULT_REGION });
  const clientId = await ask({ text: "Client id [--client-id]", required: true });
  const redirectUri = settings.given.redirectUri ??
    await ask({ text: "Redirect URI [--redirect-uri]", initial: DEFAULT_REDIRECT_URI });
  return { ...flags, region, clientId, redirectUri };
}

/**
 * The client to sign in as; its secret comes from a flag's file or stdin, the environment, the saved
 * login of the same client, or the person. A client without one is a public client.
 */
export async function chooseClient(
  flags: ConnectionFlags,
  settings: Settings,
  context: CommandContext,
  asking: "ask for a secret" | "ask for no secret" = "ask for a secret",
): Promise<OAuthClient> {
  const { clientId } = settings;
  if (clientId === undefined) throw new Error("askFirstTime() makes sure of the client id");
  const fromEnvironment = environmentSecret(settings.environment, clientId);
  const saved = storeOf(settings, context).load(settings.profile);
  const known = await secretByFlag(flags, context) ?? fromEnvironment.own ??
    (saved?.clientId === clientId ? saved.clientSecret : undefined) ?? fromEnvironment.tutorial;
  const isKnownWithout = asking === "ask for no secret" || saved?.clientId === clientId;
  const clientSecret = known ??
    (isKnownWithout || !canAsk(context) ? undefined : await askSecret(context));
  return defined({ clientId, clientSecret });
}

function canAsk({ system }: CommandContext): boolean {
  return system.terminal.stdin && system.terminal.stderr;
}

async function askSecret({ system, talk }: CommandContext): Promise<Secret | undefined> {
  const text = "Client secret [ANAPLAN_CLIENT_SECRET] (empty if the client has none)";
  const secret = toSecret(await system.terminal.ask({ text, hidden: true }));
  talk.say("");
  return secret;
}

async function secretByFlag(
  flags: ConnectionFlags,
  context: CommandContext,
): Promise<Secret | undefined> {
  if (flags.clientSecretFile !== undefined) {
    return needed(readNamedFile(flags.clientSecretFile, "--client-secret-file"));
  }
  if (flags.clientSecretStdin !== true) return undefined;
  if (context.system.terminal.stdin) return await askSecret(context);
  return needed(await context.system.terminal.readPipe(context.system.interruption()));
}

function needed(text: string | undefined): Secret {
  const secret = toSecret(text ?? "");
  if (secret !== undefined) return secret;
  throw new CliError("usage", "Cannot read the client secret: what was given is empty", {
    next: "put the secret alone into the file or stdin, or set ANAPLAN_CLIENT_SECRET",
  });
}

/** No secret has blanks around it, but files end with a line break and copying adds more. */
function toSecret(text: string): Secret | undefined {
  const trimmed = text.trim();
  return trimmed === "" ? undefined : new Secret(trimmed);
}
