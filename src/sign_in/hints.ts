// What the terminal shows while the browser is open. Rule: said in the order in which it will be needed,
// and nothing that they do not need.

import type { Words } from "../base/words.ts";
import type { CommandContext, TerminalText } from "../command.ts";
import { CliError } from "../base/errors.ts";
import type { Attempt } from "../oauth/authorization_code.ts";
import type { ListenerCertificate } from "../oauth/certificate.ts";
import { formatAddress } from "../oauth/listen_addresses.ts";
import type { Loopback } from "../oauth/loopback.ts";
import { type CertificateWarning, waitingLines } from "../oauth/waiting_lines.ts";
import type { Settings } from "../settings/settings.ts";
import { fitLines, NO_BREAK_SPACE } from "../base/lines.ts";
import { isLoopbackHost } from "../base/urls.ts";
import { type Density, densityOf } from "./density.ts";
import { certificateWarning, elsewhereHint, remoteHint } from "./listener_hints.ts";
import type { System } from "../system/contract.ts";

export interface Waiting {
  readonly attempt: Attempt;
  readonly loopback: Loopback | undefined;
  readonly certificate: ListenerCertificate | undefined;
  readonly provider: string;
  /** What the browser is opened at; it is not opened without. */
  readonly browserUrl: string | undefined;
}

/** What is above the sign-in page's address. */
interface Above {
  readonly title: string;
  readonly problem: string | undefined;
  readonly remote: Words | undefined;
}

/** How long an opener has to fail before its browser counts as opened, in milliseconds. */
const PATIENCE = 400;

/**
 * Opens the browser, and says what will happen.
 *
 * @returns what the lines above the prompt say about the listener's certificate.
 * @throws {CliError} `unavailable` when there is no listener and no terminal to paste on.
 */
