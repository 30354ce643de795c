// Reads the value of --prompt. Rule: pure; apart from parse.ts, which every start loads.

/** What the sign-in page is to ask (OpenID Connect Core 1.0, section 3.1.2.1); empty for nothing. */
export function parsePrompt(text: string): string {
  const values = text.split(" ").filter((value) => value !== "");
  const isAlone = values.length === 1 || !values.includes("none");
  if (isAlone && values.every((value) => PROMPTS.includes(value))) return values.join(" ");
  throw new Error(`give ${PROMPTS.join(", ")}, or "" to leave it out`);
}

const PROMPTS = ["none", "login", "consent", "select_account"];
