// What the terminal shows while the browser is open. Rule: said in the order in which it will be needed,
// and nothing that they do not need.

import { run, type Words, words } from "../base/advice.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import type { Attempt } from "../oauth/authorization_code.ts";
import { isAccepted } from "../oauth/accepted_certificate.ts";
import { type ListenerCertificate, shortFingerprint } from "../oauth/certificate.ts";
import { formatAddress } from "../oauth/listen_addresses.ts";
import type { Loopback } from "../oauth/loopback.ts";
import { ON_WARNING } from "../oauth/waiting_lines.ts";
import type { Settings } from "../settings/settings.ts";
import { fitted } from "../base/lines.ts";
import { isLoopbackHost, portOf } from "../base/urls.ts";
import { hyperlink } from "./hyperlink.ts";

/** What the hints are about. */
export interface Waiting {
  readonly attempt: Attempt;
  readonly loopback: Loopback | undefined;
  readonly certificate: ListenerCertificate | undefined;
  readonly provider: string;
  /** What the browser is opened at; it is not opened without. */
  readonly browserUrl: string | undefined;
}

/** How long an opener has to fail before its browser counts as opened, in milliseconds. */
const PATIENCE = 400;

/**
 * Opens the browser, and says what will happen.
 *
 * @throws {CliError} `unavailable` when there is no listener and no terminal to paste on.
 */
export async function tellHowToSignIn(
  { attempt, loopback, certificate, provider, browserUrl }: Waiting,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<void> {
  const canPaste = system.terminal.stdin && system.terminal.stderr;
  const problem = loopback === undefined || loopback.kind === "open"
    ? undefined
    : cannotListen(loopback, settings);
  if (problem !== undefined && !canPaste) throw problem;
  const fit = (text: Words): string => fitted(talk.shown(text), system.terminal.columns() ?? 80);
  talk.say(fit(`Signing in to ${provider} (profile ${settings.profile}).\n`));
  if (problem !== undefined) talk.insist(fit(`${problem.message}.\n`));
  const open = loopback?.kind === "open" ? loopback : undefined;
  const remote = open && await remoteHint(open, settings, system);
  if (remote !== undefined) talk.insist(remote);
  const opening = browserUrl === undefined ? undefined : system.openBrowser(browserUrl);
  const isOpened = opening && await isOpenedSoon(opening, system);
  talk.insist(fit(pageLine(isOpened, remote !== undefined)));
  talk.insist({ drawn: hyperlink(attempt.url, system) + "\n" });
  if (open !== undefined) tellAboutListener(open, certificate, settings, { system, talk });
}

/** Whether the browser was opened, or may still be on its way. */
async function isOpenedSoon(
  opening: ReturnType<CommandContext["system"]["openBrowser"]>,
  { sleep }: Pick<CommandContext["system"], "sleep">,
): Promise<boolean | "forbidden"> {
  const done = new AbortController();
  const patience = sleep(PATIENCE, done.signal).then(() => true, () => true);
  const isOpened = await Promise.race([opening, patience]);
  done.abort();
  return isOpened;
}

function pageLine(isOpened: boolean | "forbidden" | undefined, isRemote: boolean): string {
  if (isOpened === true) return "Opening your browser. If nothing opens, go to:";
  if (isRemote) return "Then open this page there:";
  if (isOpened === undefined) return "Open this page in a browser:";
  const why = isOpened === "forbidden"
    ? "This command may not start a browser."
    : "No browser could be started here.";
  return `${why} Open this page in a browser on this computer:`;
}

function tellAboutListener(
  loopback: OpenLoopback,
  certificate: ListenerCertificate | undefined,
  settings: Settings,
  { system, talk }: CommandContext,
): void {
  const isHere = isLoopbackHost(new URL(settings.redirectUri).hostname);
  const fit = (text: Words): string => fitted(talk.shown(text), system.terminal.columns() ?? 80);
  if (!isHere) {
    talk.insist(
      fit(
        words`The sign-in ends on ${settings.redirectUri}, which is not this computer. There, click the bookmarklet (a button on https://${
          formatAddress(loopback.addresses[0])
        }/), or copy the address and paste it here. A page of yours can do it: ${
          run("relay page")
        }\n`,
      ),
    );
  }
  if (certificate === undefined || isAccepted(settings.configDir, certificate)) return;
  const origin = isHere
    ? new URL(settings.redirectUri).origin
    : `https://${formatAddress(loopback.addresses[0])}`;
  talk.say(
    fit(
      words`${
        `Your browser will warn about ${origin}. That is this program, with the certificate ` +
        `SHA-256 ${shortFingerprint(certificate.fingerprint)}.`
      } ${ON_WARNING}\n`,
    ),
  );
}

/** What to do first so that a browser on another computer reaches the listener. */
async function remoteHint(
  loopback: OpenLoopback,
  { redirectUri }: Pick<Settings, "redirectUri">,
  { env, isContainer }: Pick<CommandContext["system"], "env" | "isContainer">,
): Promise<string | undefined> {
  const { port } = loopback.addresses[0];
  const url = new URL(redirectUri);
  const sentTo = isLoopbackHost(url.hostname) ? portOf(url) : port;
  const [, , server = "HOST", sshPort = "22"] = (env("SSH_CONNECTION") ?? "").split(" ");
  if (env("SSH_CONNECTION") !== undefined) {
    const user = env("USER") ?? env("LOGNAME") ?? "USER";
    const other = sshPort === "22" ? "" : ` -p ${sshPort}`;
    return "You are connected over SSH. On your own computer, run:\n" +
      `ssh -N -L ${sentTo}:127.0.0.1:${port}${other} ${user}@${server}\n`;
  }
  if (!await isContainer()) return undefined;
  return `This is a container. Your browser reaches port ${port} in it if you started it with\n` +
    "--network host. Otherwise, paste the address that the browser ends on.\n";
}

type OpenLoopback = Extract<Loopback, { kind: "open" }>;

function cannotListen(
  { kind, address }: Exclude<Loopback, OpenLoopback>,
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
