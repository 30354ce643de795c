// The device authorization grant (RFC 8628). Rule: polls no faster than the server allows, goes on through
// network trouble, and stops at every other error.

import { flattenText, run, signIn, words } from "../base/words.ts";
import * as oauth from "oauth4webapi";
import { CliError } from "../base/errors.ts";
import { asObject, type Fields, onlyDefined } from "../base/json.ts";
import { nameOrQuoted } from "../base/names.ts";
import { Secret } from "../base/secret.ts";
import type { System } from "../system/contract.ts";
import { printable } from "../base/masking.ts";
import { urlProblem } from "../base/urls.ts";
import { signInRejectedError } from "./refusals.ts";
import { type Grant, readGrant, readReply, seconds } from "./token_response.ts";
import {
  type AuthorizationServer,
  type OAuthClient,
  SCOPE_ADVICE,
  toWire,
  wireOptions,
} from "./wire.ts";

/** What a person needs to approve the login on any device. */
export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  /** Fit for a sentence: a code, or quoted. */
  readonly userCode: string;
  /** As the URL parser writes it, so without blanks, as the next. */
  readonly verificationUri: string;
  /** Carries the user code; for a QR code. */
  readonly verificationUriComplete: string | undefined;
  /** On the monotonic clock, in milliseconds: a clock that is set does not change how long the code is valid. */
  readonly expiresAt: number;
  /** The least time between two polls, in milliseconds. */
  readonly interval: number;
  /** Whether the scope `openid` was asked for. */
  readonly asksOpenid?: boolean;
}

/** Between polls when the server does not say (RFC 8628, section 3.2), in seconds. */
const DEFAULT_INTERVAL = 5;
/** What each `slow_down` adds to the interval (RFC 8628, section 3.5), in milliseconds. */
const SLOW_DOWN = 5_000;
/** Ten years, in seconds: longer ones would be no date. */
const LONGEST_LIFETIME = 10 * 365 * 86_400;
/** RFC 8628, section 6.1, has eight letters in mind. */
const LONGEST_USER_CODE = 64;
/** What a terminal shows in a few lines and a QR code holds, in characters. */
const LONGEST_ADDRESS = 300;
/** How far network trouble or a mistake of the server stretches the interval at most, in milliseconds. */
const LONGEST_INTERVAL = 60_000;

/**
 * Asks for a user code (RFC 8628, section 3.1).
 *
 * @throws {CliError} `usage` when the server has no such endpoint, `denied` or `unavailable`.
 */
export async function startDeviceAuthorization(
  server: AuthorizationServer,
  client: OAuthClient,
  scope: string,
  system: Pick<System, "fetch" | "monotonic">,
): Promise<DeviceAuthorization> {
  if (server.deviceEndpoint === undefined) {
    throw new CliError(
      "usage",
      `Cannot sign in by device: ${server.name} names no endpoint for it`,
      { next: "give it with --device-endpoint, or sign in without --device" },
    );
  }
  const askedAt = system.monotonic();
  const response = await oauth.deviceAuthorizationRequest(
    ...toWire(server, client),
    scope === "" ? {} : { scope },
    wireOptions(server, system),
  );
  const reply = await readReply(response, server);
  if (reply.kind === "refused") {
    throw signInRejectedError({ at: "device", refusal: reply.refusal, server, client });
  }
  const body = await deviceAuthorizationIn(reply.body, server, client);
  const verificationUri = browserUrl(body.verification_uri);
  if (verificationUri === undefined) {
    throw badAnswer(server, "the address to open is not a URL with https://");
  }
  const userCode = flattenText(body.user_code);
  if (userCode.length > LONGEST_USER_CODE) {
    throw badAnswer(server, "its user code is too long to be typed");
  }
  const lifetime = body.expires_in * 1000;
  const interval = (body.interval ?? DEFAULT_INTERVAL) * 1000;
  return {
    deviceCode: new Secret(body.device_code),
    userCode: nameOrQuoted(userCode),
    verificationUri,
    verificationUriComplete: browserUrl(body.verification_uri_complete),
    expiresAt: askedAt + lifetime,
    // as the server says, unless the pause would outlast the code, as one in milliseconds does
    interval: interval < lifetime ? interval : Math.min(interval, LONGEST_INTERVAL),
    asksOpenid: scope.split(" ").includes("openid"),
  };
}

