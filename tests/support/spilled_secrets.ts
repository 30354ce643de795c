// Finds secrets where they have no business to be.
// Rule: every value that was ever sent to the sandbox as a secret, or that is kept on disk, is looked for.
import type { Sandbox } from "../sandbox/contract.ts";
import type { Credentials } from "./home.ts";

const SECRET_PARAMETERS = [
  "code",
  "code_verifier",
  "client_secret",
  "refresh_token",
  "device_code",
  "token",
];
const SHORTEST = 6;

/** The names of the secrets that the text holds. */
export function spilledSecrets(text: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].filter(([value]) => text.includes(value)).map(([, name]) => name);
}

/** Everything that is a secret by now: its value and what it is. */
export function secretsOf(
  sandbox: Pick<Sandbox, "requests" | "clients">,
  logins: readonly (Credentials | undefined)[],
): Map<string, string> {
  const { rotating, nonRotating } = sandbox.clients;
  const sent = sandbox.requests.flatMap(({ parameters, headers }) => [
    ...SECRET_PARAMETERS.map((name) => [parameters[name], name] as const),
    [headers.authorization?.split(" ")[1], "access token"] as const,
  ]);
  const kept = logins.flatMap((login) => [
    [login?.accessToken, "access token"] as const,
    [login?.refreshToken, "refresh_token"] as const,
    [login?.clientSecret, "client_secret"] as const,
  ]);
  const known = [rotating, nonRotating].map(({ clientSecret }) =>
    [clientSecret, "client_secret"] as const
  );
  const all = [...sent, ...kept, ...known].flatMap(([value, name]) =>
    value === undefined || value.length < SHORTEST ? [] : [[value, name] as const]
  );
  return new Map(all);
}
