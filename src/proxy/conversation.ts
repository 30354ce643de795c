// One connection of a program: its requests, one after the other. Rule: a request is judged before anything of it is
// sent, and a connection of which it is not clear where the next request begins is closed.

import { run } from "../base/words.ts";
import { CliError, toCliError } from "../base/errors.ts";
import type { CommandContext } from "../command.ts";
import { containsToken } from "../provider/belonging.ts";
import { asInUrl } from "../provider/target.ts";
import type { LocalPeer, Peer } from "../system/contract.ts";
import { type Answer, writeAnswer } from "./answer.ts";
import { bodyOf, isAtHand, type RequestBody } from "./body.ts";
import { type Fence, refusalOf } from "./fence.ts";
import type { Forward } from "./forward.ts";
import { bodyReader, BROKEN, type ReadPiece } from "../system/framing.ts";
import { type HangUp, hangUpOn } from "./hang_up.ts";
import { checkRequest } from "./gate.ts";
import { parseHead, type RequestHead } from "./head.ts";
import { answerHeaders, requestHeaders } from "./headers.ts";
import { type Input, inputOf } from "../system/input.ts";
import type { RequestSlots } from "./request_slots.ts";
import { refusal, refusalFor } from "./refusals.ts";

/** What all connections share. */
export interface Shared {
  /** `undefined` behind a socket. */
  readonly secret: Uint8Array | undefined;
  /** `undefined` when everything passes. */
  readonly fence: Fence | undefined;
  readonly forward: Forward;
  readonly places: RequestSlots;
  readonly context: CommandContext;
  /** Aborted when no new request is taken. */
  readonly closing: AbortSignal;
}

const LONGEST_HEAD = 64 * 1024;
/** How long a connection may wait for its next request, in milliseconds. */
const IDLE = 75_000;
/** How long a body that was refused is read away, in milliseconds: what is sent to a closed connection loses the answer. */
const READ_AWAY = 5_000;
const NEXT = run("proxy --help");

/** Answers the requests of a connection until it ends. */
export async function converse(peer: LocalPeer, shared: Shared): Promise<void> {
  const input = inputOf(peer);
  const leave = (): void => {
    if (!peer.isBusy) peer.cut();
  };
  shared.closing.addEventListener("abort", leave);
  try {
    while (!shared.closing.aborted && await oneRequest(input, peer, shared));
  } finally {
    shared.closing.removeEventListener("abort", leave);
  }
}

/** Answers one request; whether there may be another one. */
async function oneRequest(input: Input, peer: LocalPeer, shared: Shared): Promise<boolean> {
  peer.deadline = performance.now() + IDLE;
  const text = await input.textUntil("\r\n\r\n", LONGEST_HEAD);
  if (text === undefined) return false;
  peer.deadline = Infinity; // it is our turn
  peer.setBusy(true);
  const head = text === "too long"
    ? { status: 431 as const, reason: "its head is too long" }
    : parseHead(text);
  if ("status" in head) {
    const message = `Cannot use the request: ${head.reason}`;
    await writeAnswer(
      refusal(head.status, "usage", message, NEXT, shared.context.talk),
      "GET",
      true,
      peer,
    );
    return false;
  }
  const began = performance.now();
  const { answer, path, length, closes, rest } = await answerRequest(
    head,
    input,
    peer,
    shared,
  );
  shared.context.system.trace(() =>
    `${head.method} ${path} ${answer.status}, ${length} bytes, ${
      Math.round(performance.now() - began)
    } ms`
  );
  peer.setBusy(false);
  if (rest !== undefined) await readAway(rest);
  return !closes;
}

interface AnsweredRequest {
  readonly answer: Answer;
  /** Without the secret and the query, as it may be shown. */
  readonly path: string;
  readonly length: number;
  readonly closes: boolean;
  /** What is still to come of its body. */
  readonly rest?: ReadPiece | undefined;
}

