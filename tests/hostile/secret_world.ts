// A service whose every secret is known and looks different in every encoding, and a login with them.
import type { Fault, Sandbox } from "../sandbox/contract.ts";
import type { Secrets } from "./sweep.ts";

/** What the login on the disk has, and what the service gives; none is another's part. */
export const SECRETS: Secrets = {
  "old access token": "old.access~hush-1/+=",
  "old refresh token": "old refresh~hush%2/+=",
  "client secret": "client secret&hush=3/+?",
  "access token": "new.access~hush-4/+=",
  "refresh token": "new refresh~hush%5/+=",
  "id_token": "eyJhbGciOiJub25lIn0.eyJodXNoIjo2fQ.c2lnLWh1c2gtNg",
  "device code": "device~hush%7/+=&",
  "code": "code hush~8/+=%&",
};

/** The secret of this name. */
export function secret(name: string): string {
  return SECRETS[name] ?? name;
}

/** The fields of a login with the old ones. */
export const OLD_LOGIN = {
  accessToken: secret("old access token"),
  refreshToken: secret("old refresh token"),
  clientSecret: secret("client secret"),
};

/** Lets the sandbox give the new ones to every caller. */
export function giveSecrets(sandbox: Pick<Sandbox, "fault" | "user" | "origin">): void {
  const always = (path: string, body: unknown): void =>
    sandbox.fault(path, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
      times: Infinity,
    });
  always("/oauth/token", {
    access_token: secret("access token"),
    refresh_token: secret("refresh token"),
    id_token: secret("id_token"),
    token_type: "Bearer",
    expires_in: 2100,
  });
  always("/oauth/device/code", {
    device_code: secret("device code"),
    user_code: "ABCD-EFGH",
    verification_uri: `${sandbox.origin}/activate`,
    expires_in: 60,
    interval: 1,
  });
  always("/2/0/users/me", { user: { ...sandbox.user, active: true } });
  always("/token/validate", {
    status: "SUCCESS",
    tokenInfo: { expiresAt: Date.now() + 2_000_000 },
  });
  sandbox.fault("/token/logout", { status: 204, times: Infinity });
}

/**
 * An error that quotes what it was sent, as servers are known to do in their descriptions, each value in
 * another encoding; `fields` are the error's other ones.
 */
export function quoting(fields: Readonly<Record<string, unknown>>): NonNullable<Fault["body"]> {
  return ({ parameters, headers }) => {
    const secrets = Object.entries({ ...parameters, authorization: headers.authorization ?? "" })
      .filter(([name]) => !["grant_type", "client_id", "redirect_uri", "scope"].includes(name))
      .map(([, value], at) => [value, encodeURIComponent(value), form(value)][at % 3]);
    const words = `Refused: ${secrets.join(" or ")}`;
    const status = { code: 403, message: words }; // Anaplan's envelope
    return JSON.stringify({ error_description: words, status, ...fields });
  };
}

function form(value: string): string {
  return String(new URLSearchParams({ x: value })).slice(2);
}
