// Times `login` from the moment that the browser comes with the code: until it has its page, and until the
// program has ended. Rule: the same visitor for all; what comes before is the person's time, not the program's.

import { browse } from "../../tests/support/scripted_browser.ts";
import { streamText } from "../../tests/support/stream_text.ts";
import { sandboxFlags, SIGN_IN_ADDRESS } from "../../tests/support/sign_in.ts";
import type { Scene, Timed } from "./scene.ts";
import { type Result, resultOf, type Sample } from "./timing.ts";

/** Both times of every way, each way's in the order of the ways. */
export interface LoginResults {
  readonly toPage: readonly Result[];
  readonly toExit: readonly Result[];
}

/** Signs in by each way in turn, so many times. */
export async function timeLogins(scene: Scene, rounds: number): Promise<LoginResults> {
  const { sandbox, listener } = scene;
  const client = sandbox.clients.nonRotating;
  const flags = [...sandboxFlags(sandbox, client, listener), "--no-browser", "--quiet"];
  const ours = scene.ours("anaplan-auth", ["login", ...flags]);
  const ways: readonly Timed[] = [
    scene.floor("login"),
    { ...ours, env: { ...ours.env, ANAPLAN_CLIENT_SECRET: client.clientSecret } },
    scene.tutorial("login"),
  ];
  const pages: Sample[][] = ways.map(() => []);
  const exits: Sample[][] = ways.map(() => []);
  for (let round = 0; round < rounds + 1; round++) {
    for (const [index, way] of ways.entries()) {
      const [page, exit] = await signedIn(way, listener.redirectUri);
      if (round === 0) continue; // the certificate is made, the caches are filled
      pages[index]?.push({ wall: page, cpu: NaN, memory: NaN });
      exits[index]?.push({ wall: exit, cpu: NaN, memory: NaN });
    }
  }
  const results = (samples: readonly Sample[][]): Result[] =>
    ways.map(({ name }, index) => resultOf(name, samples[index] ?? [], samples[0] ?? []));
  return { toPage: results(pages), toExit: results(exits) };
}

/** @returns milliseconds to the page and to the exit; the tutorial's program never exits by itself. */
async function signedIn({ argv, env }: Timed, redirectUri: string): Promise<[number, number]> {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stderr = streamText(child.stderr);
  try {
    const [address] = await stderr.until(SIGN_IN_ADDRESS);
    const { url } = await browse(address, { stopBefore: redirectUri });
    if (program.endsWith("python3")) await listening(redirectUri);
    const began = performance.now();
    const { status, body } = await browse(url);
    const page = performance.now() - began;
    if (status !== 200) throw new Error(`${program} answered ${status}: ${body.slice(0, 300)}`);
    if (program.endsWith("python3")) return [page, NaN];
    await child.status;
    return [page, performance.now() - began];
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // it is over
    }
    await Promise.all([child.status, stderr.whole]);
  }
}

/** Flask says the address before it listens. */
async function listening(redirectUri: string): Promise<void> {
  const { hostname, port } = new URL(redirectUri);
  for (let tries = 0; tries < 200; tries++) {
    try {
      (await Deno.connect({ hostname, port: Number(port) })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error("Nobody listens at the redirect URI");
}
