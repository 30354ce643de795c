// All ways on which the browser's answer can come, raced. Rule: one answer wins, and then every way is
// closed, whatever happened.

import { type Talk } from "../command.ts";
import { signIn } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { System } from "../system/contract.ts";
import { table } from "../base/lines.ts";
import { duration } from "../base/times.ts";
import type { Attempt } from "./authorization_code.ts";
import type { ListenerCertificate } from "./certificate.ts";
import { type ListenCandidate } from "./listen_addresses.ts";
import {
  type AuthorizationResponse,
  listenerHosts,
  type Loopback,
  openLoopback,
  type RedirectionEndpoint,
  redirectionEndpoint,
} from "./loopback.ts";
import { parsePasted } from "./paste.ts";
import { openStartPage, type StartPage } from "./start_page.ts";
import { type CertificateWarning, pasteHint, waitingLines } from "./waiting_lines.ts";
import { SCOPE_ADVICE } from "./wire.ts";

/** What the ways need of the world. */
export type AnswerSourcesSystem = Pick<
  System,
  "serve" | "terminal" | "now" | "sleep" | "interruption"
>;

/** The open ways of one attempt. */
export interface AnswerSources extends AsyncDisposable {
  readonly attempt: Attempt;
  /** The listener, or why there is none; `undefined` when none was wanted. */
  readonly loopback: Loopback | undefined;
  /** The start page's address; `undefined` when none was wanted or none could be opened. */
  readonly startUrl: string | undefined;
  /**
   * The first answer that belongs to the attempt.
   *
   * @param timeout in milliseconds.
   * @param warning what a terminal shows about the listener's certificate.
   * @throws {CliError} `timeout`, `interrupted`, `denied` when the start page had a second visitor, or
   * what is wrong with an answer from a pipe.
   */
  first(timeout: number, warning?: CertificateWarning): Promise<AuthorizationResponse>;
}

/** What to open. */
export interface AnswerSourcesOptions {
  readonly candidates: readonly ListenCandidate[];
  /** For an `https:` redirect URI. */
  readonly certificate: ListenerCertificate | undefined;
  /** Open no listener, and read the answer from stdin even when that is a pipe. */
  readonly pasteOnly: boolean;
  /** Open a start page, so that the browser's arguments need not hold the state. */
  readonly startPage: boolean;
}

/**
 * Opens the listener, unless only a paste is wanted, and begins the attempt, which has to know the port
 * when a relay has to find it. The paste begins with {@link AnswerSources.first}, and the start page ends with it.
 */
export async function openAnswerSources(
  begin: (listenerPort: number | undefined) => Promise<Attempt>,
  options: AnswerSourcesOptions,
  system: AnswerSourcesSystem,
  talk: Pick<Talk, "say" | "insist" | "shown">,
): Promise<AnswerSources> {
  const made = Promise.withResolvers<RedirectionEndpoint>();
  const handle = async (request: Request): Promise<Response> =>
    await (await made.promise).handle(request); // the state is not known before it is made
  const seen = { isRejected: false };
  const onRejected = (): void => void (seen.isRejected = true);
  const { candidates, certificate } = options;
  const loopback = options.pasteOnly
    ? undefined
    : await openLoopback(candidates, certificate, { handle, onRejected }, system);
  const open = loopback?.kind === "open" ? loopback : undefined;
  let startPage: StartPage | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([open?.close(), startPage?.close()]);
  };
  try {
    const attempt = await begin(open?.addresses[0].port);
    const hosts = listenerHosts(candidates, attempt.redirectUri);
    const endpoint = redirectionEndpoint(attempt, hosts);
    made.resolve(endpoint);
    if (options.startPage) startPage = await openStartPage(attempt.url, system);
    const opened = { attempt, loopback, endpoint: open && endpoint, startPage, seen, system, talk };
    return {
      attempt,
      loopback,
      startUrl: startPage?.url,
      first: (timeout, warning) => firstAnswer(opened, timeout, warning),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is open, and what has been seen through it. */
interface OpenSources {
  readonly attempt: Attempt;
  readonly loopback: Loopback | undefined;
  readonly endpoint: RedirectionEndpoint | undefined;
  readonly startPage: StartPage | undefined;
  /** Whether a browser has rejected the listener's certificate. */
  readonly seen: { readonly isRejected: boolean };
  readonly system: AnswerSourcesSystem;
  readonly talk: Pick<Talk, "say" | "insist" | "shown">;
}

async function firstAnswer(
  opened: OpenSources,
  timeout: number,
  warning: CertificateWarning | undefined,
): Promise<AuthorizationResponse> {
  const { attempt, endpoint, startPage, system, talk } = opened;
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, system.interruption()]);
  const deadline = system.now() + timeout;
  const waits: Promise<AuthorizationResponse>[] = [
    rejectAtTimeout(attempt, timeout, signal, system),
  ];
  const visits: Promise<AuthorizationResponse>[] = []; // which may never come
  if (startPage !== undefined) visits.push(startPage.secondVisit);
  if (endpoint !== undefined) visits.push(endpoint.answer);
  if (system.terminal.stdin && system.terminal.stderr) {
    waits.push(pastedAtTerminal(opened, deadline, warning, signal));
  } else if (endpoint === undefined) {
    talk.say(`${pasteHint(attempt, opened.loopback)}, and send it to stdin.`);
    waits.push(pastedThroughPipe(attempt, signal, system));
  } else talk.say(`Waiting up to ${duration(timeout)} for your browser.`);
  try {
    return await Promise.race([...visits, ...waits]);
  } finally {
    done.abort();
    void startPage?.close();
    await Promise.allSettled(waits); // terminal restored
  }
}

