// doctor: what is wrong, and what to do about it. Its output can be pasted into a support ticket.

import { written } from "../base/advice.ts";
import { type Check, failed, skipped } from "../doctor/check.ts";
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
import type { Answer, CommandContext, Streamed, Talk } from "../command.ts";
import { CliError, type ErrorKind } from "../base/errors.ts";
import { loginCommand, missingProfile, storeOf } from "../session/session.ts";
import { discovered } from "../sign_in/discovered.ts";
import {
  hasEnvironmentLogin,
  loadSettings,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";
import { wrapped } from "../base/lines.ts";

/** The flags of `doctor`. */
export type DoctorFlags = SettingFlags;

const COLUMN = 16;
const WIDTH = 80 - COLUMN;
const MARKS: Readonly<Record<Check["mark"], string>> = {
  ok: "✓",
  warning: "!",
  problem: "✗",
  skipped: "–",
};

/** Looks at everything that a login needs, with a login and without one. */
export async function doctor(
  flags: DoctorFlags,
  context: CommandContext,
): Promise<Answer<string> | Streamed> {
  const checks = checksFor(flags, context);
  if (flags.json) return report(await Array.fromAsync(checks));
  const seen: Check[] = [];
  return {
    kind: "stream",
    stream: lines(checks, seen, context.talk),
    get outcome() {
      return worst(seen);
    },
  };
}

function checksFor(flags: DoctorFlags, context: CommandContext): AsyncIterable<Check> {
  let settings: Settings;
  try {
    settings = loadSettings(flags, context.system);
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== "storage") throw error;
    return ReadableStream.from([proxyCheck(context.system), failed("Settings", error)]);
  }
  const hasLogin = hasEnvironmentLogin(settings) ||
    storeOf(settings, context).names().includes(settings.profile);
  const misspelled = hasLogin ? undefined : missingProfile(settings);
  if (misspelled !== undefined) {
    const what = `Cannot look at the login: there is no profile ${settings.profile}`;
    throw new CliError("login_required", what, { next: loginCommand(settings), misspelled });
  }
  return allChecks(settings, context);
}

/** What is on this computer comes first: it is known at once. */
async function* allChecks(settings: Settings, context: CommandContext): AsyncGenerator<Check> {
  const way = [proxyCheck(context.system), trustCheck(settings, context.system)];
  yield* way;
  const files = filesCheck(settings);
  const login = loginCheck(settings, context);
  const isSame = files.mark === "problem" && login.kind === "storage"; // the files, once more
  const checks = [
    await portCheck(settings, context),
    certificateCheck(settings, context),
    redirectUriCheck(settings),
    files,
    isSame ? skipped(login.name, "private files") : login,
    lastFailureCheck(settings),
  ];
  for (const check of checks) if (check !== undefined) yield check;
  const barrier = way.find(({ mark }) => mark === "problem"); // each host would only say it again
  if (barrier !== undefined) return yield skipped("Network", NEEDS[barrier.name] ?? barrier.name);
  for await (const check of overTheNetwork(settings, context)) if (check) yield check;
}

const NEEDS: Readonly<Record<string, string>> = { Proxy: "the proxy", Trust: "the CA file" };

/** What needs the server, if its metadata can be read. */
async function* overTheNetwork(
  settings: Settings,
  context: CommandContext,
): AsyncGenerator<Check | undefined> {
  try {
    const known = await discovered(settings, context.system);
    yield issuerCheck(known);
    yield* networkChecks(known, context);
  } catch (error) {
    yield failed(settings.issuer === undefined ? "Region" : "Issuer", error);
  }
}

function report(checks: readonly Check[]): Answer<string> {
  const outcome = worst(checks);
  return {
    kind: "answer",
    text: "",
    data: {
      checks: checks.map(({ name, mark, seen, next }) => ({
        name,
        mark,
        seen,
        next: next === undefined ? null : written(next),
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
  talk: Talk,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const check of checks) {
    seen.push(check);
    yield encoder.encode(`${line(check, talk)}\n`);
  }
  yield encoder.encode(`\n${summary(seen)}\n`);
}

function line({ name, mark, seen, next }: Check, { shown }: Talk): string {
  const indent = " ".repeat(COLUMN);
  const lines = [
    ...wrapped(shown(seen), WIDTH),
    ...(next === undefined ? [] : [`Next: ${shown(next)}`]),
  ];
  return `${MARKS[mark]} ${name.padEnd(COLUMN - 2)}${lines.join(`\n${indent}`)}`;
}

function summary(checks: readonly Check[]): string {
  const count = (mark: Check["mark"], word: string): string[] => {
    const number = checks.filter((check) => check.mark === mark).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`];
  };
  const counted = [...count("problem", "problem"), ...count("warning", "warning")];
  return counted.length === 0 ? "Nothing is wrong." : `${counted.join(", ")}.`;
}
