// Tokens as a sign-in brings them, for tests that begin after one.
// Rule: they are tokens of the library's own, which end, rotate and are revoked as any others.
// @ts-types="@types/oidc-provider"
import type { Provider } from "oidc-provider";
import { SCOPES } from "./authorization_server.ts";
import type { IssuedTokens } from "./contract.ts";
import { USER } from "./identities.ts";

/** Makes tokens of the user for a client, with every scope that there is. */
export async function issueTokens(
  provider: Provider,
  { clientId }: { readonly clientId: string },
): Promise<IssuedTokens> {
  const client = await provider.Client.find(clientId);
  if (client === undefined) throw new Error(`The sandbox knows no client ${clientId}`);
  const scope = SCOPES.join(" ");
  const grant = new provider.Grant({ accountId: USER.id, clientId });
  grant.addOIDCScope(scope);
  const common = {
    accountId: USER.id,
    client,
    grantId: await grant.save(),
    gty: "authorization_code",
    scope,
  };
  const accessToken = new provider.AccessToken(common);
  const refreshToken = new provider.RefreshToken({
    ...common,
    authTime: Math.floor(Date.now() / 1000),
    expiresWithSession: false,
    rotations: 0,
  });
  return {
    accessToken: await accessToken.save(),
    refreshToken: await refreshToken.save(),
    seconds: accessToken.expiration,
    scope,
  };
}
