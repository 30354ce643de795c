// Times `login` from the moment that the browser comes with the code: until it has its page, and until the
// program has ended. Rule: the same visitor for all; what comes before is the user's time, not the program's.

import { startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { PYTHON, type Scene, type Timed } from "./scene.ts";
import { type Result, results, type Sample } from "./timing.ts";

/** Signs in by each way in turn, so many times; the times to the page and to the exit. */
export async function logins(
  scene: Scene,
  rounds: number,
): Promise<Record<"page" | "exit", Result[]>> {
  const { sandbox, listener } = scene;
  const client = sandbox.clients.nonRotating;
  const flags = [...sandboxFlags(sandbox, client, listener), "--no-browser", "--quiet"];
  const ours = scene.ours("anaplan-auth", ["login", ...flags]);
  const ways: readonly Timed[] = [
    scene.floor("login"),
    { ...ours, env: { ...ours.env, ANAPLAN_CLIENT_SECRET: client.clientSecret } },
    scene.tutorial("login"),
  ];
  const samples = { page: ways.map((): Sample[] => []), exit: ways.map((): Sample[] => []) };
  for (let round = 0; round < rounds + 1; round++) {
    for (const [index, way] of ways.entries()) {
      const [page, exit] = await signIn(way, scene);
      if (round === 0) continue; // the certificate is made, the caches are filled
      samples.page[index]?.push({ wall: page, cpu: NaN, memory: NaN });
      samples.exit[index]?.push({ wall: exit, cpu: NaN, memory: NaN });
    }
  }
  return { page: results(ways, samples.page), exit: results(ways, samples.exit) };
}

/** @returns milliseconds to the page and to the exit; the tutorial's program never exits by itself. */
async function signIn(
  { argv: [executable = "", ...args], env }: Timed,
  { home, listener: { redirectUri } }: Scene,
): Promise<[number, number]> {
  await using program = await startProgram(args, { executable, home: home.path, env });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const { url } = await browse(address, { stopBefore: redirectUri });
  if (executable === PYTHON) await program.said(/Running on/); // Flask's address comes before it listens
  const began = performance.now();
  const { status, body } = await browse(url);
  const page = performance.now() - began;
  if (status !== 200) throw new Error(`${executable} answered ${status}: ${body.slice(0, 300)}`);
  if (executable === PYTHON) return [page, NaN];
  await program.outcome;
  return [page, performance.now() - began];
}
