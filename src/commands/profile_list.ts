// profile list: every profile, and whether you are signed in to it.

import { run, words } from "../base/words.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { assertPrivateDirectory } from "../files/private_file.ts";
import { nameOf } from "../provider/provider.ts";
import { assumedExpiry, signedOut, signedOutInShort } from "../session/expiry.ts";
import { otherServer } from "../session/other_server.ts";
import { everyProfile } from "../session/every_profile.ts";
import { storeOf } from "../session/store_in_use.ts";
import { savedUser } from "../session/user.ts";
import { configDirectory, profileLocation } from "../settings/location.ts";
import { loadProfile, type Profile } from "../settings/profiles.ts";
import { resolveSettings } from "../settings/settings.ts";
import { SETTINGS } from "../settings/table.ts";
import { table } from "../base/lines.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** Lists the profiles; a star marks the one that is used when none is named. */
export async function profileList(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const { system, talk } = context;
  const configDir = configDirectory(flags, system);
  assertPrivateDirectory(configDir);
  const store = await storeOf({ configDir }, context);
  const unreadable = new Set<string>();
  const readable = async <T>(
    load: () => T | undefined | Promise<T | undefined>,
    name = "",
  ): Promise<T | undefined> => {
    return await unlessFailed(load, ({ kind, message }) => {
      if (kind !== "storage") return false;
      talk.warn(message);
      unreadable.add(name);
      return true;
    });
  };
  const current = await readable(() => profileLocation(flags, system).profile);
  const listed = [];
  for (const name of await everyProfile(configDir, store)) {
    const profile = await readable(() => loadProfile(configDir, name), name) ?? {};
    const login = await readable(() => store.load(name), name);
    const known = { name, isUnreadable: unreadable.has(name), profile, login };
    const other = known.isUnreadable ? undefined : await otherServerNow(known, flags, system);
    listed.push(entry({ ...known, other }, name === current, store.sharedAt, system.now()));
  }
  const rows = table(listed.map(({ row }) => row));
  const next = listed.find(({ isOut, data }) => isOut && data.current) ??
    listed.find(({ isOut }) => isOut);
  const text = next !== undefined
    ? words`${rows}\nNext: ${next.next}`
    : listed.length === 0
    ? words`There is no profile yet.\nNext: ${run("login")}`
    : rows;
  const data = { profiles: listed.map(({ data }) => data) };
  return { kind: "answer", text, data };
}

interface KnownProfile {
  readonly name: string;
  readonly isUnreadable: boolean;
  readonly profile: Profile;
  readonly login: TokenSet | undefined;
  /** What keeps the login from being used: the settings name other servers. */
  readonly other?: CliError | undefined;
}

/** As a command would find it with this profile; settings that cannot be used are for that command to report. */
async function otherServerNow(
  { name, profile, login }: KnownProfile,
  flags: CommonFlags,
  system: CommandContext["system"],
): Promise<CliError | undefined> {
  if (login === undefined) return undefined;
  const place = { configDir: configDirectory(flags, system), profile: name };
  return await unlessFailed(() =>
    otherServer(login, { ...place, ...resolveSettings({}, system, profile) })
  );
}

function entry(
  { name, isUnreadable, profile, login, other }: KnownProfile,
  isCurrent: boolean,
  sharedAt: string | undefined,
  now: number,
) {
  const { issuer, region = SETTINGS.region.default } = profile;
  const out = login && signedOut(login, profile, now);
  const over = login && assumedExpiry(login, profile, now);
  const user = login && savedUser(login);
  const state = isUnreadable
    ? "unreadable"
    : login === undefined
    ? "not signed in"
    : out !== undefined
    ? signedOutInShort(out)
    : other !== undefined
    ? `cannot be used: ${other.reason}`
    : over !== undefined
    ? `may have ${over}`
    : user === undefined
    ? "signed in"
    : `signed in as ${nameOf(user)}`;
  const where = login !== undefined && sharedAt !== undefined ? `, in ${sharedAt}` : "";
  return {
    row: [`${isCurrent ? "*" : " "} ${name}`, `${issuer ?? region}, ${state}${where}`] as const,
    isOut: (out ?? other ?? over) !== undefined,
    next: out !== undefined
      ? run("login", { profile: name })
      : other?.next ?? run("refresh", { profile: name }),
    data: {
      name,
      current: isCurrent,
      region: issuer === undefined ? region : null,
      logged_in: login !== undefined && out === undefined && other === undefined,
      user_name: login?.name || null,
      email: login?.email || null,
    },
  };
}
