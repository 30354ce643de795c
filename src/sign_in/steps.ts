// The questions of a first sign-in, in their order. Rule: words only, those that an administrator reads in Anaplan.

import { shortenId } from "../base/names.ts";
import { REGIONS } from "../provider/regions.ts";
import { regionsAt } from "../provider/region_named.ts";
import { SETTINGS } from "../settings/table.ts";
import type { Choice, Question } from "../system/terminal_contract.ts";
import { urlProblem } from "../base/urls.ts";

export type StepName = "region" | "clientId" | "deviceClientId" | "clientSecret" | "redirectUri";

/** One question, made when its turn comes. */
export interface Step {
  readonly name: StepName;
  /** How the user says that this answer is to be corrected. */
  readonly change: string;
  readonly text: string;
  /** The answer as it stays on the screen. */
  readonly shown: (answer: string) => string;
  /** The question with the answer of before, if there was one. */
  readonly question: (initial: string | undefined) => Omit<Question, "text" | "signal">;
}

const LOCALHOST_REDIRECT_URI = SETTINGS.redirectUri.default.replace("127.0.0.1", "localhost");

/** The one question that is asked when the client is known and its secret is not. */
export const SECRET_STEP: Step = {
  name: "clientSecret",
  change: "Change the client secret",
  text: "Client secret",
  shown: ({ length }) => length === 0 ? "none" : `${length} characters, hidden`,
  question: (initial) => ({
    ...(initial === undefined ? {} : { initial }),
    hidden: true,
    hint: `${initial ? "Enter keeps the one you gave." : "Enter alone if the client has none."} ` +
      "It is saved with the login, and never shown.",
    problem: (answer) =>
      /\s/.test(answer) ? "A secret has no blanks in it; copy it again, alone." : undefined,
  }),
};

/** The question that is also asked again when the server rejects the client. */
export const CLIENT_ID_STEP = clientIdStep("clientId");

/** The regions of a pasted address. */
function regionsMeant(typed: string) {
  const at = regionsAt(typed);
  if (at === undefined) return undefined;
  const { host, regions } = at;
  const count = regions.length;
  const note = count === 1 ? undefined : `${count} regions share ${host}; choose yours.`;
  return { values: regions, note };
}

/** Every step; which of them are asked depends on what is known. */
export const STEPS: readonly Step[] = [
  {
    name: "region",
    change: "Change the region",
    text: "Region",
    shown: (answer) => `${answer}  ${REGIONS[answer]?.description ?? ""}`.trimEnd(),
    question: (initial = "") => ({
      initial,
      hint: "Not sure? Paste the address of your Anaplan home page.",
      meant: regionsMeant,
      choices: Object.entries(REGIONS).map(([value, { description }]) => ({
        value,
        note: description,
      })),
    }),
  },
  CLIENT_ID_STEP,
  clientIdStep("deviceClientId"),
  SECRET_STEP,
  {
    name: "redirectUri",
    change: "Change the callback URL",
    text: "Callback URL",
    shown: (answer) => answer,
    question: (initial) => ({
      ...(initial === undefined ? {} : { initial }),
      choices: redirectUris(initial),
      open: true,
      hint: "Exactly as it is registered. If it is not on this computer, type or paste it; " +
        "you then bring the answer here with a bookmarklet, or paste it.",
      problem: (answer) => {
        const problem = urlProblem(answer);
        return problem === undefined ? undefined : `That cannot be the callback URL: ${problem}.`;
      },
    }),
  },
];

/** The answer to the last question that ends it. */
export const YES = "Yes";

/** The last question: whether all the answers are right. */
export function confirmationQuestion(steps: readonly Step[]): Omit<Question, "signal"> {
  return {
    text: "Ready to sign in?",
    choices: [YES, ...steps.map(({ change }) => change)].map((value) => ({ value, note: "" })),
    initial: YES,
    recap: true,
    shown: (answer) => answer === YES ? YES : undefined,
  };
}

function clientIdStep(name: "clientId" | "deviceClientId"): Step {
  return {
    name,
    change: "Change the client ID",
    text: "Client ID",
    shown: shortenId,
    question: (initial) => ({
      ...(initial === undefined ? {} : { initial, hint: "Enter keeps it." }),
      problem: (answer) =>
        answer === ""
          ? "Type the client ID."
          : /\s/.test(answer)
          ? "An ID has no blanks in it; copy it again, alone."
          : undefined,
    }),
  };
}

function redirectUris(initial: string | undefined): readonly Choice[] {
  const usual = [
    { value: SETTINGS.redirectUri.default, note: "this computer" },
    { value: LOCALHOST_REDIRECT_URI, note: "this computer, by its name" },
  ];
  const isOther = initial !== undefined && !usual.some(({ value }) => value === initial);
  return isOther ? [{ value: initial, note: "your last answer" }, ...usual] : usual;
}
