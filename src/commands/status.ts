// status: whether you are signed in and as whom, without any network.

import { run, type Words, words } from "../base/words.ts";
import { providerName } from "../provider/authorization_server.ts";
import { nameAndAddress, nameOf, userUrl } from "../provider/provider.ts";
import type { User } from "../provider/anaplan.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import {
  assumedExpiry,
  endsWithin,
  expirySentence,
  isDoubtful,
  isProlongedByRefresh,
  type LoginExpiry,
  loginExpiry,
  signedOut,
  signedOutSentence,
  signInAgain,
} from "../session/expiry.ts";
import { nameOrQuoted, shortenId } from "../base/names.ts";
import { settingsInUse, settledLogin, storeInUse } from "../session/store_in_use.ts";
import { loginCommand, refreshTokenVariable } from "../session/advice_in_use.ts";
import { otherServer } from "../session/other_server.ts";
import { fetchAndSaveUser, savedUser } from "../session/user.ts";
import {
  adviceOnMissing,
  hasEnvironmentLogin,
  missingProfile,
  type Settings,
} from "../settings/settings.ts";
import { clockTime, duration, isoTimeOrNull } from "../base/times.ts";
import { table } from "../base/lines.ts";
import type { KeyKind } from "../store/key_source.ts";
import type { LoginStore } from "../store/locking.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";
import { canRefresh } from "../oauth/token_sets.ts";

export interface StatusFlags extends CommonFlags {
  readonly check?: boolean;
  /** Fail when the login expires within so many milliseconds. */
  readonly expiresWithin?: number;
}

/** Says whether there is a login that works or can be refreshed; exit 3 when there is none. */
export async function status(flags: StatusFlags, context: CommandContext): Promise<Answer> {
  const settings = await settingsInUse(flags, context);
  const store = await storeInUse(settings, context);
  const stored = await settledLogin(settings, store);
  const user = flags.check && stored && await askServer(stored, settings, context);
  const present = user ? await settledLogin(settings, store) : stored; // it may have been refreshed
  const now = context.system.now();
  const state: State = user && present
    ? { kind: "in", tokenSet: present }
    : await stateOf(present, settings, now);
  const sealed = present && await store.sealedBy(settings.profile);
  const isWatched = flags.expiresWithin !== undefined; // who watches has no use for stdout
  const kind = isWatched ? "news" : "answer";
  const data = { ...statusData(present, settings, sealed), store: store.sharedAt ?? null };
  if (state.kind !== "in") {
    const { why, next } = state;
    const isOut = state.kind === "out";
    return {
      kind,
      text: words`${why}\nNext: ${next}`,
      data: { ...data, logged_in: !isOut, next: context.talk.typed(next) },
      ...(isOut || isWatched ? { outcome: "login_required" } : {}),
    };
  }
  const { tokenSet } = state;
  if (isWatched && endsWithin(tokenSet, settings, now, flags.expiresWithin)) {
    const next = adviceBefore(tokenSet, settings, flags.expiresWithin);
    const text = words`${expirySentence(tokenSet, settings, now)}\nNext: ${next}`;
    return {
      kind,
      text,
      data: { ...data, next: context.talk.typed(next) },
      outcome: "login_required",
    };
  }
  const text = describe(tokenSet, settings, loginLocation(store, settings, sealed), now);
  if (!user) return { kind: "answer", text, data };
  const asked = `${providerName(settings)} accepts the login of ${nameAndAddress(user)}.`;
  return { kind: "answer", text: words`${text}\n\n${asked}`, data };
}