async function answerRequest(
  head: RequestHead,
  input: Input,
  peer: Peer,
  shared: Shared,
): Promise<AnsweredRequest> {
  const { talk } = shared.context;
  const passed = checkRequest(head, shared.secret);
  if ("status" in passed) {
    const kind = passed.status === 404 ? "usage" : "denied";
    const answer = refusal(
      passed.status,
      kind,
      `Cannot use the proxy: ${passed.reason}`,
      NEXT,
      talk,
    );
    const length = await writeAnswer(answer, head.method, true, peer);
    return { answer, path: "(refused)", length, closes: true };
  }
  const { target } = passed;
  const [path = ""] = target.split("?");
  const why = shared.fence === undefined
    ? undefined
    : refusalOf(shared.fence, head.method, target, sentPath(path));
  if (why !== undefined) {
    const answer = refusal(403, "denied", `Cannot pass the request on: ${why}`, NEXT, talk);
    const closes = head.closes || head.length !== 0;
    const length = await writeAnswer(answer, head.method, closes, peer);
    const rest = head.length === 0
      ? undefined
      : bodyReader(input, head.length, READ_AWAY, () => {});
    return { answer, path, length, closes, rest };
  }
  return { ...await forwardRequest(head, target, input, peer, shared), path };
}

/** The path as it is sent, with the host before it that it was given. */
function sentPath(path: string): string {
  const [host = ""] = /^\/host\/[^/]*/.exec(path) ?? [];
  return host + (path === host ? "" : asInUrl(path.slice(host.length)));
}

async function readAway(read: ReadPiece): Promise<void> {
  const end = performance.now() + READ_AWAY;
  while (performance.now() < end && await read() !== undefined);
}

/** Sends a request on, and its answer back. */
async function forwardRequest(
  head: RequestHead,
  target: string,
  input: Input,
  peer: Peer,
  shared: Shared,
): Promise<Omit<AnsweredRequest, "path">> {
  const hangUp = hangUpOn(input);
  if (head.length === 0) hangUp.expect();
  const body = await bodyOf(head, input, peer, hangUp.expect); // before it has a place, since it may come slowly
  using _place = await shared.places.take(hangUp);
  await using sent = await send(head, target, body, shared, hangUp);
  const closes = head.closes || !hangUp.isExpected || shared.closing.aborted;
  const length = await writeAnswer(sent.answer, head.method, closes, peer);
  return {
    answer: sent.answer,
    length,
    closes: closes || !hangUp.isExpected,
    rest: hangUp.isExpected || isAtHand(body) ? undefined : body.read,
  };
}

/** Sends a request on. Disposal gives the API's answer back. */
async function send(
  head: RequestHead,
  target: string,
  body: RequestBody | undefined,
  { forward, context: { talk } }: Shared,
  hangUp: HangUp,
): Promise<AsyncDisposable & { readonly answer: Answer }> {
  try {
    const { response, tokenSet } = await forward({
      method: head.method,
      headers: requestHeaders(head.headers),
      body,
      targetIn: ({ targetOf }) => targetOf(target) ?? noTarget(),
      hangUp,
    });
    const { status, headers, length } = response;
    const statusText = containsToken(tokenSet, response.statusText) ? "" : response.statusText;
    const passed = answerHeaders(headers, tokenSet);
    const answer = { status, statusText, headers: passed, length, body: response.body };
    return { answer, [Symbol.asyncDispose]: () => response[Symbol.asyncDispose]() };
  } catch (error) {
    if (error === BROKEN) throw error;
    const failure = toCliError(error);
    const answer = failure.kind === "api"
      ? refusal(404, "usage", failure.message, failure.next ?? NEXT, talk)
      : refusalFor(failure, talk);
    return { answer, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

function noTarget(): never {
  throw new CliError("api", "Cannot pass the request on: it is for no API of the profile", {
    next: "ask for /2/0/…, or for /host/NAME/… at another host of the profile",
  });
}
