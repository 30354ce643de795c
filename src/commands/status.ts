// status: what is stored, without any network.

import { run, type Words, words } from "../base/advice.ts";
import { placeName, regionOf } from "../provider/authorization_server.ts";
import { nameAndAddress, whoIs } from "../provider/provider.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import {
  endsWithin,
  expiryInShort,
  expirySentence,
  isProlongedByRefresh,
  type LoginExpiry,
  loginExpiry,
} from "../session/expiry.ts";
import { nameOrQuoted, shortened } from "../base/names.ts";
import {
  canRefresh,
  loginCommand,
  loginInUse,
  storeInUse,
  withFreshTokenSet,
} from "../session/session.ts";
import { settingsInUse } from "../session/settings_in_use.ts";
import { hasEnvironmentLogin, missingProfile, type Settings } from "../settings/settings.ts";
import { asSentence, isoTime } from "../base/text.ts";
import { clockTime, dateTime, duration } from "../base/times.ts";
import { table } from "../base/lines.ts";
import type { KeyKind } from "../store/key_source.ts";
import type { LoginStore } from "../store/login_store.ts";
import { isFresh, type TokenSet } from "../store/token_set.ts";

/** The flags of `status`. */
export interface StatusFlags extends CommonFlags {
  /** Ask the server, too, who the login belongs to. */
  readonly check?: boolean;
  /** Fail when the login ends within so many milliseconds. */
  readonly expiresWithin?: number;
}

/** Says whether there is a login that works or can be refreshed; exit 3 when there is none. */
export async function status(flags: StatusFlags, context: CommandContext): Promise<Answer> {
  const settings = await settingsInUse(flags, context);
  const store = await storeInUse(settings, context);
  const tokenSet = await loginInUse(settings, store);
  const now = context.system.now();
  const missing = tokenSet === undefined ? await noProfile(settings) : undefined;
  const isUsable = tokenSet !== undefined && (isFresh(tokenSet, now, 0) || canRefresh(tokenSet));
  const sealed = tokenSet && await store.sealedBy(settings.profile);
  const expiry: LoginExpiry = tokenSet === undefined
    ? { kind: "unknown" }
    : loginExpiry(tokenSet, settings);
  const reply: Answer = {
    kind: "answer",
    text: isUsable
      ? describe(tokenSet, settings, placeIn(store, settings, sealed), now)
      : notSignedIn(tokenSet, settings, missing),
    data: {
      profile: settings.profile,
      region: settings.issuer === undefined ? settings.region : null,
      client_id: tokenSet?.clientId ?? settings.clientId ?? null,
      scope: tokenSet?.scope ?? null,
      logged_in: isUsable,
      expires_at: isoTimeOrNull(tokenSet?.expiresAt),
      refresh_token_saved_at: isoTimeOrNull(tokenSet?.refreshTokenSavedAt),
      login_expires_at: "at" in expiry ? isoTime(expiry.at) : null,
      login_expiry: expiry.kind,
      sealed: sealed ?? null,
      store: store.sharedAt ?? null,
    },
  };
  const { expiresWithin } = flags;
  const isWatched = expiresWithin !== undefined; // who watches has no use for stdout
  const kind = isWatched ? "news" : "answer";
  if (!isUsable) return { ...reply, kind, outcome: "login_required" };
  if (isWatched && endsWithin(tokenSet, settings, now, expiresWithin)) {
    const text = endsSoon(tokenSet, settings, now);
    return { ...reply, kind, text, outcome: "login_required" };
  }
  return flags.check ? await checked(reply, settings, context) : reply;
}

/** Where the login is, and how. */
function placeIn(store: LoginStore, { profile }: Settings, sealed?: KeyKind): string {
  const place = store.sharedAt ? `the login store ${store.sharedAt}` : store.pathOf(profile);
  return sealed ? `${place}, sealed (${sealed})` : place;
}

function isoTimeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : isoTime(time);
}

