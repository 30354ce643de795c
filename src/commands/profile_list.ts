// profile list: every profile, and whether you are signed in to it.

import { run, words } from "../base/advice.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { assertPrivateDirectory } from "../files/private_directory.ts";
import { nameOf } from "../provider/provider.ts";
import { signedOut, signedOutInShort } from "../session/expiry.ts";
import { everyProfile, storeOf } from "../session/session.ts";
import { keptUser } from "../session/user.ts";
import { configDirectory, placeOf } from "../settings/location.ts";
import { loadProfile, type Profile } from "../settings/profiles.ts";
import { SETTINGS } from "../settings/table.ts";
import { table } from "../base/text.ts";
import type { TokenSet } from "../store/token_set.ts";

/** Lists the profiles; a star marks the one that is used when none is named. */
export function profileList(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const { system, talk } = context;
  const configDir = configDirectory(flags, system);
  assertPrivateDirectory(configDir);
  const store = storeOf({ configDir }, context);
  const unreadable = new Set<string>();
  const readable = <T>(load: () => T | undefined, name = ""): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof CliError) || error.kind !== "storage") throw error;
      talk.warn(error.message);
      unreadable.add(name);
      return undefined;
    }
  };
  const current = readable(() => placeOf(flags, system).profile);
  const listed = everyProfile(configDir, store).map((name) => {
    const profile = readable(() => loadProfile(configDir, name), name) ?? {};
    const login = readable(() => store.load(name), name);
    const isUnreadable = unreadable.has(name);
    return entry({ name, isCurrent: name === current, isUnreadable, profile, login }, system.now());
  });
  const rows = table(listed.map(({ row }) => row));
  const next = listed.find(({ isOut, data }) => isOut && data.current) ??
    listed.find(({ isOut }) => isOut);
  const text = next !== undefined
    ? words`${rows}\nNext: ${run("login", { profile: next.data.name })}`
    : listed.length === 0
    ? words`There is no profile yet.\nNext: ${run("login")}`
    : rows;
  const data = { profiles: listed.map(({ data }) => data) };
  return Promise.resolve({ kind: "answer", text, data });
}

/** What is known of a profile. */
interface Known {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly isUnreadable: boolean;
  readonly profile: Profile;
  readonly login: TokenSet | undefined;
}

function entry({ name, isCurrent, isUnreadable, profile, login }: Known, now: number) {
  const { issuer, region = SETTINGS.region.default } = profile;
  const out = login && signedOut(login, profile, now);
  const user = login && keptUser(login);
  const state = isUnreadable
    ? "unreadable"
    : login === undefined
    ? "not signed in"
    : out !== undefined
    ? signedOutInShort(out)
    : user === undefined
    ? "signed in"
    : `signed in as ${nameOf(user)}`;
  return {
    row: [`${isCurrent ? "*" : " "} ${name}`, `${issuer ?? region}, ${state}`] as const,
    isOut: out !== undefined,
    data: {
      name,
      current: isCurrent,
      region: issuer === undefined ? region : null,
      logged_in: login !== undefined && out === undefined,
      user_name: login?.name || null,
      email: login?.email || null,
    },
  };
}
