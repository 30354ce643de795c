// What a person is told while their browser is open. Rule: said in the order in which it will be needed,
// and nothing that they do not need.

import type { CommandContext } from "./command.ts";
import { CliError } from "./errors.ts";
import type { Attempt } from "./oauth/authorization_code.ts";
import { type ListenerCertificate, shortFingerprint } from "./oauth/certificate.ts";
import { formatAddress } from "./oauth/listen_addresses.ts";
import type { Loopback } from "./oauth/loopback.ts";
import type { Settings } from "./settings.ts";
import { shortened } from "./text.ts";
import { isLoopbackHost } from "./urls.ts";

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
  attempt: Attempt,
  loopback: Loopback | undefined,
  certificate: ListenerCertificate | undefined,
  settings: Settings,
  flags: WaitingFlags,
  { system, talk }: CommandContext,
): void {
  const canPaste = system.terminal.stdin && system.terminal.stderr;
  if (loopback !== undefined && loopback.kind !== "open" && !canPaste) throw cannotListen(loopback);
  talk.say(
    `Signing in to Anaplan ${settings.region}, client ${shortened(attempt.client.clientId)}, ` +
      `profile ${settings.profile}.\n`,
  );
  const isOpening = !flags.noBrowser && !flags.paste;
  talk.insist(
    isOpening
      ? "Your browser should open. If it does not, open this page:"
      : "Open this page and sign in:",
  );
  talk.insist(attempt.url + "\n");
  if (isOpening) void system.openBrowser(attempt.url);
  if (loopback === undefined) return;
  if (loopback.kind !== "open") {
    talk.insist(`${whyNot(loopback)}, so the browser's answer cannot be caught.\n`);
  } else if (!isLoopbackHost(new URL(settings.redirectUri).hostname)) {
    talk.insist(`The sign-in ends on ${settings.redirectUri}, which is not this computer.\n`);
  } else if (certificate !== undefined) {
    talk.say(
      `It will warn once about ${
        new URL(settings.redirectUri).origin
      }, which is this program's own\n` +
        `listener (certificate SHA-256 ${shortFingerprint(certificate.fingerprint)}). ` +
        "Choose Advanced, then Proceed.\n",
    );
  }
}

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
