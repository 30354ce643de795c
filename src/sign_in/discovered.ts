// Another OAuth provider's metadata. Rule: asked once a login, kept in the profile, and never asked of
// Anaplan, which has none that is known.

import { discover } from "../oauth/discovery.ts";
import { caCertificates, type Settings } from "../settings.ts";
import type { System } from "../system.ts";

/** The settings with what the issuer's metadata says now; unchanged without an issuer. */
export async function discovered(
  settings: Settings,
  system: Pick<System, "fetch">,
): Promise<Settings> {
  if (settings.issuer === undefined) return settings;
  const found = await discover(settings.issuer, caCertificates(settings), system);
  return { ...settings, discovered: found, given: { ...settings.given, discovered: found } };
}
