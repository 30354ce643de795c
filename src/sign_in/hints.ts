// What a person is told while their browser is open. Rule: said in the order in which it will be needed,
// and nothing that they do not need.

import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import type { Attempt } from "../oauth/authorization_code.ts";
import { type ListenerCertificate, shortFingerprint } from "../oauth/certificate.ts";
import { formatAddress } from "../oauth/listen_addresses.ts";
import type { Loopback } from "../oauth/loopback.ts";
import type { Settings } from "../settings.ts";
import { fitted, shortened } from "../text.ts";
import { isLoopbackHost, portOf } from "../urls.ts";
import { hyperlink } from "./hyperlink.ts";

/** What is told about. */
export interface Waiting {
  readonly attempt: Attempt;
  readonly loopback: Loopback | undefined;
  readonly certificate: ListenerCertificate | undefined;
  readonly provider: string;
}

/** The flags that change what is told. */
export interface WaitingFlags {
  readonly paste?: boolean;
  readonly noBrowser?: boolean;
}

/**
 * Opens the browser and says what will happen.
 *
 * @throws {CliError} `unavailable` when there is no listener and no terminal to paste on.
 */
export function tellHowToSignIn(
  { attempt, loopback, certificate, provider }: Waiting,
  settings: Settings,
  flags: WaitingFlags,
  { system, talk }: CommandContext,
): void {
  const canPaste = system.terminal.stdin && system.terminal.stderr;
  if (loopback !== undefined && loopback.kind !== "open" && !canPaste) throw cannotListen(loopback);
  const fit = (text: string): string => fitted(text, system.terminal.columns() ?? 80);
  const client = shortened(attempt.client.clientId);
  talk.say(fit(`Signing in to ${provider}, client ${client}, profile ${settings.profile}.\n`));
  const isOpening = !flags.noBrowser && !flags.paste && hasBrowser(system);
  talk.insist(
    isOpening
      ? fit("Your browser should open. If it does not, open this page:")
      : "Open this page and sign in:",
  );
  talk.insist({ drawn: hyperlink(attempt.url, system) + "\n" });
  if (isOpening) void system.openBrowser(attempt.url);
  if (loopback?.kind === "open") {
    tellAboutListener(loopback, certificate, settings, { system, talk });
  } else if (loopback !== undefined) {
    talk.insist(`${whyNot(loopback)}, so the browser's answer cannot be caught.\n`);
  }
}

/** Over SSH there is a browser only where the person says so, or a display is forwarded. */
function hasBrowser({ env }: Pick<CommandContext["system"], "env">): boolean {
  const named = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"].some((name) => env(name) !== undefined);
  return named || env("SSH_CONNECTION") === undefined;
}

function tellAboutListener(
  loopback: OpenLoopback,
  certificate: ListenerCertificate | undefined,
  settings: Settings,
  { system, talk }: CommandContext,
): void {
  const isHere = isLoopbackHost(new URL(settings.redirectUri).hostname);
  const fit = (text: string): string => fitted(text, system.terminal.columns() ?? 80);
  if (!isHere) {
    talk.insist(
      fit(
        `The sign-in ends on ${settings.redirectUri}, which is not this computer. There, click ` +
          "the bookmarklet (anaplan-auth relay bookmarklet prints it), or copy the address and " +
          "paste it here. A page of yours can do it: anaplan-auth relay page\n",
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
      `Your browser will warn once about ${origin}. It is safe to go on (Advanced, then ` +
        "Proceed): that is this program, on this computer, with the certificate " +
        `SHA-256 ${shortFingerprint(certificate.fingerprint)}.\n` +
        "To be rid of the warning for good: anaplan-auth cert trust\n",
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

function cannotListen(loopback: Exclude<Loopback, { kind: "open" }>): CliError {
  const { port } = loopback.address;
  const address = formatAddress(loopback.address);
  const next = `free it (lsof -i :${port}), or register another redirect URI and give it with ` +
    "--redirect-uri";
  const reason = {
    taken: "another program is using the port",
    refused: "the system does not allow it",
    unsupported: "this computer has no such address",
  };
  return new CliError("unavailable", `Cannot listen on ${address}: ${reason[loopback.kind]}`, {
    next,
  });
}

function whyNot(loopback: Exclude<Loopback, { kind: "open" }>): string {
  const { port } = loopback.address;
  const reason = {
    taken: `Port ${port} is used by another program`,
    refused: `The system does not allow listening on port ${port}`,
    unsupported: `This computer has no address ${formatAddress(loopback.address)}`,
  };
  return reason[loopback.kind];
}
