// A command line at another provider than Anaplan, in a fake world, and all that it shows of itself.
import { run } from "../../src/cli/app.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { settingsOf } from "../../src/settings/settings.ts";
import type { Question, Terminal } from "../../src/system/terminal_contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import type { Arranged } from "./fake_system.ts";
import { ISSUER_PROFILE } from "./issuer_scene.ts";
import { boundTo, putLogin } from "./logins.ts";
import { signIn } from "./sign_in_scene.ts";

/** What is typed, and the world in which it is. */
export interface Story extends Arranged {
  readonly argv: readonly string[];
  /** The login that is there before; none when it is not given. */
  readonly login?: TokenSet;
  /** The profile that is there before; that of the issuer when it is not given, none for `null`. */
  readonly profile?: Profile | null;
  /** What the browser brings back; nothing for `null`. */
  readonly answer?: Readonly<Record<string, string>> | null;
}

/** Everything that was shown: both streams, what was asked, and the page in the browser. */
export interface Shown {
  readonly code: number;
  readonly text: string;
}

/** Types it, and collects what is shown. */
export async function playStory(
  { argv, login, profile = ISSUER_PROFILE, answer = { code: "a-code" }, network = [], ...more }:
    Story,
): Promise<Shown> {
  let page: Promise<Response> | undefined;
  await using at = signIn(network, {
    clockStands: answer !== null && !argv.includes("--device"),
    peerIssuer: () => Promise.resolve("An authority"),
    run: () => Promise.resolve(0),
    runInPlace: () => Promise.resolve(0),
    proxying: () =>
      Promise.resolve({
        pid: 1,
        serveLocal: () => Promise.resolve({ port: 1, close: () => Promise.resolve() }),
        sayLater: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
        openPool() {
          throw new Error("a request is forwarded");
        },
        failureOf() {
          throw new Error("a request is forwarded");
        },
      }),
    openBrowser(url) {
      if (answer === null) return Promise.resolve(true);
      const { searchParams } = new URL(url);
      const back = new URLSearchParams({ state: searchParams.get("state") ?? "", ...answer });
      const redirectUri = new URL(searchParams.get("redirect_uri") ?? "");
      page = at.listener.visit(`https://127.0.0.1:${redirectUri.port}/callback?${back}`);
      return Promise.resolve(true);
    },
    ...more,
  });
  if (profile !== null) saveProfile(at.configDir, "default", profile, () => {});
  if (login !== undefined) {
    const usual = profile === null
      ? ISSUER_PROFILE
      : { ...profile, discovered: ISSUER_PROFILE.discovered };
    putLogin(at.configDir, boundTo(login, settingsOf(usual, at.settings, at.context.system)));
  }
  const own = argv.indexOf("--");
  const flags = ["--config-dir", at.configDir];
  const typed = own < 0
    ? [...argv, ...flags]
    : [...argv.slice(0, own), ...flags, ...argv.slice(own)];
  const code = await run(typed, () => at.context.system);
  const { stdout, stderr } = at.context.system.written;
  const html = page === undefined ? "" : await (await page).text();
  return { code, text: [stdout, stderr, html].join("\n").replaceAll(at.configDir, "DIR") };
}

/** A person at a terminal who answers every question, and what they are asked. */
export function answering(
  asked: string[],
  answers: Readonly<Record<string, string>>,
): Partial<Terminal> {
  return {
    stdin: true,
    stdout: true,
    stderr: true,
    readLine: ({ above, signal }) => {
      if (typeof above === "function") asked.push(above(80));
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    },
    ask(question: Question) {
      const { text, hint = "", choices = [] } = question;
      asked.push(text, hint, ...choices.map(({ value, note }) => `${value} ${note}`));
      const found = Object.entries(answers).find(([start]) => text.startsWith(start));
      if (found === undefined) throw new Error(`There is no answer for "${text}"`);
      return Promise.resolve(found[1]);
    },
  };
}

/** Words of Anaplan's in a text; the names of variables and of this program are ours. */
export function wordsOfAnaplan(text: string): string[] {
  const ours = text.replace(/\bANAPLAN_[A-Z_]+\b/g, "").replaceAll('"region":null', "");
  return ours.match(/.*(anaplan(?!-auth)|region|single sign-on|grant"|workspace|tenant).*/gi) ?? [];
}
