// A first sign-in's way through its questions. Rule: asks only what nothing else says, in one order, and
// every answer can be corrected before it is used.

import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { currentProfile, profileNames } from "../settings/location.ts";
import { loadProfile } from "../settings/profiles.ts";
import { Secret } from "../base/secret.ts";
import { type ConnectionFlags, loadSettings, type Settings } from "../settings/settings.ts";
import { SETTINGS } from "../settings/table.ts";
import type { Question } from "../system/terminal_contract.ts";
import { type Draft, loadDraft, saveDraft } from "./draft.ts";
import { canAsk } from "./questions.ts";
import { confirmationQuestion, type Step, type StepName, STEPS, YES } from "./steps.ts";
import { run, type Words, words } from "../base/words.ts";

export interface FirstTime {
  readonly flags: ConnectionFlags;
  /** The answer about the client secret, if that was asked: a client may have none. */
  readonly secret?: { readonly value: Secret | undefined };
}

type FirstTimeFlags = ConnectionFlags & { readonly device?: boolean };
type Answers = { [Name in StepName]?: string };

/**
 * The flags, completed by the answers of a person who signs in for the first time.
 *
 * @throws {CliError} `usage` when no client ID is known and there is no terminal to ask on; `interrupted`.
 */
export async function askFirstTime(
  flags: FirstTimeFlags,
  context: CommandContext,
): Promise<FirstTime> {
  const settings = loadSettings(flags, context.system);
  const isKnown = settings.clientId ?? (flags.device ? settings.deviceClientId : undefined);
  if (isKnown !== undefined) return { flags };
  if (!canAsk(context)) throw noClientId(flags);
  const steps = stepsFor(flags, settings);
  const draft = loadDraft(settings);
  context.talk.insist(introduction({
    questions: steps.length,
    isAnother: profileNames(settings.configDir).some((name) => name !== settings.profile),
    isDevice: flags.device === true,
    isAnaplan: settings.issuer === undefined,
    isResumed: Object.keys(draft).length > 0,
  }));
  const offered = {
    region: regionInUse(settings),
    redirectUri: SETTINGS.redirectUri.default,
    ...draft,
  };
  const { clientSecret, ...others } = await askAll(steps, offered, settings, flags, context)
    .catch((error) => {
      throw withKeptAnswers(error, settings);
    });
  context.talk.insist("");
  const secret = clientSecret === undefined
    ? undefined
    : { value: clientSecret === "" ? undefined : new Secret(clientSecret) };
  return onlyDefined({ flags: { ...flags, ...others }, secret });
}

/** Asks one after the other, and back, until you say that all is right. */
async function askAll(
  steps: readonly Step[],
  offered: Draft,
  settings: Settings,
  flags: FirstTimeFlags,
  { system }: CommandContext,
): Promise<Answers> {
  const answers: Answers = {};
  const plain = flags.noColor === true || system.env("NO_COLOR") !== undefined;
  const ask = (
    question: Omit<Question, "signal" | "plain">,
    above: readonly Step[],
  ): Promise<string | undefined> =>
    system.terminal.ask({
      ...question,
      above: above.map(({ name, text, shown }) => ({ text, shown: shown(answers[name] ?? "") })),
      plain,
      signal: system.interruption(),
    });
  const isAnswered = async (step: Step, above: readonly Step[]): Promise<boolean> => {
    const { name, text, question } = step;
    const initial = answers[name] ?? (name === "clientSecret" ? undefined : offered[name]);
    const answer = await ask({ text, ...question(initial) }, above);
    if (answer === undefined) return false;
    answers[name] = answer;
    const { clientSecret: _, ...kept } = answers;
    saveDraft(settings, { ...offered, ...kept });
    return true;
  };
  for (let at = 0;;) {
    const step = steps[at];
    if (step !== undefined) {
      at = Math.max(0, at + (await isAnswered(step, steps.slice(0, at)) ? 1 : -1));
      continue;
    }
    const answer = await ask(confirmationQuestion(steps), steps);
    if (answer === YES) return answers;
    const wrong = steps.find(({ change }) => change === answer);
    if (wrong === undefined) at--;
    else await isAnswered(wrong, steps.filter((other) => other !== wrong));
  }
}

function stepsFor(flags: FirstTimeFlags, { given, environment, issuer }: Settings): Step[] {
  const hasSecret = flags.clientSecretFile !== undefined || given.clientSecretFile !== undefined ||
    environment.clientSecret !== undefined;
  const isAsked: Readonly<Record<StepName, boolean>> = {
    region: given.region === undefined && issuer === undefined,
    clientId: flags.device !== true,
    deviceClientId: flags.device === true,
    clientSecret: flags.device !== true && !hasSecret,
    redirectUri: flags.device !== true && given.redirectUri === undefined,
  };
  return STEPS.filter(({ name }) => isAsked[name]);
}

/** The region of the profile that is used when none is named: most people have one tenant. */
function regionInUse({ configDir }: Settings): string {
  try {
    const current = currentProfile(configDir);
    const profile = current === undefined ? undefined : loadProfile(configDir, current);
    return profile?.region ?? SETTINGS.region.default;
  } catch {
    return SETTINGS.region.default; // another profile's damaged file is that profile's trouble
  }
}

function noClientId({ device }: FirstTimeFlags): CliError {
  const names = device ? "--device-client-id" : "--client-id or ANAPLAN_CLIENT_ID";
  return new CliError("usage", "Cannot sign in: no client ID is known", {
    next: `give it with ${names}; an administrator creates it`,
  });
}

/** That the answers wait for the next time, where they do. */
function withKeptAnswers(error: unknown, settings: Settings): unknown {
  const isKept = Object.keys(loadDraft(settings)).length > 0;
  if (!(error instanceof CliError) || error.kind !== "interrupted" || !isKept) return error;
  const message = "Interrupted; your answers are saved for the next sign-in, except the secret";
  return new CliError("interrupted", message);
}

interface IntroductionOptions {
  readonly questions: number;
  /** There are other profiles. */
  readonly isAnother: boolean;
  readonly isDevice: boolean;
  readonly isAnaplan: boolean;
  /** Answers of the last time are offered. */
  readonly isResumed: boolean;
}

/** How many questions come, and who has the answers. */
export function introduction(about: IntroductionOptions): Words {
  const { questions, isAnother, isResumed } = about;
  const what = isAnother ? "A new profile" : "First sign-in";
  const many = ["no questions", "one question", "two questions", "three questions"][questions];
  const resumed = isResumed ? "\nYour last answers are filled in; Enter keeps one." : "";
  return words`${what}: ${many ?? "four questions"}. ${source(about)}.${resumed}\n`;
}

function source({ isDevice, isAnaplan }: IntroductionOptions): Words {
  const administrator = "Your administrator has the answers";
  if (!isAnaplan) return administrator;
  return isDevice
    ? `${administrator}, for a client of the kind "Device grant"`
    : words`${administrator} (${run("help administrator")} prints what to ask for)`;
}
