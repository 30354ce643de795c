// whoami: who you are signed in as.

import { placeName } from "../provider/authorization_server.ts";
import { nameAndAddress } from "../provider/provider.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { nameOrQuoted } from "../base/names.ts";
import { fetchAndSaveUser } from "../session/user.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import { table } from "../base/lines.ts";
import { dateTime, isoTimeOrNull } from "../base/times.ts";

/** Asks Anaplan who you are, and keeps the name for `status`. */
export async function whoami(flags: CommonFlags, context: CommandContext): Promise<Answer<string>> {
  const settings = await settingsInUse(flags, context);
  const user = await fetchAndSaveUser(settings, context);
  return {
    kind: "answer",
    text: [
      nameAndAddress(user),
      "",
      table([
        ["User ID", nameOrQuoted(user.id)],
        ["Tenant", user.customerId === "" ? undefined : nameOrQuoted(user.customerId)],
        ["Last login", user.lastLoginAt === undefined ? undefined : dateTime(user.lastLoginAt)],
        ["Profile", `${settings.profile}, ${placeName(settings)}`],
      ]),
    ].join("\n"),
    data: {
      id: user.id,
      email: user.email,
      first_name: user.firstName,
      last_name: user.lastName,
      customer_id: user.customerId,
      active: user.active ?? null,
      last_login_at: isoTimeOrNull(user.lastLoginAt),
    },
  };
}
