// The comparisons: what stands beside what, in which order. Rule: the first of each is what the others are
// measured by.

import { makeHome } from "../../tests/support/home.ts";
import { nodeLauncher } from "../launchers.ts";
import { output } from "../process.ts";
import { installArguments } from "../install.ts";
import type { Scene, Timed } from "./scene.ts";
import { type Result, timed } from "./timing.ts";

/** How many profiles the home has that is compared with one of one profile. */
export const MANY = 10_000;

/** Starts: what does nothing but start, by each way that the program can be installed. */
export async function starts(scene: Scene, rounds: number): Promise<Result[]> {
  const { directory, empty } = scene;
  await Deno.writeTextFile(`${directory}/bin/node.cjs`, nodeLauncher());
  await output(Deno.execPath(), installArguments(`${directory}/bundle/main.js`, directory));
  const env = { ...empty.env, PATH: `${directoryOf(Deno.execPath())}:${Deno.env.get("PATH")}` };
  const way = (name: string, argv: readonly string[]): Timed => ({ name, argv, env });
  const wrong = scene.ours("an unknown command", ["logni"]);
  return await timed([
    empty,
    scene.ours("`--version`", ["--version"]),
    scene.ours("`--help`", ["--help"]),
    { ...wrong, exit: 2 },
    scene.fromSource("`--version`, from source", ["--version"]),
    scene.fromSource("`--help`, from source", ["--help"]),
    way("`--version`, npm's launcher in shell", [`${directory}/bin/anaplan-auth`, "--version"]),
    way("`--version`, npm's launcher in Node", ["node", `${directory}/bin/node.cjs`, "--version"]),
    way("`--version`, by `deno install`", [`${directory}/bin/installed`, "--version"]),
    ...await thoseThere([
      way("`gh --version`", ["gh", "--version"]),
      way("`oidc-token --version`", ["oidc-token", "--version"]),
    ]),
  ], rounds);
}

/** A fresh login's token. */
export async function tokens(scene: Scene, rounds: number): Promise<Result[]> {
  return await timed([
    scene.empty,
    scene.floor("token"),
    scene.ours("`token`", ["token"]),
    scene.ours("`token --profile default`", ["token", "--profile", "default"]),
    scene.fromSource("`token`, from source", ["token"]),
    scene.tutorial("token"),
  ], rounds);
}

/** What came with one profile, and with very many. */
export interface Crowd {
  readonly tokens: readonly Result[];
  readonly completions: readonly Result[];
}

/** A fresh login's token, and what Tab costs, with one profile and with very many. */
export async function profiles(scene: Scene, rounds: number): Promise<Crowd> {
  await using crowded = await makeHome();
  await output("cp", ["-r", `${scene.home.path}/.config`, crowded.path]);
  for (const folder of ["profiles", "credentials"]) {
    const of = (name: string): string => `${crowded.configDir}/${folder}/${name}.json`;
    const text = await Deno.readTextFile(of("default"));
    for (let count = 1; count < MANY; count++) {
      Deno.writeTextFileSync(of(`p${count}`), text, { mode: 0o600 });
    }
  }
  const many = `${MANY.toLocaleString("en")} profiles`;
  const typed = ["complete", "fish", "--", "profile", "use", "p12"];
  return {
    tokens: await timed([
      scene.ours("`token`, one profile", ["token"]),
      scene.ours(`\`token\`, ${many}`, ["token"], crowded),
    ], rounds),
    completions: await timed([
      scene.empty,
      scene.ours("Tab behind `profile use p12`, one profile", typed),
      scene.ours(`the same, ${many}`, typed, crowded),
    ], rounds),
  };
}

/** The commands that look at the login, or use the network. */
export async function commands(scene: Scene, rounds: number): Promise<Result[]> {
  const from = (who: Timed, what: string): Timed => ({ ...who, name: `${what}, ${who.name}` });
  return await timed([
    scene.empty,
    scene.ours("`status`", ["status"]),
    scene.ours("`whoami`", ["whoami"]),
    from(scene.floor("whoami"), "whoami"),
    from(scene.tutorial("whoami"), "whoami"),
    scene.ours("`refresh`", ["refresh"]),
    from(scene.floor("refresh"), "refresh"),
    from(scene.tutorial("refresh"), "refresh"),
  ], rounds);
}

/** What a race came to. */
export interface Race {
  readonly results: readonly Result[];
  /** Refresh requests for each time that sixteen raced. */
  readonly requests: number;
}

/** Sixteen processes that want the token of a stale login at the same moment. */
export async function race(scene: Scene, rounds: number): Promise<Race> {
  const { home, sandbox, empty, directory } = scene;
  const file = home.credentialsFile();
  const stale = `${directory}/stale.json`;
  await home.changeCredentials({ expiresAt: Date.now() - 1 });
  await Deno.copyFile(file, stale);
  const one = {
    ...scene.ours("one `token` that refreshes", ["token"]),
    copies: [[stale, file]],
  } as const;
  const before = sandbox.requests.length;
  const results = await timed([
    { ...empty, name: "sixteen empty Deno programs at once", at_once: 16 },
    one,
    { ...one, name: "sixteen `token` at once, on a stale login", at_once: 16 },
  ], rounds);
  const refreshes = sandbox.requests.slice(before).filter(({ path }) => path === "/oauth/token");
  const runs = rounds + Math.min(3, rounds);
  return { results, requests: (refreshes.length - runs) / runs };
}

async function thoseThere(commands: readonly Timed[]): Promise<Timed[]> {
  const there = await Promise.all(commands.map(async (command) => {
    const [program = "", ...args] = command.argv;
    return await output(program, args).then(() => [command], () => []);
  }));
  return there.flat();
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
