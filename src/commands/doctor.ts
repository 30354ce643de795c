// doctor: what is wrong, and what to do about it. Its output can be pasted into a support ticket.

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
import { regionCheck } from "../doctor/region_check.ts";
import type { CommandContext, Reply } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { loginCommand, missingProfile, storeOf } from "../session/session.ts";
import { discovered } from "../sign_in/discovered.ts";
import {
  hasEnvironmentLogin,
  loadSettings,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";
import { withTilde, wrapped } from "../base/text.ts";

/** The flags of `doctor`. */
export type DoctorFlags = SettingFlags;

const COLUMN = 16;
const WIDTH = 80 - COLUMN;
const MARKS: Readonly<Record<Check["mark"], string>> = { ok: "✓", warning: "!", problem: "✗" };

/** Looks at everything that a login needs, with a login and without one. */
export async function doctor(flags: DoctorFlags, context: CommandContext): Promise<Reply> {
  let settings: Settings;
  try {
    settings = loadSettings(flags, context.system);
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== "storage") throw error;
    return report([proxyCheck(context.system), failed("Settings", error)], context);
  }
  const hasLogin = hasEnvironmentLogin(settings) ||
    storeOf(settings, context).names().includes(settings.profile);
  const missing = hasLogin ? undefined : await missingProfile(settings);
  if (missing !== undefined) {
    throw new CliError("login_required", `Cannot look at the login: ${missing}`, {
      next: loginCommand(settings),
    });
  }
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
    lastFailureCheck(settings),
  ].filter((check) => check !== undefined);
  return report(checks, context);
}

function report(checks: readonly Check[], { system }: CommandContext): Reply {
  const worst = checks.find(({ mark }) => mark === "problem");
  return {
    text: `${checks.map((check) => line(check, system.env("HOME"))).join("\n")}\n\n${
      summary(checks)
    }`,
    data: {
      checks: checks.map(({ name, mark, seen, next }) => ({
        name,
        mark,
        seen,
        next: next ?? null,
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

function line({ name, mark, seen, next }: Check, home: string | undefined): string {
  const indent = " ".repeat(COLUMN);
  const lines = [
    ...wrapped(home === undefined ? seen : withTilde(seen, home), WIDTH),
    ...(next === undefined ? [] : [`Next: ${next}`]),
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
