// The comparisons: what is timed beside what, in which order. Rule: the first of each table is what the
// others are measured by.

import { makeHome } from "../support/home.ts";
import { nodeLauncher } from "../../tools/launchers.ts";
import { output } from "../../tools/tool.ts";
import { installArguments } from "../../tools/install.ts";
import type { Scene, Timed } from "./scene.ts";
import { type Result, timeCommands } from "./timing.ts";

/** How many profiles the home has that is compared with one of one profile. */
const MANY = 10_000;

/** Starts: what does nothing but start, by each way that the program can be installed. */
export async function starts(scene: Scene, rounds: number): Promise<Result[]> {
  const { directory, empty } = scene;
  await Deno.writeTextFile(`${directory}/bin/node.cjs`, nodeLauncher());
  await output(
    Deno.execPath(),
    installArguments(`${directory}/bundle/main.js`, { root: directory }),
  );
  const deno = Deno.execPath().replace(/\/[^/]+$/, "");
  const env = { ...empty.env, PATH: `${deno}:${Deno.env.get("PATH")}` };
  const way = (name: string, argv: readonly string[]): Timed => ({ name, argv, env });
  return await timeCommands([
    empty,
    scene.ours("`--version`", ["--version"]),
    scene.ours("`--help`", ["--help"]),
    { ...scene.ours("an unknown command", ["logni"]), exit: 2 },
    await scene.fromSource("`--version`, from source", ["--version"]),
    await scene.fromSource("`--help`, from source", ["--help"]),
    way("`--version`, npm's launcher in shell", [`${directory}/bin/anaplan-auth`, "--version"]),
    way("`--version`, npm's launcher in Node", ["node", `${directory}/bin/node.cjs`, "--version"]),
    way("`--version`, by `deno install`", [`${directory}/bin/installed`, "--version"]),
    ...await ifInstalled(way("`gh --version`", ["gh", "--version"])),
    ...await ifInstalled(way("`oidc-token --version`", ["oidc-token", "--version"])),
  ], rounds);
}

async function ifInstalled(command: Timed): Promise<Timed[]> {
  const [program = "", ...args] = command.argv;
  return await output(program, args).then(() => [command], () => []);
}

/** A fresh login's token. */
export async function tokens(scene: Scene, rounds: number): Promise<Result[]> {
  return await timeCommands([
    scene.empty,
    scene.floor("token"),
    scene.ours("`token`", ["token"]),
    scene.ours("`token --profile default`", ["token", "--profile", "default"]),
    await scene.fromSource("`token`, from source", ["token"]),
    scene.tutorial("token"),
  ], rounds);
}

/** A fresh login's token, and what Tab costs, with one profile and with very many. */
export async function profiles(
  scene: Scene,
  rounds: number,
): Promise<Record<"profiles" | "completions", Result[]>> {
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
    profiles: await timeCommands([
      scene.ours("`token`, one profile", ["token"]),
      scene.ours(`\`token\`, ${many}`, ["token"], crowded),
    ], rounds),
    completions: await timeCommands([
      scene.empty,
      scene.ours("Tab behind `profile use p12`, one profile", typed),
      scene.ours(`the same, ${many}`, typed, crowded),
    ], rounds),
  };
}

/** The commands that look at the login, or use the network. */
export async function commands(scene: Scene, rounds: number): Promise<Result[]> {
  const from = (who: Timed, what: string): Timed => ({ ...who, name: `${what}, ${who.name}` });
  return await timeCommands([
    scene.empty,
    scene.ours("`status`", ["status"]),
    ...["whoami", "refresh"].flatMap((what) => [
      scene.ours(`\`${what}\``, [what]),
      from(scene.floor(what), what),
      from(scene.tutorial(what), what),
    ]),
  ], rounds);
}

/** Sixteen processes that want the token of a stale login at the same moment, and the requests of each race. */
export async function race(
  { home, sandbox, empty, directory, ours }: Scene,
  rounds: number,
): Promise<{ race: Result[]; requests: number }> {
  const file = home.credentialsFile();
  const stale = `${directory}/stale.json`;
  await home.changeCredentials({ expiresAt: Date.now() - 1 });
  await Deno.copyFile(file, stale);
  const one: Timed = {
    ...ours("one `token` that refreshes", ["token"]),
    copies: [[stale, file]],
  };
  const before = sandbox.requests.length;
  const results = await timeCommands([
    { ...empty, name: "sixteen empty Deno programs at once", at_once: 16 },
    one,
    { ...one, name: "sixteen `token` at once, on a stale login", at_once: 16 },
  ], rounds);
  const refreshes = sandbox.requests.slice(before).filter(({ path }) => path === "/oauth/token");
  const runs = rounds + Math.min(3, rounds);
  return { race: results, requests: (refreshes.length - runs) / runs };
}
