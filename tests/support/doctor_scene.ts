// A computer on which doctor finds nothing wrong, and can be made to find one thing.
import { formatWords } from "../../src/base/words.ts";
import type { Check } from "../../src/doctor/check.ts";
import type { SettingFlags } from "../../src/settings/settings.ts";
import { doctor } from "../../src/commands/doctor.ts";
import type { Answer } from "../../src/command.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { fakeListener } from "./fake_listener.ts";
import { type Arranged, START } from "./fake_system.ts";
import { LOGIN } from "./logins.ts";
import { type SessionScene, sessionScene } from "./session_scene.ts";
import { ada } from "./sign_in_scene.ts";

/** What one request is answered; `undefined` leaves the answer to the healthy world. */
export type Answers = (request: HttpRequest, url: URL) => Response | undefined;

/** What is to be different. */
export interface DoctorWishes extends Arranged {
  readonly login?: TokenSet | undefined;
  readonly answers?: Answers;
}

/** An answer with the server's time on it. */
export function datedAnswer(time: number, status = 404): Response {
  return new Response("<html>", { status, headers: { date: new Date(time).toUTCString() } });
}

/** Sets the scene: a login, a network that answers everything, free ports. */
export function doctorScene(wishes: DoctorWishes = {}): SessionScene {
  const { login = LOGIN, answers, ...arranged } = wishes;
  const hasLogin = !("login" in wishes) || wishes.login !== undefined;
  const answer = (request: HttpRequest): Response => {
    const url = new URL(request.url);
    const special = answers?.(request, url);
    if (special !== undefined) return special;
    return url.pathname === "/2/0/users/me" ? ada() : datedAnswer(START);
  };
  return sessionScene(hasLogin ? login : undefined, {
    network: Array.from({ length: 20 }, () => answer),
    serve: fakeListener().serve,
    peerIssuer: () => Promise.resolve("DigiCert Inc"),
    ...arranged,
  });
}

/** What doctor reports. */
export interface Diagnosis extends Answer<string> {
  readonly checks: readonly Omit<Check, "kind">[];
  /** The checks of that name. */
  named(name: string): readonly Omit<Check, "kind">[];
}

/** Lets doctor look. */
export async function runDoctor(scene: SessionScene, flags: SettingFlags = {}): Promise<Diagnosis> {
  const reply = await doctor({ ...scene.flags, ...flags, json: true }, scene.context);
  if (reply.kind !== "answer") throw new Error("--json is one answer");
  const { checks } = reply.data as { readonly checks: readonly Omit<Check, "kind">[] };
  return { ...reply, checks, named: (name) => checks.filter((check) => check.name === name) };
}

/** What doctor prints for people, without the last line break. */
export async function printDoctor(scene: SessionScene, flags: SettingFlags = {}): Promise<string> {
  const reply = await doctor({ ...scene.flags, ...flags }, scene.context);
  if (reply.kind !== "lines") throw new Error("each check is printed as it ends");
  return (await Array.fromAsync(reply.lines, (words) => formatWords(words))).join("\n");
}

/** What doctor reports under one name in such a world; exactly one thing. */
export async function findCheck(
  name: string,
  wishes: DoctorWishes = {},
  flags: SettingFlags = {},
): Promise<Omit<Check, "kind"> & { readonly outcome: Answer["outcome"] }> {
  using scene = doctorScene(wishes);
  const { outcome, named } = await runDoctor(scene, flags);
  const [check, ...others] = named(name);
  if (check === undefined || others.length > 0) throw new Error(`one check ${name} was expected`);
  return { ...check, outcome };
}