async function rejectAtTimeout(
  { redirectUri, server }: Attempt,
  timeout: number,
  signal: AbortSignal,
  system: Pick<System, "sleep">,
): Promise<never> {
  await system.sleep(timeout, signal);
  throw new CliError(
    "timeout",
    `You did not complete the sign-in within ${duration(timeout)}`,
    {
      next: signIn(),
      more: table([
        ["  If the page rejected the callback URL:", `register ${redirectUri}`],
        server.issuer === undefined
          ? ["  If the page did not know the client:", "check --client-id and --region"]
          : ["  If the page did not know the client:", `check --client-id; ${SCOPE_ADVICE}`],
        ["  If you need longer:", "--timeout 15m"],
      ]),
    },
  );
}

async function pastedAtTerminal(
  { attempt, endpoint, loopback, seen, system, talk }: OpenSources,
  deadline: number,
  warning: CertificateWarning | undefined,
  signal: AbortSignal,
): Promise<AuthorizationResponse> {
  const above = (columns: number): string => {
    const left = deadline - system.now();
    const about = seen.isRejected ? warning?.shown : warning?.coming;
    return waitingLines(attempt, loopback, about, { left, columns, shown: talk.shown });
  };
  while (true) {
    const text = await system.terminal.readLine({
      ...{ above, prompt: "> ", signal },
      isOneOfSeveral: true,
    });
    const pasted = parsePasted(text, attempt);
    if (pasted.kind === "answer") return pasteAnswer(pasted.parameters, endpoint);
    if (text.trim() !== "") talk.insist(pasted.problem);
  }
}

async function pastedThroughPipe(
  attempt: Attempt,
  signal: AbortSignal,
  system: AnswerSourcesSystem,
): Promise<AuthorizationResponse> {
  const text = await system.terminal.readPipe(signal);
  const pasted = parsePasted(text ?? "", attempt);
  if (pasted.kind === "answer") return pasteAnswer(pasted.parameters, undefined);
  throw new CliError(
    pasted.kind === "foreign" ? "denied" : "usage",
    `Cannot use the text from stdin: ${pasted.problem.replace(/\.$/, "")}`,
    { next: "send the whole address that the browser ended on, as one line" },
  );
}

/** A paste needs no page, but the browser may reach the listener a moment later and wants one. */
function pasteAnswer(
  parameters: URLSearchParams,
  endpoint: RedirectionEndpoint | undefined,
): AuthorizationResponse {
  endpoint?.take(parameters);
  return { method: "paste", parameters, reply: (page) => endpoint?.reply(page) };
}
