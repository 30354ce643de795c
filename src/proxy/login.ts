// The login that the proxy uses now. Rule: read again every second that it is wanted, so that a refresh, a logout and
// a login elsewhere count at once; refreshed by the session that every command has, once for all who wait.

import { formatWords } from "../base/words.ts";
import type { CommandContext, CommonFlags, Talk } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { caCertificates } from "../files/ca_file.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";
import { canRefresh, sameTokenSet } from "../oauth/token_sets.ts";
import { freshTokenSet, replaceRejected, storedTokenSet } from "../session/session.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import type { Settings } from "../settings/settings.ts";
import type { System } from "../system/contract.ts";
import { type ProxiedTarget, proxiedTargets } from "../provider/target.ts";
import { type Upstream, upstream } from "./upstream.ts";

/** A login that can be used, and what goes with it. */
export interface Login {
  readonly tokenSet: TokenSet;
  readonly settings: Settings;
  readonly targetOf: (asked: string) => ProxiedTarget | undefined;
  readonly upstream: Upstream;
}

/** The login of a profile, as it changes. Disposal waits for tokens that are on their way, which have to be saved. */
export interface LoginSource extends AsyncDisposable {
  /** @throws {CliError} as {@link freshTokenSet}. */
  currentLogin(): Promise<Login>;
  /**
   * The login after the API rejected its token: another one, or the same refreshed. `undefined` when the token is so
   * young that a new one would be rejected as well, or cannot be refreshed.
   *
   * @throws {CliError} `login_required` when the login has expired.
   */
  afterRejection(rejected: TokenSet): Promise<Login | undefined>;
}

/** How long what was read counts, in milliseconds. */
const COUNTS = 1_000;
/** An API that rejects every token must not cost a refresh for each request; in milliseconds. */
const YOUNG = 60_000;
/** Nor must a server that refreshes none: it is asked again after so many milliseconds. */
const REST = 10_000;

/** How long a refresh may hold up requests that the present token will do for, in milliseconds. */
const PATIENCE = 5_000;
/** How long a token has to be valid to do for a request, in milliseconds. */
const ENOUGH = 5_000;

/** The login that the flags name. */
export function loginSource(flags: CommonFlags, context: CommandContext): LoginSource {
  const { system } = context;
  const quiet = quietly(context);
  let known: Promise<Login> | undefined;
  let countsUntil = 0;
  const upstreams = oneUpstream(system);
  const tokenSets = patientTokenSets(quiet);
  const refresh = refresher(quiet);
  function read(): Promise<Login> {
    countsUntil = Infinity; // until it is there, all wait for the same
    const counts = (): void => void (countsUntil = system.monotonic() + COUNTS);
    return known = load(flags, quiet, upstreams, tokenSets.current).finally(counts);
  }
  async function currentLogin(): Promise<Login> {
    if (known === undefined || system.monotonic() >= countsUntil) return await read();
    const asked = known;
    const login = await asked; // its token may be one that could not be refreshed just now
    return isFresh(login.tokenSet, system.now(), 0) ? login : known === asked ? read() : known;
  }
  return {
    currentLogin,
    async afterRejection(rejected) {
      const login = await read();
      if (!sameTokenSet(login.tokenSet, rejected)) return login;
      if (!canRefresh(rejected) || system.now() - rejected.obtainedAt < YOUNG) return undefined;
      return await refresh.once(rejected, login.settings) ? await read() : undefined;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([tokenSets.arrived(), refresh.done()]);
      upstreams[Symbol.dispose]();
    },
  };
}

interface Refresher {
  /** Refreshes a token set that was rejected, once for all who ask; whether that worked. A failure counts for a while. */
  once(rejected: TokenSet, settings: Settings): Promise<boolean>;
  done(): Promise<unknown>;
}

function refresher(context: CommandContext): Refresher {
  const { monotonic } = context.system;
  let refreshing: Promise<TokenSet> | undefined;
  let rested = 0;
  return {
    async once(rejected, settings) {
      if (refreshing === undefined && monotonic() < rested) return false;
      refreshing ??= replaceRejected(rejected, settings, context)
        .finally(() => refreshing = undefined);
      try {
        await refreshing;
        return true;
      } catch (error) {
        if (!(error instanceof CliError) || error.kind === "login_required") throw error;
        rested = monotonic() + REST;
        return false;
      }
    },
    done: () => Promise.resolve(refreshing),
  };
}

async function load(
  flags: CommonFlags,
  context: CommandContext,
  upstreams: Upstreams,
  tokenSetOf: (settings: Settings) => Promise<TokenSet>,
): Promise<Login> {
  const settings = await settingsInUse(flags, context);
  const authorities = caCertificates(settings);
  const tokenSet = await tokenSetOf(settings);
  return {
    tokenSet,
    settings,
    targetOf: proxiedTargets(settings),
    upstream: await upstreams.trusting(authorities),
  };
}

interface PatientTokenSets {
  /** As {@link freshTokenSet}, one at a time; while that takes long, the stored one is given if it will do. */
  current(settings: Settings): Promise<TokenSet>;
  arrived(): Promise<unknown>;
}

function patientTokenSets(context: CommandContext): PatientTokenSets {
  const { system } = context;
  const coming = new Map<
    string,
    { tokenSet: Promise<TokenSet>; late: Promise<TokenSet | undefined> }
  >();
  function begin(settings: Settings) {
    const done = new AbortController();
    const tokenSet = freshTokenSet(settings, context).finally(() => {
      coming.delete(settings.profile);
      done.abort();
    });
    const late = system.sleep(PATIENCE, done.signal).then(() => undefined, () => tokenSet);
    return { tokenSet, late };
  }
  return {
    async current(settings) {
      const { tokenSet, late } = coming.getOrInsertComputed(
        settings.profile,
        () => begin(settings),
      );
      const inTime = await Promise.race([tokenSet, late]);
      if (inTime !== undefined) return inTime;
      const stored = await storedTokenSet(settings, context, true);
      return isFresh(stored, system.now(), ENOUGH) ? stored : await tokenSet;
    },
    arrived: () => Promise.allSettled(Array.from(coming.values(), ({ tokenSet }) => tokenSet)),
  };
}

interface Upstreams extends Disposable {
  trusting(caCertificates: readonly string[]): Promise<Upstream>;
}

/** The connections, which are others when the certificate authorities are. */
function oneUpstream(system: Pick<System, "proxying" | "fetchStream">): Upstreams {
  let known: Upstream | undefined;
  let wasFor = "";
  return {
    async trusting(authorities) {
      const proxying = await system.proxying();
      if (known !== undefined && wasFor === authorities.join()) return known;
      known?.[Symbol.dispose]();
      wasFor = authorities.join();
      return known = upstream(authorities, proxying, system);
    },
    [Symbol.dispose]: () => known?.[Symbol.dispose](),
  };
}

function quietly({ talk, ...context }: CommandContext): CommandContext {
  return { ...context, talk: { ...talk, warn: withoutRepeats(talk.warn) } };
}

/** Says a text again only after another one. */
function withoutRepeats(warn: Talk["warn"]): Talk["warn"] {
  let last: string | undefined;
  return (text) => {
    const what = formatWords(text).replaceAll(/\d+/g, ""); // how long a token is valid changes
    if (what !== last) warn(text);
    last = what;
  };
}
