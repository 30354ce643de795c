// Another OAuth provider's metadata. Rule: asked once a login, kept in the profile, and never asked of
// Anaplan, which has none that is known.

import { caCertificates } from "../files/ca_file.ts";
import { discover } from "../oauth/discovery.ts";
import type { Settings } from "../settings/settings.ts";
import { SETTINGS } from "../settings/table.ts";
import type { System } from "../system/contract.ts";

/** The settings with what the issuer's metadata says now; unchanged without an issuer. */
export async function discoverSettings(
  settings: Settings,
  system: Pick<System, "fetch">,
): Promise<Settings> {
  if (settings.issuer === undefined) return settings;
  const found = await discover(settings.issuer, caCertificates(settings), system);
  const given = { ...settings.given, discovered: found };
  return { ...settings, discovered: found, given, scope: given.scope ?? listedScope(found.scopes) };
}

/** The part of the default scope that the issuer lists: some reject a request for a scope they do not know. */
function listedScope(scopes: readonly string[] = []): string {
  const isListed = (scope: string): boolean => scopes.length === 0 || scopes.includes(scope);
  return SETTINGS.scope.default.split(" ").filter(isListed).join(" ");
}
