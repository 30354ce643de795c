// Another OAuth provider than Anaplan, in a fake world that refuses every request to Anaplan.
import type { HttpRequest } from "../../src/system/contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import type { Arranged, NetworkStep } from "./fake_system.ts";
import { boundTo, putLogin } from "./logins.ts";
import { type SessionScene, sessionScene } from "./session_scene.ts";

/** Who it is. */
export const ISSUER = "https://as.example.com";

/** Its metadata (RFC 8414, section 2). */
export function metadata(fields: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    device_authorization_endpoint: `${ISSUER}/device`,
    revocation_endpoint: `${ISSUER}/revoke`,
    userinfo_endpoint: `${ISSUER}/userinfo`,
    ...fields,
  });
}

/** What a login at it has saved. */
export const ISSUER_PROFILE: Profile & Required<Pick<Profile, "issuer" | "discovered">> = {
  clientId: "a-client",
  issuer: ISSUER,
  discovered: {
    authorizationEndpoint: `${ISSUER}/authorize`,
    tokenEndpoint: `${ISSUER}/token`,
    deviceEndpoint: `${ISSUER}/device`,
    revocationEndpoint: `${ISSUER}/revoke`,
    userinfoEndpoint: `${ISSUER}/userinfo`,
  },
};

/** A login at the issuer, whose profile is on the disk. */
export function issuerScene(
  login: TokenSet | undefined,
  network: readonly NetworkStep[],
  { profile = ISSUER_PROFILE, ...arranged }: Arranged & { readonly profile?: Profile } = {},
): SessionScene {
  const scene = sessionScene(login, { network, ...arranged });
  saveProfile(scene.configDir, "default", profile, () => {});
  const settings = loadSettings(scene.flags, scene.context.system);
  if (login !== undefined) putLogin(scene.configDir, boundTo(login, settings));
  return { ...scene, settings };
}

/** The requests that went to Anaplan. */
export function sentToAnaplan(requests: readonly HttpRequest[]): string[] {
  return requests.map(({ url }) => url).filter((url) => /anaplan/i.test(new URL(url).host));
}