/** Who the server says that you are; `undefined` for a login with which it need not be asked. */
async function askServer(
  tokenSet: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<User | undefined> {
  const now = context.system.now();
  const mayWork = isDoubtful(tokenSet, settings, now) || !signedOut(tokenSet, settings, now);
  if (!mayWork || otherServer(tokenSet, settings) !== undefined) return undefined;
  return await fetchAndSaveUser(settings, context);
}

/** What keeps you signed in for so many milliseconds, or else what to do before the login expires. */
function adviceBefore(tokenSet: TokenSet, settings: Settings, time: number): Words {
  const again = loginCommand(settings);
  if (hasEnvironmentLogin(settings)) return again;
  const canLast = isProlongedByRefresh(tokenSet, settings, time);
  return canLast
    ? run("refresh", { profile: settings.profile })
    : words`sign in before that time: ${again}`;
}

function loginLocation(store: LoginStore, { profile }: Settings, sealed?: KeyKind): string {
  const place = store.sharedAt ? `the login store ${store.sharedAt}` : store.pathOf(profile);
  return sealed ? `${place}, sealed (${sealed})` : place;
}

/** Where you are and the one thing to type; for a terminal on which no command was typed. */
export async function statusInShort(context: CommandContext): Promise<Words> {
  const settings = await settingsInUse({}, context);
  const store = await storeInUse(settings, context);
  const now = context.system.now();
  const state = await stateOf(await settledLogin(settings, store), settings, now);
  const withHelp = (line: Words, gap: string): Words => {
    const more = words`All commands: ${run("help")}`;
    const both = words`${line}${gap}${more}`;
    const fits = context.talk.shown(both).length <= (context.system.terminal.columns() ?? 80);
    return fits ? both : words`${line}\n${more}`; // two columns would be broken
  };
  if (state.kind !== "in") {
    return words`${state.why}\n${withHelp(words`Next: ${state.next}`, " ".repeat(10))}`;
  }
  const { tokenSet } = state;
  const user = savedUser(tokenSet);
  const who = user === undefined ? "Signed in to" : `Signed in as ${nameOf(user)},`;
  const left = duration(tokenSet.expiresAt - now);
  const access = isFresh(tokenSet, now, 0)
    ? `Access token valid for ${left}${canRefresh(tokenSet) ? ", renewed automatically" : ""}.`
    : "The next command gets a new access token.";
  return words`${headline(who, tokenSet, settings)}.\n${access}\n\n${
    withHelp(firstCommands(settings), "   ")
  }`;
}

/** What a login is for. Where no userinfo endpoint says who you are, `whoami` cannot. */
function firstCommands(settings: Settings): Words {
  return userUrl(settings) === undefined
    ? words`${run("token")}, api, logout …`
    : words`${run("whoami")}, api, token, logout …`;
}

/** Who is signed in where; a login of the environment that nothing was asked with yet may be anything. */
function headline(who: string, { obtainedAt }: TokenSet, settings: Settings): string {
  const { profile, environment } = settings;
  const where = `${providerName(settings)} (profile ${profile})`;
  return obtainedAt === 0
    ? `The login for ${where} comes from ${refreshTokenVariable(environment)} and was not checked`
    : `${who} ${where}`;
}

/** Whether you are signed in; if not, or if only the server knows, why, and what to type. */
type State =
  | { readonly kind: "in"; readonly tokenSet: TokenSet }
  | { readonly kind: "out" | "unsure"; readonly why: string; readonly next: Words };

async function stateOf(
  tokenSet: TokenSet | undefined,
  settings: Settings,
  now: number,
): Promise<State> {
  const { profile } = settings;
  const next = loginCommand(settings);
  if (tokenSet !== undefined) {
    const out = signedOut(tokenSet, settings, now);
    if (out !== undefined) return { kind: "out", why: `${signedOutSentence(out, profile)}.`, next };
    const other = otherServer(tokenSet, settings);
    if (other !== undefined) {
      const why = `${other.message} (profile ${profile}).`;
      return { kind: "out", why, next: other.next ?? next };
    }
    const over = assumedExpiry(tokenSet, settings, now);
    if (over === undefined) return { kind: "in", tokenSet };
    const why = `Your login may have ${over} (profile ${profile}).`;
    return { kind: "unsure", why, next: run("refresh", { profile }) };
  }
  const missing = missingProfile(settings);
  if (missing === undefined) {
    const which = profile === "default" ? "" : ` (profile ${profile})`;
    return { kind: "out", why: `You are not signed in${which}.`, next };
  }
  const { didYouMean, nearNames } = await import("../base/near_names.ts");
  const near = nearNames(missing.typed, missing.names);
  const why = `There is no profile ${missing.typed}${didYouMean(near) || "."}`;
  const [guess] = near;
  const corrected = guess === undefined
    ? adviceOnMissing(missing)
    : run("status", { profile: guess });
  return { kind: "out", why, next: corrected };
}

function statusData(tokenSet: TokenSet | undefined, settings: Settings, sealed?: string) {
  const expiry: LoginExpiry = tokenSet === undefined
    ? { kind: "unknown" }
    : loginExpiry(tokenSet, settings);
  return {
    profile: settings.profile,
    region: settings.issuer === undefined ? settings.region : null,
    client_id: tokenSet?.clientId ?? settings.clientId ?? null,
    scope: tokenSet?.scope ?? null,
    logged_in: true,
    expires_at: isoTimeOrNull(tokenSet?.expiresAt || undefined), // 0: there was none yet
    refresh_token_saved_at: isoTimeOrNull(tokenSet?.refreshTokenSavedAt),
    login_expires_at: isoTimeOrNull("at" in expiry ? expiry.at : undefined),
    login_expiry: expiry.kind,
    sealed: sealed ?? null,
    user_name: tokenSet?.name || null,
    email: tokenSet?.email || null,
    next: null,
  };
}

function describe(tokenSet: TokenSet, settings: Settings, path: string, now: number): string {
  const isStored = !hasEnvironmentLogin(settings);
  const user = savedUser(tokenSet);
  const who = user === undefined ? "Signed in to" : `${nameAndAddress(user)},`;
  const rows = table([
    ["Access token", accessTokenLine(tokenSet, now)],
    ["Sign in again", isStored ? signInAgain(tokenSet, settings, now) : undefined],
    ["Refresh token", isStored ? undefined : `from ${path}`],
    ["Client", shortenId(tokenSet.clientId)],
    ["Scope", tokenSet.scope && nameOrQuoted(tokenSet.scope)],
    ["Stored in", isStored ? path : "nothing; each command gets a token of its own"],
  ]);
  return `${headline(who, tokenSet, settings)}\n\n${rows}`;
}

function accessTokenLine(tokenSet: TokenSet, now: number): string {
  if (tokenSet.obtainedAt === 0) return "none yet; the next command gets one";
  const time = clockTime(tokenSet.expiresAt, now);
  if (!isFresh(tokenSet, now, 0)) return `expired ${time}; the next command gets a new one`;
  const renewed = canRefresh(tokenSet) ? ", renewed automatically" : "";
  return `valid until ${time} (${duration(tokenSet.expiresAt - now)})${renewed}`;
}
