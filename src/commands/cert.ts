// cert: the listener's certificate, shown, renewed, and how to stop the browser's warning.

import { run, shell, shellWord, words } from "../base/words.ts";
import type { Answer, CommandContext, CommonFlags, Verbatim } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { configDirectory, directoryIn } from "../settings/location.ts";
import {
  type ListenerCertificate,
  listenerCertificate,
  renewCertificate,
  saveAccepted,
  savePublicCertificate,
} from "../oauth/certificate.ts";
import { dateTime, duration } from "../base/times.ts";
import { table } from "../base/lines.ts";

/** Shows the certificate; one that does not exist yet is made. */
export async function certShow(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const configDir = configDirectory(flags, context.system);
  return describeCertificate(
    await listenerCertificate(configDir, context.system, context.talk.warn),
    context,
  );
}

/** Makes a new certificate; the browser will warn once more. */
export async function certRenew(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const configDir = configDirectory(flags, context.system);
  const made = await renewCertificate(configDir, context.system, context.talk.warn);
  context.talk.say(
    words`Your browser will warn again, as it does not trust the new certificate yet.\nTo stop the warning: ${
      run("cert trust")
    }\n`,
  );
  return describeCertificate(made, context);
}

/**
 * Prints the commands that make this computer trust the certificate, or runs them with `--yes`.
 *
 * The certificate can sign for nothing but this listener, so trusting it opens nothing else.
 */
export async function certTrust(
  flags: CommonFlags & { readonly yes?: boolean },
  context: CommandContext,
): Promise<Answer | Verbatim> {
  const { system, talk } = context;
  const configDir = configDirectory(flags, system);
  const certificate = await listenerCertificate(configDir, system, talk.warn);
  const path = savePublicCertificate(configDir, certificate, talk.warn);
  const commands = trustCommands(path, system.platform, homeOf(context));
  const data = { certificate: path, commands, run: flags.yes === true };
  if (!flags.yes) {
    talk.say("These make your browsers trust the listener's certificate and nothing else.");
    talk.say(words`Run them, or let this program: ${run("cert trust --yes")}\n`);
    const text = commands.map((command) => command.map(shellWord).join(" ")).join("\n");
    return { kind: "verbatim", text, data };
  }
  for (const command of commands) {
    const code = await system.run(command);
    if (code !== 0) throw trustFailed(command, code);
  }
  saveAccepted(configDir, certificate);
  const text = "The certificate is trusted now; restart the browser to see it.";
  return { kind: "answer", text, data };
}

function homeOf({ system }: CommandContext): string {
  const home = directoryIn("HOME", system);
  if (home !== undefined || system.platform === "windows") return home ?? "";
  throw new CliError("usage", "Cannot find what your browsers trust: HOME is not set", {
    next: words`set HOME, then ${run("cert trust")}`,
  });
}

function trustFailed(command: readonly string[], code: number | undefined): CliError {
  const [program = ""] = command;
  const reason = code === undefined ? "could not be started" : `ended with exit code ${code}`;
  const packages: Readonly<Record<string, string>> = { certutil: "libnss3-tools" };
  const install = packages[program];
  return new CliError("unavailable", `Cannot make the certificate trusted: ${program} ${reason}`, {
    next: code === undefined && install !== undefined
      ? words`install ${program} (${shell(`apt-get install ${install}`)}), then ${
        run("cert trust --yes")
      }`
      : words`${run("cert trust")}, and run what it prints by hand`,
  });
}

function describeCertificate(certificate: ListenerCertificate, { system }: CommandContext): Answer {
  const left = certificate.notAfter - system.now();
  return {
    kind: "answer",
    text: table([
      ["For", "127.0.0.1, ::1, localhost"],
      ["SHA-256", formatFingerprint(certificate.fingerprint.slice(0, 32))], // fits into 80 columns
      ["", formatFingerprint(certificate.fingerprint.slice(32))],
      ["Valid until", `${dateTime(certificate.notAfter)} (${duration(left)})`],
    ]),
    data: {
      names: ["127.0.0.1", "::1", "localhost"],
      fingerprint_sha256: certificate.fingerprint,
      not_after: new Date(certificate.notAfter).toISOString(),
    },
  };
}

/** As browsers show it. */
function formatFingerprint(hexadecimal: string): string {
  return (hexadecimal.match(/../g) ?? []).join(":");
}

/**
 * The argument vectors that make a user's browsers trust the certificate in a PEM file.
 *
 * macOS: the login keychain. Windows: the user's own root store. Elsewhere: the NSS database that
 * Chromium reads, which is made first; Firefox keeps its own and asks by itself.
 */
export function trustCommands(path: string, platform: string, home: string): string[][] {
  if (platform === "darwin") {
    const keychain = `${home}/Library/Keychains/login.keychain-db`;
    return [["security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, path]];
  }
  if (platform === "windows") return [["certutil", "-user", "-addstore", "Root", path]];
  const database = `sql:${home}/.pki/nssdb`;
  return [
    ["mkdir", "-p", `${home}/.pki/nssdb`],
    ["certutil", "-d", database, "-A", "-t", "P,,", "-n", "anaplan-auth listener", "-i", path],
  ];
}
