// A call of an API in a fake world, with a login on a real disk.
// Rule: answers are scripted, one a request, and every one of them has to be given back.
import { assertEquals } from "@std/assert";
import { api, type ApiFlags } from "../../src/commands/api.ts";
import { CliError, toCliError } from "../../src/base/errors.ts";
import type { Settings } from "../../src/settings/settings.ts";
import type { StreamRequest } from "../../src/system/contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import type { Arranged, FakeContext } from "./fake_system.ts";
import { LOGIN } from "./logins.ts";
import { type SessionScene, sessionScene } from "./session_scene.ts";

/** Where the calls of these tests go. */
export const API = "https://api.anaplan.com";

/** What came of a call: the bytes that were printed, and what went wrong. */
export interface ApiRun extends FakeContext {
  readonly stdout: string;
  readonly error: CliError | undefined;
}

/** Runs `api` with scripted answers, as the command line would. */
export async function runApi(
  place: string,
  flags: ApiFlags,
  arranged: Arranged,
  login: TokenSet = LOGIN,
): Promise<ApiRun> {
  using scene = sessionScene(login, arranged);
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const error = await failureOf(async () => {
    const { stream } = await api({ ...scene.flags, ...flags }, scene.context, place);
    for await (const chunk of stream ?? []) bytes.push(new Uint8Array(chunk));
  });
  assertEquals(scene.context.system.openStreams, 0, "every answer is given back");
  return { ...scene.context, stdout: await new Blob(bytes).text(), error };
}

/** What a piece of work throws, as the command line would see it. */
export async function failureOf(work: () => Promise<unknown>): Promise<CliError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return toCliError(error);
  }
}

/** The value of a request's header, by its name in lower case. */
export function headerOf(request: StreamRequest | undefined, name: string): string | undefined {
  return request?.headers.find(([own]) => own.toLowerCase() === name)?.[1];
}

/** The settings of a signed-in person, changed as told. */
export function settingsWith(changes: Partial<Settings> = {}): Settings {
  using scene: SessionScene = sessionScene(undefined);
  return { ...scene.settings, ...changes };
}

/** An answer that breaks off after these texts. */
export function brokenAfter(...texts: readonly string[]): Response {
  const encoder = new TextEncoder();
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const text of texts) yield encoder.encode(text);
    throw new CliError("unavailable", "Cannot reach it: the connection was cut", {
      answerLost: true,
      isCut: true,
    });
  }
  return new Response(ReadableStream.from(pieces()));
}
