// Requests of the real System under proxy variables, in one process of their own for all of them: the
// environment of the test's own process is shared with every other test.
// Rule: what the child says is on stdout, as JSON.
import { nextOf } from "../support/shown.ts";
import { CliError } from "../../src/base/errors.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";

/** One request and the variables that it is sent under. */
export interface ProxiedRequest {
  readonly env: Readonly<Record<string, string>>;
  readonly request: HttpRequest;
}

/** How it ended: the status, or the error. */
export interface Ended {
  readonly status?: number;
  readonly kind?: string;
  readonly message?: string;
  readonly next?: string;
  readonly answerLost?: boolean;
  /** What `--verbose` would have shown. */
  readonly traced: string;
}

/** Sends them one after the other; under `others` are variables that hold for all. */
export async function sendAll(
  requests: readonly ProxiedRequest[],
  others: Readonly<Record<string, string>> = {},
): Promise<readonly Ended[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", import.meta.url, JSON.stringify(requests)],
    env: { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: "", ...others },
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function send({ env, request }: ProxiedRequest): Promise<Ended> {
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  let traced = "";
  const outcome = await denoSystem((text) => traced += `${text}\n`).fetch(request)
    .then(({ status }) => ({ status }), errorOf);
  for (const name of Object.keys(env)) Deno.env.delete(name);
  return { ...outcome, traced };
}

function errorOf(error: unknown): Omit<Ended, "traced"> {
  if (!(error instanceof CliError)) return { kind: "bug", message: String(error) };
  const { kind, message, answerLost } = error;
  return { kind, message, next: nextOf(error), answerLost };
}

if (import.meta.main) {
  const requests: readonly ProxiedRequest[] = JSON.parse(Deno.args[0] ?? "[]");
  const ended = [];
  for (const one of requests) ended.push(await send(one));
  denoSystem().write("stdout", JSON.stringify(ended));
  Deno.exit();
}
