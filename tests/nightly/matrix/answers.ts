// All odd answers of a token endpoint that the fault matrix has.
import { odd, type OddAnswer } from "./odd_answer.ts";
import { ODD_FORMS } from "./odd_forms.ts";
import { ODD_ID_TOKENS } from "./odd_id_tokens.ts";
import { ODD_TOKENS } from "./odd_tokens.ts";
import { ODD_VALUES } from "./odd_values.ts";

/** The answers, the right one first. */
export const ODD_ANSWERS: readonly OddAnswer[] = [
  odd("nothing odd", {}),
  ...ODD_VALUES,
  ...ODD_TOKENS,
  ...ODD_ID_TOKENS,
  ...ODD_FORMS,
];
