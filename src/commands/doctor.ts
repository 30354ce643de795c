// doctor: what is wrong, and what to do about it. Its output can be pasted into a support ticket.

import { written } from "../base/advice.ts";
import { type Check, failed } from "../doctor/check.ts";
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
import { sealingCheck } from "../doctor/sealing_check.ts";
import { storeCheck } from "../doctor/store_check.ts";
import { regionCheck } from "../doctor/region_check.ts";
import type { Answer, CommandContext, Talk } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { storeOf } from "../session/session.ts";
import { settingsInUse } from "../session/settings_in_use.ts";
import { discovered } from "../sign_in/discovered.ts";
import {
  assertProfileExists,
  hasEnvironmentLogin,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";
import { wrapped } from "../base/lines.ts";

/** The flags of `doctor`. */
export type DoctorFlags = SettingFlags;

const COLUMN = 16;
const WIDTH = 80 - COLUMN;
const MARKS: Readonly<Record<Check["mark"], string>> = { ok: "✓", warning: "!", problem: "✗" };

/** Looks at everything that a login needs, with a login and without one. */
export async function doctor(flags: DoctorFlags, context: CommandContext): Promise<Answer<string>> {
  let settings: Settings;
  try {
    settings = await settingsInUse(flags, context);
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== "storage") throw error;
    return report([proxyCheck(context.system), failed("Settings", error)], context);
  }
  const hasLogin = hasEnvironmentLogin(settings) ||
    (await (await storeOf(settings, context)).names()).includes(settings.profile);
  if (!hasLogin) assertProfileExists(settings, "Cannot look at the login");
  const way = [proxyCheck(context.system), trustCheck(settings, context.system)];
  const isBarred = way.some(({ mark }) => mark === "problem"); // each host would only say it again
  const checks = [
    ...(isBarred ? [] : await checksOverTheNetwork(settings, context)),
    ...way,
    await portCheck(settings, context),
    certificateCheck(settings, context),
    redirectUriCheck(settings),
    filesCheck(settings),
    await loginCheck(settings, context),
    await sealingCheck(settings, context),
    await storeCheck(settings, context),
    lastFailureCheck(settings),
  ].filter((check) => check !== undefined);
  return report(checks, context);
}

function report(checks: readonly Check[], { talk }: CommandContext): Answer<string> {
  const worst = checks.find(({ mark }) => mark === "problem");
  return {
    kind: "answer",
    text: `${checks.map((check) => line(check, talk)).join("\n")}\n\n${summary(checks)}`,
    data: {
      checks: checks.map(({ name, mark, seen, next }) => ({
        name,
        mark,
        seen,
        next: next === undefined ? null : written(next),
      })),
    },
    ...(worst?.kind === undefined ? {} : { outcome: worst.kind }),
  };
}

/** What needs the server, as far as its metadata can be had. */
async function checksOverTheNetwork(
  settings: Settings,
  context: CommandContext,
): Promise<(Check | undefined)[]> {
  try {
    const known = await discovered(settings, context.system);
    return [
      ...await networkChecks(known, context.system),
      issuerCheck(known),
      await regionCheck(known, context),
    ];
  } catch (error) {
    return [failed(settings.issuer === undefined ? "Region" : "Issuer", error)];
  }
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