/** The answer's fields, once oauth4webapi has checked them (RFC 8628, section 3.2). */
async function deviceAuthorizationIn(
  body: Fields,
  server: AuthorizationServer,
  client: OAuthClient,
): Promise<oauth.DeviceAuthorizationResponse> {
  const [wireServer, wireClient] = toWire(server, client);
  const interval = seconds(body.interval);
  const cleaned = onlyDefined({
    ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)),
    expires_in: Math.min(seconds(body.expires_in), LONGEST_LIFETIME),
    interval: interval > 0 ? Math.min(interval, LONGEST_LIFETIME) : undefined,
  });
  try {
    const response = Response.json(cleaned);
    return await oauth.processDeviceAuthorizationResponse(wireServer, wireClient, response);
  } catch (error) {
    const reason = error instanceof Error ? printable(error.message) : "a part of it is missing";
    throw badAnswer(server, reason);
  }
}

function badAnswer(server: AuthorizationServer, reason: string): CliError {
  const { host } = new URL(server.deviceEndpoint ?? server.tokenEndpoint);
  return new CliError("unavailable", `Cannot accept the answer of ${host}: ${reason}`, {
    next: "try again; if it stays so, check the endpoints of the profile",
  });
}

/** An address for a browser, where a fragment has a place; `undefined` for any other text. */
function browserUrl(text = ""): string | undefined {
  const address = flattenText(text);
  if (urlProblem(address.replace(/#.*/, "")) !== undefined) return undefined;
  const { href } = new URL(address);
  return href.length <= LONGEST_ADDRESS ? href : undefined;
}

/**
 * Polls the token endpoint until the user has approved (RFC 8628, sections 3.4 and 3.5).
 *
 * @param exchangeAndSave makes sure that tokens can be saved, runs one poll, and saves what it brings.
 * @param signal ends the wait with its reason.
 * @throws {CliError} `denied`, or `timeout` when the user code has expired.
 */
export async function pollForTokens<Saved extends object>(
  device: DeviceAuthorization,
  server: AuthorizationServer,
  client: OAuthClient,
  system: Pick<System, "fetch" | "now" | "monotonic" | "sleep">,
  signal: AbortSignal,
  exchangeAndSave: (poll: () => Promise<Grant | Pending>) => Promise<Saved | Pending>,
): Promise<Saved> {
  let { interval } = device;
  let wait = interval;
  while (true) {
    const left = Math.max(0, device.expiresAt - system.monotonic());
    await system.sleep(Math.min(wait, left), signal);
    if (left <= wait || system.monotonic() >= device.expiresAt) throw expiredError(device, server);
    const answer = await exchangeAndSave(() => poll(device, server, client, system));
    if (typeof answer !== "string") return answer;
    if (answer === "slow_down") interval += SLOW_DOWN;
    // section 3.5 asks for an exponential back-off while the server cannot be reached
    const backedOff = Math.max(interval, Math.min(wait * 2, LONGEST_INTERVAL));
    wait = answer === "unreachable" ? backedOff : interval;
  }
}

/** What one poll says while there are no tokens. */
export type Pending = "authorization_pending" | "slow_down" | "unreachable";

async function poll(
  device: DeviceAuthorization,
  server: AuthorizationServer,
  client: OAuthClient,
  system: Pick<System, "fetch" | "now">,
): Promise<Grant | Pending> {
  const sentAt = system.now();
  try {
    const response = await oauth.deviceCodeGrantRequest(
      ...toWire(server, client),
      device.deviceCode.reveal(),
      wireOptions(server, system),
    );
    if (await saysSlowDown(response)) return "slow_down";
    const reply = await readReply(response, server);
    if (reply.kind === "answered") {
      const { asksOpenid } = device;
      return readGrant(reply.body, { server, client, sentAt, isDeviceGrant: true, asksOpenid });
    }
    const { error } = reply.refusal;
    if (error === "authorization_pending" || error === "slow_down") return error;
    if (error === "expired_token") throw expiredError(device, server);
    throw signInRejectedError({ at: "device", refusal: reply.refusal, server, client });
  } catch (error) {
    const isUnavailable = error instanceof CliError && error.kind === "unavailable";
    if (isUnavailable && error.code !== "answer_cut") return "unreachable"; // else the device code was used
    throw error;
  }
}

/** 429 is network trouble unless it says so; then all later pauses are longer, as section 3.5 requires. */
async function saysSlowDown(response: Response): Promise<boolean> {
  if (response.status !== 429) return false;
  const body: unknown = await response.clone().json().catch(() => undefined);
  return asObject(body)?.error === "slow_down";
}

function expiredError(device: DeviceAuthorization, { issuer }: AuthorizationServer): CliError {
  return new CliError(
    "timeout",
    `You did not complete the sign-in: the code ${device.userCode} has expired`,
    {
      next: issuer === undefined
        ? words`${signIn("--device")}; with single sign-on, ${run("login")}`
        : words`${signIn("--device")}; ${SCOPE_ADVICE}`,
      oauthError: "expired_token",
    },
  );
}
