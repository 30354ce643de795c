// What is above the questions of a first sign-in. Rule: how many there are and who has the answers, no more.

import { run, type Words, words } from "../base/advice.ts";

/** What the introduction depends on. */
export interface IntroductionOptions {
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