export async function explainSignIn(
  waiting: Waiting,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<CertificateWarning | undefined> {
  const { attempt, loopback, provider, browserUrl } = waiting;
  const { terminal } = system;
  const canPaste = terminal.stdin && terminal.stderr;
  const problem = loopback === undefined || loopback.kind === "open"
    ? undefined
    : cannotListen(loopback, settings);
  if (problem !== undefined && !canPaste) throw problem;
  const open = loopback?.kind === "open" ? loopback : undefined;
  const first: Above = {
    title: `Signing in to ${provider} (profile ${settings.profile}).`,
    problem: problem && `${problem.message}.`,
    remote: open && await remoteHint(open, settings, system),
  };
  const isRemote = first.remote !== undefined;
  const { density, elsewhere, warning } = fitting(first, waiting, settings, { system, talk });
  const end = density === "dense" ? "" : "\n";
  const columns = terminal.columns() ?? 80;
  const fit = (text: Words, end = ""): TerminalText => ({
    drawn: fitLines(talk.shown(text, NO_BREAK_SPACE), columns) + end,
  });
  talk.say(fit(first.title, end));
  if (first.problem !== undefined) talk.insist(fit(first.problem, end));
  if (first.remote !== undefined) talk.insist(fit(first.remote, end));
  const opening = browserUrl === undefined ? undefined : system.openBrowser(browserUrl);
  const isOpened = opening && await soonOr(true, opening, PATIENCE, system);
  talk.insist(fit(pageLine(isOpened, isRemote)));
  talk.insist({ drawn: hyperlink(attempt.url, system) + end });
  if (elsewhere !== undefined) talk.insist(fit(elsewhere, end));
  if (warning?.coming !== undefined && !canPaste) talk.say(fit(warning.coming));
  return warning;
}

/** What is below the address, and how closely everything is set, so that the title stays in sight. */
function fitting(
  { title, problem, remote }: Above,
  { attempt, loopback, certificate }: Waiting,
  settings: Settings,
  { system: { terminal }, talk }: CommandContext,
): { density: Density; elsewhere: Words | undefined; warning: CertificateWarning | undefined } {
  const open = loopback?.kind === "open" ? loopback : undefined;
  const below = (density: Density) => ({
    elsewhere: open && elsewhereHint(open, settings, density),
    warning: open && certificate &&
      certificateWarning(open, certificate, settings, { density, isRemote: remote !== undefined }),
  });
  const [columns, rows] = [terminal.columns(), terminal.rows()];
  const density = densityOf((density) => {
    const { elsewhere, warning } = below(density);
    const left = { left: 0, columns: columns ?? 80, shown: talk.shown };
    const page = `${pageLine(false, remote !== undefined)}\n${attempt.url}`;
    const prompt = `${waitingLines(attempt, loopback, warning?.coming, left)}\n>`;
    return [title, problem, remote, page, elsewhere, prompt]
      .flatMap((text) => text === undefined ? [] : [talk.shown(text, NO_BREAK_SPACE)]);
  }, { columns, rows });
  return { density, ...below(density) };
}

/** What comes within so many milliseconds, or else `late`. */
export async function soonOr<Value, Late>(
  late: Late,
  coming: Promise<Value>,
  patience: number,
  { sleep }: Pick<System, "sleep">,
): Promise<Value | Late> {
  const done = new AbortController();
  const waited = sleep(patience, done.signal).then(() => late, () => late);
  const first = await Promise.race([coming, waited]);
  done.abort();
  return first;
}

/** What is above the address of the sign-in page; `isOpened` is undefined when no browser was asked for. */
export function pageLine(isOpened: boolean | "forbidden" | undefined, isRemote: boolean): string {
  if (isOpened === true) return "Opening your browser. If nothing opens, go to:";
  if (isRemote) return "Then open this page there:";
  if (isOpened === undefined) return "Open this page in a browser:";
  const why = isOpened === "forbidden"
    ? "This command may not start a browser."
    : "No browser could be started here.";
  return `${why} Open this page in a browser on this computer:`;
}

function cannotListen(
  { kind, address }: Exclude<Loopback, { kind: "open" }>,
  { redirectUri }: Settings,
): CliError {
  const reason = {
    taken: "another program is using the port",
    refused: "the system does not allow it",
    unsupported: "this computer has no such address",
  }[kind];
  return new CliError("unavailable", `Cannot listen on ${formatAddress(address)}: ${reason}`, {
    next: isLoopbackHost(new URL(redirectUri).hostname)
      ? `stop it (lsof -i :${address.port}), or use another registered callback URL with --redirect-uri`
      : `stop it (lsof -i :${address.port}), or choose another port with --listen`,
  });
}

/** The address as a link (OSC 8) where the terminal has them; else as it is. */
export function hyperlink(url: string, system: Pick<System, "env" | "terminal">): string {
  return hasLinks(system) ? `\x1b]8;;${url}\x1b\\${url}\x1b]8;;\x1b\\` : url;
}

/** Programs that name themselves in `TERM_PROGRAM`. */
const KNOWN_PROGRAMS = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"];
/** The first VTE (GNOME Terminal and its kin) with links that do not crash it: 0.50.1. */
const FIRST_VTE = 5001;
/** The first tmux that hands links on: 3.4. */
const FIRST_TMUX = 3.4;

function hasLinks({ env, terminal }: Pick<System, "env" | "terminal">): boolean {
  const term = env("TERM") ?? "";
  if (!terminal.stderr || term === "dumb") return false;
  const forced = env("FORCE_HYPERLINK");
  if (forced !== undefined) return forced !== "0";
  const program = env("TERM_PROGRAM") ?? "";
  // inside a multiplexer the variables of the terminal around it are still set, but it is not asked
  if (program === "tmux") return parseFloat(env("TERM_PROGRAM_VERSION") ?? "") >= FIRST_TMUX;
  if (env("TMUX") !== undefined || term.startsWith("screen")) return false;
  return KNOWN_PROGRAMS.includes(program) || Number(env("VTE_VERSION")) >= FIRST_VTE ||
    ["WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION"].some((name) => env(name) !== undefined) ||
    /^(xterm-kitty|xterm-ghostty|alacritty|foot)/.test(term);
}