/** The reply, once the server has said that it knows the login. */
async function checked(
  reply: Answer,
  settings: Settings,
  context: CommandContext,
): Promise<Answer> {
  const user = await withFreshTokenSet(
    settings,
    context,
    (tokenSet) => whoIs(tokenSet, settings, context.system),
  );
  const asked = `The server knows it as the login of ${nameAndAddress(user)}.`;
  return { ...reply, text: words`${reply.text}\n\n${asked}` };
}

/** How things are, in two lines at most; for the page that is shown when no command was typed. */
export async function statusInShort(context: CommandContext): Promise<Words> {
  const settings = await settingsInUse({}, context);
  const store = await storeInUse(settings, context);
  const tokenSet = await loginInUse(settings, store);
  const now = context.system.now();
  if (tokenSet === undefined || !(isFresh(tokenSet, now, 0) || canRefresh(tokenSet))) {
    return notSignedIn(tokenSet, settings);
  }
  return `Signed in (profile ${settings.profile}, ${placeName(settings)}). ` +
    `Access token ${accessTokenLine(tokenSet, now)}.`;
}

function endsSoon(tokenSet: TokenSet, settings: Settings, now: number): Words {
  const canRefreshHere = isProlongedByRefresh(tokenSet, settings, now) &&
    !hasEnvironmentLogin(settings);
  const next = canRefreshHere
    ? run("refresh", { profile: settings.profile })
    : loginCommand(settings);
  return words`${expirySentence(tokenSet, settings, now)}\nNext: ${next}`;
}

async function noProfile(settings: Settings): Promise<string | undefined> {
  const missing = missingProfile(settings);
  if (missing === undefined) return undefined;
  const { didYouMean, nearNames } = await import("../base/near_names.ts");
  return `There is no profile ${missing.typed}${
    didYouMean(nearNames(missing.typed, missing.names))
  }`;
}

function notSignedIn(tokenSet: TokenSet | undefined, settings: Settings, missing?: string): Words {
  const why = missing !== undefined
    ? asSentence(missing)
    : tokenSet === undefined
    ? `Not signed in (profile ${settings.profile}).`
    : tokenSet.endedBy === undefined
    ? `No longer signed in (profile ${settings.profile}): the access token has ended, and there is no ` +
      "refresh token."
    : `No longer signed in (profile ${settings.profile}): ${tokenSet.endedBy}.`;
  return words`${why}\nNext: ${loginCommand(settings)}`;
}

function describe(tokenSet: TokenSet, settings: Settings, path: string, now: number): string {
  const isStored = !hasEnvironmentLogin(settings);
  const rows = table([
    settings.issuer === undefined
      ? ["Region", `${settings.region}, ${regionOf(settings).description}`]
      : ["Issuer", settings.issuer],
    ["Client", shortened(tokenSet.clientId)],
    ["Access token", accessTokenLine(tokenSet, now)],
    ["Refresh token", isStored ? refreshTokenLine(tokenSet) : `from ${path}`],
    ["Login ends", isStored ? expiryInShort(tokenSet, settings, now) : undefined],
    ["Scope", tokenSet.scope && nameOrQuoted(tokenSet.scope)],
    ["Stored in", isStored ? path : "nothing; each command gets a token of its own"],
  ]);
  return `Signed in (profile ${settings.profile}).\n\n${rows}`;
}

function accessTokenLine(tokenSet: TokenSet, now: number): string {
  if (tokenSet.obtainedAt === 0) return "none yet; the next command gets one";
  const time = clockTime(tokenSet.expiresAt, now);
  return isFresh(tokenSet, now, 0)
    ? `good until ${time} (${duration(tokenSet.expiresAt - now)})`
    : `ended ${time}; the next command refreshes it`;
}

function refreshTokenLine(tokenSet: TokenSet): string {
  if (tokenSet.endedBy !== undefined) return `no longer accepted (${tokenSet.endedBy})`;
  if (tokenSet.refreshTokenSavedAt === undefined) {
    return "none; the login ends with the access token";
  }
  const kind = tokenSet.refreshTokenRotates === undefined
    ? ""
    : tokenSet.refreshTokenRotates
    ? ", replaced at each refresh"
    : ", kept at each refresh";
  return `saved ${dateTime(tokenSet.refreshTokenSavedAt)}${kind}`;
}
