// A home in which a user is signed in, without a run of `login`, which takes ten times as long as another command.
// Rule: the files are those that `login` writes, which tests/e2e/signed_in_test.ts compares.
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import type { ConfidentialClient, Sandbox } from "../sandbox/contract.ts";
import type { Home } from "./home.ts";
import { type Listener, registeredListener } from "./sign_in.ts";

/** Whose login it is, and where it was made. */
export interface SignedInOptions {
  readonly client?: ConfidentialClient;
  readonly listener?: Listener;
  readonly profile?: string;
}

/** Writes what `login` writes for a user of the sandbox. */
export async function signedIn(
  sandbox: Sandbox,
  home: Home,
  options: SignedInOptions = {},
): Promise<void> {
  const { client = sandbox.clients.rotating, profile = "default" } = options;
  const { redirectUri } = options.listener ?? registeredListener(sandbox);
  for (const folder of ["/credentials", "/profiles"]) {
    await Deno.mkdir(home.configDir + folder, { recursive: true, mode: 0o700 });
  }
  const fingerprint = await writeCertificate(home);
  await writeOnce(`${home.configDir}/tls/accepted.json`, { version: 1, fingerprint });
  await writeOnce(`${home.configDir}/config.json`, { currentProfile: profile, version: 1 });
  const file = `${home.configDir}/profiles/${profile}.json`;
  await writeJson(file, settingsOf(sandbox, client, redirectUri));
  await writeJson(home.credentialsFile(profile), await loginOf(sandbox, client));
}

function settingsOf(
  { endpoints, caFile, origin }: Sandbox,
  { clientId }: ConfidentialClient,
  redirectUri: string,
): object {
  return {
    version: 1,
    clientId,
    redirectUri,
    authorizationEndpoint: endpoints.authorization,
    tokenEndpoint: endpoints.token,
    apiUrl: endpoints.apiUrl,
    authUrl: endpoints.authUrl,
    caFiles: [caFile],
    seenIssuer: origin,
  };
}

async function loginOf(sandbox: Sandbox, client: ConfidentialClient): Promise<object> {
  const { endpoints, user } = sandbox;
  const { accessToken, refreshToken, seconds, scope } = await sandbox.issueTokens(client);
  const now = Date.now();
  return {
    version: 1,
    expiresAt: now + seconds * 1000,
    obtainedAt: now,
    clientId: client.clientId,
    refreshTokenSavedAt: now,
    scope,
    signIn: crypto.randomUUID(),
    tokenEndpoint: endpoints.token,
    origins: [endpoints.apiUrl, "https://api.cloudworks.anaplan.com", "https://audit.anaplan.com"],
    name: `${user.firstName} ${user.lastName}`,
    email: user.email,
    accessToken,
    refreshToken,
    clientSecret: client.clientSecret,
  };
}

let certificate: ReturnType<typeof listenerCertificate> | undefined; // one for all homes of a process

/**
 * Writes the listener's certificate, which takes half of a sign-in to make; gives its fingerprint. The browser of the
 * user has not accepted it yet.
 */
export async function writeCertificate({ configDir }: Home): Promise<string> {
  await Deno.mkdir(`${configDir}/tls`, { recursive: true, mode: 0o700 });
  certificate ??= listenerCertificate(configDir, CLOCK, () => {});
  const { sum, ...parts } = await certificate;
  await writeOnce(`${configDir}/tls/listener.json`, { version: 1, ...parts, sum });
  return parts.fingerprint;
}

const CLOCK = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time)),
};

async function writeJson(path: string, fields: object, createNew = false): Promise<void> {
  const text = JSON.stringify(fields, undefined, 2) + "\n";
  await Deno.writeTextFile(path, text, { mode: 0o600, createNew });
}

/** What an earlier login has written is left as it is. */
async function writeOnce(path: string, fields: object): Promise<void> {
  await writeJson(path, fields, true).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}
