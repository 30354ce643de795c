// What there is to say about the listener: where the browser has to be for it, where the sign-in ends, and its
// certificate. Rule: words only; the density says what can be left out.

import { run, shell, type Words, words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { isAccepted, type ListenerCertificate, shortFingerprint } from "../oauth/certificate.ts";
import { formatAddress } from "../oauth/listen_addresses.ts";
import type { Loopback } from "../oauth/loopback.ts";
import type { CertificateWarning } from "../oauth/waiting_lines.ts";
import type { Settings } from "../settings/settings.ts";
import { isLoopbackHost, portOf } from "../base/urls.ts";
import type { Density } from "./density.ts";

type OpenLoopback = Extract<Loopback, { kind: "open" }>;

/** What to do first so that a browser on another computer reaches the listener. */
export async function remoteHint(
  loopback: OpenLoopback,
  { redirectUri }: Pick<Settings, "redirectUri">,
  { env, isContainer }: Pick<CommandContext["system"], "env" | "isContainer">,
): Promise<Words | undefined> {
  const { port } = loopback.addresses[0];
  const url = new URL(redirectUri);
  const sentTo = isLoopbackHost(url.hostname) ? portOf(url) : port;
  const [, , server = "HOST", sshPort = "22"] = (env("SSH_CONNECTION") ?? "").split(" ");
  if (env("SSH_CONNECTION") !== undefined) {
    const user = env("USER") ?? env("LOGNAME") ?? "USER";
    const other = sshPort === "22" ? "" : ` -p ${sshPort}`;
    const tunnel = shell(`ssh -N -L ${sentTo}:127.0.0.1:${port}${other} ${user}@${server}`);
    return words`You are connected over SSH. On your own computer, run:\n${tunnel}`;
  }
  if (!await isContainer()) return undefined;
  const network = shell("--network host");
  return words`This is a container. Your browser reaches port ${`${port}`} in it if you started it with ${network}. Otherwise, paste the address that the browser ends on.`;
}

/** What brings the answer here from a callback URL that is not on this computer. */
export function elsewhereHint(
  loopback: OpenLoopback,
  { redirectUri }: Pick<Settings, "redirectUri">,
  density: Density,
): Words | undefined {
  if (isLoopbackHost(new URL(redirectUri).hostname)) return undefined;
  const button = `a button on https://${formatAddress(loopback.addresses[0])}/`;
  const page = density === "airy" ? words` A page of yours can do it: ${run("relay page")}` : "";
  return words`The sign-in ends on ${redirectUri}, which is not this computer. There, click the bookmarklet (${button}), or copy the address and paste it here.${page}`;
}

/** What the browser will say of the certificate, unless it has accepted it before. */
export function certificateWarning(
  loopback: OpenLoopback,
  certificate: ListenerCertificate,
  { redirectUri, configDir }: Pick<Settings, "redirectUri" | "configDir">,
  { density, isRemote }: { readonly density: Density; readonly isRemote: boolean },
): CertificateWarning {
  const url = new URL(redirectUri);
  const origin = isLoopbackHost(url.hostname)
    ? url.origin
    : `https://${formatAddress(loopback.addresses[0])}`;
  const print = `SHA-256 ${shortFingerprint(certificate.fingerprint)}`;
  // a browser on another computer trusts nothing that this one does
  const stop = density === "airy" && !isRemote
    ? words`\nTo stop the warning: ${run("cert trust")}`
    : "";
  const advice = words`Choose Advanced, then Proceed.${stop}${density === "dense" ? "" : "\n"}`;
  return {
    coming: isAccepted(configDir, certificate)
      ? undefined
      : words`Your browser will warn about ${origin}. That is this program, with the certificate ${print}. ${advice}`,
    shown:
      words`Your browser shows a warning about this program's own certificate, ${print}. ${advice}`,
  };
}
