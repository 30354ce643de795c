// doctor: what is wrong, and what to do about it. Its output can be pasted into a support ticket.

import { type Words, words } from "../base/words.ts";
import { type Check, failedCheck, foundBy, skippedCheck } from "../doctor/check.ts";
import {
  certificateCheck,
  filesCheck,
  issuerCheck,
  lastFailureCheck,
  loginCheck,
  portCheck,
  redirectUriCheck,
} from "../doctor/local_checks.ts";
import { networkChecks, proxyCheck, trustCheck } from "../doctor/network_checks.ts";
import { sealingCheck, storeCheck } from "../doctor/sealing_check.ts";
import type { Answer, CommandContext, Lines } from "../command.ts";
import { CliError, type ErrorKind, unlessFailed } from "../base/errors.ts";
import { settingsInUse, storeOf } from "../session/store_in_use.ts";
import { discoverSettings } from "../sign_in/discover_settings.ts";
import { wrapText } from "../base/lines.ts";
import {
  assertProfileExists,
  hasEnvironmentLogin,
  loadSettings,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";

const COLUMN = 16;
const WIDTH = 80 - COLUMN;
const MARKS: Readonly<Record<Check["mark"], string>> = {
  ok: "✓",
  warning: "!",
  problem: "✗",
  skipped: "–",
  note: "–",
};

/** Looks at everything that a login needs, with a login and without one. */
export async function doctor(
  flags: SettingFlags,
  context: CommandContext,
): Promise<Answer<string> | Lines> {
  const checks = await checksFor(flags, context);
  if (flags.json) return report(await Array.fromAsync(checks), context);
  const seen: Check[] = [];
  return {
    kind: "lines",
    lines: lines(checks, seen, context),
    get outcome() {
      return worst(seen);
    },
  };
}

async function checksFor(
  flags: SettingFlags,
  context: CommandContext,
): Promise<AsyncIterable<Check>> {
  let settings: Settings;
  try {
    settings = loadSettings(flags, context.system);
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== "storage") throw error;
    return ReadableStream.from([proxyCheck(context.system), failedCheck("Settings", error)]);
  }
  // of a store that cannot be used its own check says why, and the others are made
  settings = await unlessFailed(() => settingsInUse(flags, context)) ?? settings;
  const names = await unlessFailed(async () => await (await storeOf(settings, context)).names());
  const mayHaveLogin = hasEnvironmentLogin(settings) || names === undefined ||
    names.includes(settings.profile);
  if (!mayHaveLogin) assertProfileExists(settings, "Cannot look at the login");
  return allChecks(settings, context);
}

/** What is on this computer comes first: it is known at once. Whether a login works, the network knows best. */
async function* allChecks(settings: Settings, context: CommandContext): AsyncGenerator<Check> {
  const way = [proxyCheck(context.system), trustCheck(settings, context.system)];
  yield* way;
  const files = await foundBy("Files", () => filesCheck(settings));
  const store = await storeCheck(settings, context);
  const once = (check: Check | undefined): Check | undefined => {
    if (check?.mark !== "problem") return check;
    if (files.mark === "problem" && check.kind === "storage") { // the files, once more
      return skippedCheck(check.name, "private files");
    }
    return store?.seen === check.seen ? skippedCheck(check.name, "the login store") : check;
  };
  yield await portCheck(settings, context);
  const certificate = await foundBy("Certificate", () => certificateCheck(settings, context));
  yield* withoutMissing([certificate, redirectUriCheck(settings), files]);
  const sealing = await foundBy("Sealing", () => sealingCheck(settings, context));
  yield* withoutMissing([once(sealing), store]);
  const barrier = way.find(({ mark }) => mark === "problem"); // each host would only say it again
  let isLoginRejected = false;
  if (barrier !== undefined) yield skippedCheck("Network", NEEDS[barrier.name] ?? barrier.name);
  else {
    for await (const check of networkFindings(settings, context)) {
      isLoginRejected ||= check?.name === "Login";
      yield* withoutMissing([check]);
    }
  }
  if (!isLoginRejected) {
    yield* withoutMissing([once(await foundBy("Login", () => loginCheck(settings, context)))]);
  }
  yield* withoutMissing([lastFailureCheck(settings)]);
}

function withoutMissing(checks: readonly (Check | undefined)[]): readonly Check[] {
  return checks.filter((check) => check !== undefined);
}

const NEEDS: Readonly<Record<string, string>> = { Proxy: "the proxy", Trust: "the CA file" };

/** What needs the server, if its metadata can be read. */
async function* networkFindings(
  settings: Settings,
  context: CommandContext,
): AsyncGenerator<Check | undefined> {
  try {
    const known = await discoverSettings(settings, context.system);
    yield issuerCheck(known);
    yield* networkChecks(known, context);
  } catch (error) {
    yield failedCheck(settings.issuer === undefined ? "Region" : "Issuer", error);
  }
}

function report(checks: readonly Check[], { talk }: CommandContext): Answer<string> {
  const outcome = worst(checks);
  return {
    kind: "answer",
    text: "",
    data: {
      checks: checks.map(({ name, mark, seen, next }) => ({
        name,
        mark,
        seen,
        next: next === undefined ? null : talk.typed(next),
      })),
    },
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** The kind of the first problem. */
function worst(checks: readonly Check[]): ErrorKind | undefined {
  return checks.find(({ mark }) => mark === "problem")?.kind;
}

/** Each check as it ends, and the summary; `seen` gets the checks. */
async function* lines(
  checks: AsyncIterable<Check>,
  seen: Check[],
  context: CommandContext,
): AsyncGenerator<Words> {
  for await (const check of checks) {
    seen.push(check);
    yield line(check, context);
  }
  yield `\n${summary(seen)}`;
}

/** A terminal breaks its lines where they end; elsewhere, they are 80 columns wide. */
function line({ name, mark, seen, next }: Check, { system, talk }: CommandContext): Words {
  const indent = " ".repeat(COLUMN);
  const found = system.terminal.stdout
    ? seen
    : wrapText(talk.shown(seen), WIDTH).join(`\n${indent}`);
  const what = `${MARKS[mark]} ${name.padEnd(COLUMN - 2)}${found}`;
  return next === undefined ? what : words`${what}\n${indent}Next: ${next}`;
}

function summary(checks: readonly Check[]): string {
  const count = (mark: Check["mark"], word: string): string[] => {
    const number = checks.filter((check) => check.mark === mark).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`];
  };
  const counted = [...count("problem", "problem"), ...count("warning", "warning")];
  return counted.length === 0 ? "Nothing is wrong." : `${counted.join(", ")}.`;
}
