// Answers of a device authorization endpoint, and a device authorization that the user has not approved yet.
import type { DeviceAuthorization, Pending } from "../../src/oauth/device.ts";
import type { Grant } from "../../src/oauth/token_response.ts";
import type { AuthorizationServer } from "../../src/oauth/wire.ts";
import { Secret } from "../../src/base/secret.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { MONOTONIC_START } from "./fake_system.ts";
import { errorAnswer } from "./logins.ts";
import { SERVER } from "./oauth.ts";

/** A server with an endpoint for devices. */
export const DEVICE_SERVER: AuthorizationServer = {
  ...SERVER,
  deviceEndpoint: "https://as.example.com/oauth/device/code",
};

/** A device authorization of Anaplan's fifteen minutes. */
export const DEVICE: DeviceAuthorization = {
  deviceCode: new Secret("a-device-code"),
  userCode: "1GMV-ATBA",
  verificationUri: "https://iam.example.com/activate",
  verificationUriComplete: "https://iam.example.com/activate?user_code=1GMV-ATBA",
  expiresAt: MONOTONIC_START + 900_000,
  interval: 5_000,
};

/** What the device authorization endpoint answers (RFC 8628, section 3.2). */
export function userCode(fields: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    device_code: "a-device-code",
    user_code: "1GMV-ATBA",
    verification_uri: "https://iam.example.com/activate",
    verification_uri_complete: "https://iam.example.com/activate?user_code=1GMV-ATBA",
    expires_in: 900,
    interval: 5,
    ...fields,
  });
}

/** Keeps what a poll brought, without a disk. */
export async function keepGrant(poll: () => Promise<Grant | Pending>): Promise<TokenSet | Pending> {
  const grant = await poll();
  return typeof grant === "string" ? grant : grant.tokenSet;
}

/** The user has not approved yet. */
export function pending(): Response {
  return errorAnswer(400, "authorization_pending");
}

/** The user has not approved yet, and the polls come too fast. */
export function slowDown(): Response {
  return errorAnswer(400, "slow_down");
}
