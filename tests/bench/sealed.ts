// What sealing costs a fresh token: plain, with a key file, with a keychain, and the keychain's helper alone.
// Rule: the same login in each home, and all take turns.

import { findKeychains, startPass } from "../support/keyring.ts";
import { makeHome } from "../support/home.ts";
import { newKey } from "../support/sealed.ts";
import { output } from "../../tools/tool.ts";
import { HELPER, PLAIN, WITH_FILE, WITH_KEYCHAIN } from "./report.ts";
import type { Scene, Timed } from "./scene.ts";
import { type Result, timeCommands } from "./timing.ts";

/** A fresh login's token by how the login is kept; nothing where there is no keychain. */
export async function sealed(scene: Scene, rounds: number): Promise<Result[]> {
  if (findKeychains().path === undefined) return [];
  await using homes = new AsyncDisposableStack();
  const [file, chain] = [homes.use(await makeHome()), homes.use(await makeHome())];
  for (const { path } of [file, chain]) {
    await output("cp", ["-r", `${scene.home.path}/.config`, path]);
  }
  const key = `${scene.directory}/seal.key`;
  await Deno.writeTextFile(key, newKey());
  const seal = async (command: Timed): Promise<string> => {
    const [program = "", ...args] = command.argv;
    return await output(program, args, { env: command.env });
  };
  await seal(scene.ours("", ["seal", "--key-file", key], file));
  const keychain = homes.use(await startPass(chain.path));
  const withKeychain = (command: Timed): Timed => {
    return { ...command, env: { ...command.env, ...keychain.env } };
  };
  await seal(withKeychain(scene.ours("", ["seal", "--keychain", "pass"], chain)));
  const [id = ""] = await keychain.keyIds();
  const get = `printf anaplan-auth://${id} | exec docker-credential-pass get`;
  return await timeCommands([
    scene.ours(PLAIN, ["token"]),
    scene.ours(WITH_FILE, ["token"], file),
    withKeychain(scene.ours(WITH_KEYCHAIN, ["token"], chain)),
    withKeychain({ name: HELPER, argv: ["sh", "-c", get], env: scene.ours("", [], chain).env }),
  ], rounds);
}
