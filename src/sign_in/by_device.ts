// Signing in with a code on any device (RFC 8628). Rule: says up front who cannot use it, and leaves the
// terminal as it was.

import { run, signIn, type Words, words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import {
  type DeviceAuthorization,
  type Pending,
  pollForTokens,
  startDeviceAuthorization,
} from "../oauth/device.ts";
import type { Grant } from "../oauth/token_response.ts";
import type { Settings } from "../settings/settings.ts";
import { NO_BREAK_SPACE, table } from "../base/lines.ts";
import { countdown, duration } from "../base/times.ts";
import { heightOf } from "./density.ts";
import { type SavedLogin, saveLogin, type SignedIn, type SignIn } from "./save_login.ts";

/** Shows the code, waits until it is approved, and keeps what that brings. */
export async function signInByDevice(
  { server, provider, who }: Omit<SignIn, "client">,
  settings: Settings,
  flags: { readonly timeout?: number },
  context: CommandContext,
): Promise<SignedIn> {
  const clientId = settings.deviceClientId ?? settings.clientId;
  if (clientId === undefined) throw new Error("askFirstTime() makes sure of the client ID");
  const client = { clientId }; // of the kind "Device grant", which has no secret, from wherever
  const { system, talk } = context;
  const above = headOf(provider, settings);
  for (const text of above) talk.say(text);
  const device = await startDeviceAuthorization(server, client, settings.scope, system);
  await showCode(device, above, context);
  const exchangeAndSave = (poll: () => Promise<Grant | Pending>): Promise<SavedLogin | Pending> =>
    saveLogin(poll, settings, context);
  using _signals = await system.holdSignals(); // from here on, any answer may bring the tokens
  const { tokenSet, previous } = await pollWithCountdown(
    device,
    flags.timeout,
    settings,
    context,
    (signal) => pollForTokens(device, server, client, system, signal, exchangeAndSave),
  );
  return { tokenSet, previous, user: who(tokenSet), method: "device" };
}

/** Who cannot sign in this way, and what this is. */
function headOf(provider: string, { issuer, profile }: Settings): Words[] {
  const title = `Sign in to ${provider} on any device (profile ${profile}).`;
  if (issuer !== undefined) return [title];
  const instead = run("login", { profile });
  return [words`Single sign-on users cannot sign in this way. Use: ${instead}`, title];
}

/** Shows where to enter the code; the blank line, then the QR code, are left out for the head to stay in sight. */
async function showCode(
  device: DeviceAuthorization,
  above: readonly Words[],
  { system: { terminal }, talk }: CommandContext,
): Promise<void> {
  const { verificationUri, userCode } = device;
  const page = table([["Open", verificationUri], ["and enter", userCode]]);
  let end = "\n";
  if (terminal.stderr && terminal.canDraw) {
    const { qrCode } = await import("./qr_code.ts");
    const code = qrCode(device.verificationUriComplete ?? verificationUri);
    const texts = [...above.map((text) => talk.shown(text, NO_BREAK_SPACE)), page, waitingLine(0)];
    const around = heightOf(`${texts.join("\n")}\n`, terminal.columns() ?? 80);
    const room = (terminal.rows() ?? Infinity) - around - code.split("\n").length;
    if (room >= 0) talk.say({ drawn: code });
    if (room === 0) end = "";
  }
  talk.insist(page + end);
}

function waitingLine(left: number): string {
  return `Waiting for your approval, ${countdown(left)} left. Ctrl-C stops.`;
}

/** Polls under a countdown; ends it, whatever happens, before anything else is printed. */
async function pollWithCountdown(
  device: DeviceAuthorization,
  timeout: number | undefined,
  settings: Settings,
  { system, talk }: CommandContext,
  poll: (signal: AbortSignal) => Promise<SavedLogin>,
): Promise<SavedLogin> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, system.interruption()]);
  const deadline = Math.min(device.expiresAt, system.monotonic() + (timeout ?? Infinity));
  const polled = poll(signal);
  const waits = [polled];
  if (deadline < device.expiresAt) {
    waits.push(rejectAtTimeout(deadline - system.monotonic(), settings, signal, system));
  }
  // settled from here on: the poll may be under way for longer than the countdown, which the signal ends
  const shown = Promise.allSettled([showCountdown(deadline, signal, { system, talk })]);
  try {
    return await Promise.race(waits);
  } catch (error) {
    done.abort();
    // a poll that is under way may still bring the tokens, or say why they are not saved: once
    return await polled.catch((last) => Promise.reject(last === signal.reason ? error : last));
  } finally {
    done.abort();
    await Promise.allSettled([...waits, shown]);
  }
}

async function rejectAtTimeout(
  timeout: number,
  { issuer }: Settings,
  signal: AbortSignal,
  system: CommandContext["system"],
): Promise<never> {
  await system.sleep(timeout, signal);
  throw new CliError("timeout", `You did not complete the sign-in within ${duration(timeout)}`, {
    next: words`${signIn("--device --timeout 15m")}${
      issuer === undefined ? "" : "; or ask for less with --scope"
    }`,
  });
}

async function showCountdown(
  deadline: number,
  signal: AbortSignal,
  { system, talk }: CommandContext,
): Promise<void> {
  const left = (): number => deadline - system.monotonic();
  const { stdin, stderr, canDraw } = system.terminal;
  if (!stdin || !stderr || !canDraw) {
    talk.say(`Waiting up to ${duration(left())}.`);
    return;
  }
  const above = (): string => waitingLine(left());
  // What you type meanwhile is discarded, and Enter is no answer.
  const line = { above, prompt: "", signal, isOneOfSeveral: true };
  while (!signal.aborted) await system.terminal.readLine(line);
}
