// What a person is told while their browser is open. Rule: said in the order in which it will be needed,
// and nothing that they do not need.

import { run, type Words, words } from "../base/advice.ts";
import { shortened } from "../base/names.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import type { Attempt } from "../oauth/authorization_code.ts";
import { type ListenerCertificate, shortFingerprint } from "../oauth/certificate.ts";
import { formatAddress } from "../oauth/listen_addresses.ts";
import type { Loopback } from "../oauth/loopback.ts";
import type { Settings } from "../settings/settings.ts";
import { fitted } from "../base/lines.ts";
import { isLoopbackHost, portOf } from "../base/urls.ts";
import { hyperlink } from "./hyperlink.ts";

/** What is told about. */
export interface Waiting {
  readonly attempt: Attempt;
  readonly loopback: Loopback | undefined;
  readonly certificate: ListenerCertificate | undefined;
  readonly provider: string;
  /** What the browser is opened at; it is not opened without. */
  readonly browserUrl: string | undefined;
}

/**
 * Says what will happen and then opens the browser.
 *
 * @throws {CliError} `unavailable` when there is no listener and no terminal to paste on.
 */
export function tellHowToSignIn(
  { attempt, loopback, certificate, provider, browserUrl }: Waiting,
  settings: Settings,
  { system, talk }: CommandContext,
): void {
  const canPaste = system.terminal.stdin && system.terminal.stderr;
  const problem = loopback === undefined || loopback.kind === "open"
    ? undefined
    : cannotListen(loopback, settings);
  if (problem !== undefined && !canPaste) throw problem;
  const fit = (text: Words): string => fitted(talk.shown(text), system.terminal.columns() ?? 80);
  const client = shortened(attempt.client.clientId);
  talk.say(fit(`Signing in to ${provider}, client ${client}, profile ${settings.profile}.\n`));
  if (problem !== undefined) {
    talk.insist(fit(`${problem.message}. Paste the browser's last address here.\n`));
  }
  talk.insist(
    browserUrl !== undefined
      ? fit("Your browser should open. If it does not, open this page:")
      : "Open this page and sign in:",
  );
  talk.insist({ drawn: hyperlink(attempt.url, system) + "\n" });
  if (loopback?.kind === "open") {
    tellAboutListener(loopback, certificate, settings, { system, talk });
  }
  if (browserUrl !== undefined) void system.openBrowser(browserUrl);
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
  const hint = remoteHint(
    loopback,
    isHere ? portOf(new URL(settings.redirectUri)) : undefined,
    system,
  );
  if (hint !== undefined) talk.insist(hint + "\n");
  if (certificate === undefined) return;
  const origin = isHere
    ? new URL(settings.redirectUri).origin
    : `https://${formatAddress(loopback.addresses[0])}`;
  talk.say(
    fit(
      words`${
        `Your browser will warn once about ${origin}. It is safe to go on (Advanced, then ` +
        "Proceed): that is this program, on this computer, with the certificate " +
        `SHA-256 ${shortFingerprint(certificate.fingerprint)}.`
      }\nTo be rid of the warning for good: ${run("cert trust")}\n`,
    ),
  );
}

/** How a browser on another computer, which is sent to `sentTo` there, reaches the listener. */
function remoteHint(
  loopback: OpenLoopback,
  sentTo: number | undefined,
  { env, isContainer }: Pick<CommandContext["system"], "env" | "isContainer">,
): string | undefined {
  const { port } = loopback.addresses[0];
  const [, , server = "HOST", sshPort = "22"] = (env("SSH_CONNECTION") ?? "").split(" ");
  if (env("SSH_CONNECTION") !== undefined) {
    const user = env("USER") ?? env("LOGNAME") ?? "USER";
    const other = sshPort === "22" ? "" : ` -p ${sshPort}`;
    return "You are here over SSH. For a browser on your own computer, run this there first:\n" +
      `ssh -N -L ${sentTo ?? port}:127.0.0.1:${port}${other} ${user}@${server}`;
  }
  if (!isContainer()) return undefined;
  return `This is a container. Your browser reaches port ${port} in it when it was started\n` +
    "with --network host; otherwise paste the address your browser ended on.";
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
      ? `free it (lsof -i :${address.port}), or register another redirect URI and give it with ` +
        "--redirect-uri"
      : `free it (lsof -i :${address.port}), or choose another port with --listen`,
  });
}
