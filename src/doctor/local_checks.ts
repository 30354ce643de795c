// What can be seen on this computer: files, the listener's port and certificate, the redirect URI, the
// login. Rule: looks, and changes nothing.

import { run, shell, shellWord, words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { lastFailure } from "../settings/last_failure.ts";
import { storedCertificate } from "../oauth/certificate.ts";
import { formatAddress, listenCandidates } from "../oauth/listen_addresses.ts";
import { openLoopback } from "../oauth/loopback.ts";
import { looseFiles } from "../files/loose_files.ts";
import { nameOf } from "../provider/provider.ts";
import { assumedExpiry, signedOut, signedOutInShort } from "../session/expiry.ts";
import { storeOf } from "../session/store_in_use.ts";
import { loginCommand, refreshTokenVariable } from "../session/advice_in_use.ts";
import { otherServer } from "../session/other_server.ts";
import { savedUser } from "../session/user.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { quoteWords } from "../base/masking.ts";
import { dateTime, duration } from "../base/times.ts";
import { isLoopbackHost } from "../base/urls.ts";
import { type Check, failedCheck, note, ok, problem, warning } from "./check.ts";

/** Whether the listener could open where the answer will come, now. */
export async function portCheck(settings: Settings, { system }: CommandContext): Promise<Check> {
  const candidates = listenCandidates(settings.redirectUri, settings.listen);
  const handle = (): Promise<Response> => Promise.resolve(new Response(null, { status: 404 }));
  const loopback = await openLoopback(candidates, undefined, { handle }, system);
  if (loopback.kind === "open") {
    await loopback.close();
    const names = loopback.addresses.map(formatAddress).join(" and ");
    return ok("Port", `${names} ${loopback.addresses.length === 1 ? "is" : "are"} free`);
  }
  const address = formatAddress(loopback.address);
  const { port } = loopback.address;
  if (loopback.kind === "taken") {
    const look = system.platform === "windows"
      ? `netstat -ano | findstr :${port}`
      : `lsof -i :${port}`;
    return problem(
      "Port",
      "unavailable",
      `${address} is used by another program`,
      `stop it (${look})`,
    );
  }
  return problem(
    "Port",
    "unavailable",
    `the system does not allow listening on ${address}`,
    system.platform === "windows"
      ? "netsh interface ipv4 show excludedportrange protocol=tcp"
      : "register a callback URL with a port above 1023",
  );
}

/** The listener's certificate: which names, how much longer. */
export function certificateCheck(settings: Settings, { system }: CommandContext): Check {
  const certificate = storedCertificate(settings.configDir);
  if (certificate === undefined) return ok("Certificate", "none yet; the first login makes one");
  const left = certificate.notAfter - system.now();
  const names = "for 127.0.0.1, ::1, localhost";
  return left > 0
    ? ok("Certificate", `${names}; ${duration(left)} left`)
    : warning("Certificate", `${names}; expired`, "the next login makes a new one");
}

/** Whether the answer can come to this computer by itself. */
export function redirectUriCheck(settings: Settings): Check {
  const { redirectUri, listen } = settings;
  const url = new URL(redirectUri);
  if (!isLoopbackHost(url.hostname)) {
    return warning(
      "Callback URL",
      `${redirectUri} is not on this computer`,
      words`${run("relay bookmarklet")}, or paste the address by hand`,
    );
  }
  const addresses = listenCandidates(redirectUri, listen).map(({ addresses }) => addresses[0]);
  const isSame = addresses.some(({ port }) => String(port) === (url.port || "443"));
  return isSame ? ok("Callback URL", `${redirectUri}, where the listener will be`) : warning(
    "Callback URL",
    `${redirectUri}, but the listener will be at ${addresses.map(formatAddress).join(", ")}`,
    "forward that port, or leave out --listen",
  );
}

/** Whether what is kept is closed to others. */
export function filesCheck(settings: Settings): Check {
  const { configDir } = settings;
  const loose = looseFiles(configDir);
  if (loose.length === 0) return ok("Files", `${configDir} is private`);
  return problem(
    "Files",
    "storage",
    loose.join("; "),
    shell(`chmod -R go= ${shellWord(configDir)}`),
  );
}

/** Whether you are signed in, as whom, and when the login was last refreshed. */
export async function loginCheck(settings: Settings, context: CommandContext): Promise<Check> {
  if (hasEnvironmentLogin(settings)) {
    const variable = refreshTokenVariable(settings.environment);
    return ok("Login", `comes from ${variable} and was not checked; none is stored`);
  }
  const { profile } = settings;
  const store = await storeOf(settings, context);
  if (await store.mayWait(profile)) { // only the lock's holder may say more
    const seen = `new tokens of an earlier command are not in their place yet (profile ${profile})`;
    return warning("Login", seen, run("refresh", { profile }));
  }
  const login = await store.load(profile);
  const now = context.system.now();
  if (login === undefined) {
    return warning("Login", `none (profile ${settings.profile})`, loginCommand(settings));
  }
  const out = signedOut(login, settings, now);
  if (out !== undefined) {
    const seen = signedOutInShort(out, settings.profile);
    return problem("Login", "login_required", seen, loginCommand(settings));
  }
  const other = otherServer(login, settings);
  if (other !== undefined) return failedCheck("Login", other);
  const over = assumedExpiry(login, settings, now);
  if (over !== undefined) {
    const seen = `may have ${over} (profile ${profile})`;
    return warning("Login", seen, run("refresh", { profile }));
  }
  const user = savedUser(login);
  const who = user === undefined ? "" : ` as ${nameOf(user)}`;
  const age = duration(now - login.obtainedAt);
  return ok("Login", `signed in${who}, refreshed ${age} ago (profile ${profile})`);
}

/** What the server called itself, where nothing said what to expect (RFC 9207). */
export function issuerCheck({ issuer, given }: Settings): Check | undefined {
  if (issuer !== undefined || given.seenIssuer === undefined) return undefined;
  return ok(
    "Issuer",
    `the server calls itself ${quoteWords(given.seenIssuer)} in its answers (iss)`,
  );
}

/** What went wrong the last time that something did. */
export function lastFailureCheck(settings: Settings): Check | undefined {
  const failure = lastFailure(settings.configDir, settings.profile);
  if (failure === undefined) return undefined;
  return note("Last failure", `${dateTime(failure.at)}, ${failure.command}: ${failure.message}`);
}
