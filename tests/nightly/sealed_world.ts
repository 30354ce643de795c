// Worlds whose logins are sealed: looked at by hand with their key, and searched for tokens in plain text.
// Rule: what is tried on plain logins is tried here as it is.
import type { Credentials } from "../support/home.ts";
import { type Keychain, startPass } from "../support/keyring.ts";
import { runProgram } from "../support/program.ts";
import { openByHand, plainFiles } from "../support/sealed.ts";
import { startWorld, type World } from "../torture/world.ts";

/** A world with two logins and a keychain. */
export interface SealedWorld extends World {
  readonly keychain: Keychain;
  /** Every token that was ever seen in the logins. */
  readonly tokens: Set<string>;
}

/** The profiles of that world. */
export const PROFILES = ["default", "eu"] as const;

/** Signs in to two profiles; the keychain is pass, with a GPG key of its own. */
export async function startSealedWorld(): Promise<SealedWorld> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await startWorld());
  await world.signIn("eu");
  const keychain = undo.use(await startPass(world.home.path));
  const env = { ...world.env, ...keychain.env };
  const tokens = new Set<string>();
  const end = undo.move();
  return {
    ...world,
    isTracedAlone: true,
    env,
    run: (...argv) => runProgram(argv, { home: world.home.path, env }),
    keychain,
    tokens,
    plainFiles: () => plainFiles(world.home.path, tokens),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** The logins, sealed or plain; their tokens are looked for from now on. */
export async function noteTokens(world: SealedWorld): Promise<Credentials[]> {
  const logins: Credentials[] = [];
  for (const profile of PROFILES) {
    const text = await Deno.readTextFile(world.home.credentialsFile(profile));
    const isSealed = JSON.parse(text).version === 2;
    const login = isSealed ? openByHand(text, await keyOf(text, world)).login : JSON.parse(text);
    for (const token of [login.accessToken, login.refreshToken]) world.tokens.add(token);
    logins.push(login);
  }
  return logins;
}

/** The key of a sealed login, by the keychain's own tool. */
async function keyOf(text: string, { keychain, home }: SealedWorld): Promise<string> {
  const [head = ""] = JSON.parse(text).sealed.split(".");
  const { kid } = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(head, { alphabet: "base64url" })),
  );
  const child = new Deno.Command("docker-credential-pass", {
    args: ["get"],
    env: { ...keychain.env, HOME: home.path },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`anaplan-auth://${kid}`));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout)).Secret;
}
