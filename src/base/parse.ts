// What a flag's text means. Rule: pure; a text that means nothing is an Error in a few words.

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration in milliseconds: `90s`, `10m`, `2h`, `1d`; only 0 needs no unit. */
export function parseDuration(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,9})([smhd]?)$/.exec(text.trim()) ?? [];
  if (Number(digits) === 0) return 0;
  const factor = UNITS[unit];
  if (digits === undefined || factor === undefined) {
    throw new Error("give a time such as 90s, 10m, 2h or 7d");
  }
  return Number(digits) * factor;
}

/** A duration longer than nothing. */
export function parseWait(text: string): number {
  const duration = parseDuration(text);
  if (duration === 0) throw new Error("give a time longer than 0");
  return duration;
}

/** A text that is not empty. */
export function parseText(text: string): string {
  if (text.trim() === "") throw new Error("it is empty");
  return text;
}

/** What the sign-in page is to ask (OpenID Connect Core 1.0, section 3.1.2.1); empty for nothing. */
export function parsePrompt(text: string): string {
  const values = text.split(" ").filter((value) => value !== "");
  const isAlone = values.length === 1 || !values.includes("none");
  if (isAlone && values.every((value) => PROMPTS.includes(value))) return values.join(" ");
  throw new Error(`give ${PROMPTS.join(", ")}, or "" to leave it out`);
}

/** What an administrator sends for a sign-in. */
export interface Setup {
  readonly region: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** `REGION:CLIENT_ID:CALLBACK_URL`. */
export function parseSetup(text: string): Setup {
  const [, region, clientId, redirectUri] =
    /^([^:\s]+):([^:\s]+):(https?:\S+|CALLBACK_URL)$/.exec(text.trim()) ??
      [];
  if (region === undefined || clientId === undefined || redirectUri === undefined) {
    throw new Error("give REGION:CLIENT_ID:CALLBACK_URL, as your administrator sends it");
  }
  if (region === "REGION" || clientId === "CLIENT_ID") {
    throw new Error("your administrator puts the region and the client ID in their places");
  }
  return { region, clientId, redirectUri };
}

const PROMPTS = ["none", "login", "consent", "select_account"];

/** A name of the code as it is typed: `configDir` is `config-dir`. */
export function toKebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
