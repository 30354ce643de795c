// A world whose logins are sealed: looked at by hand with their key, and searched for tokens in plain text.
// Rule: what is tried on plain logins is tried here as it is.
import type { Home } from "../support/home.ts";
import { newKey, openByHand, plainFiles, sealByHand } from "../support/sealed.ts";
import { startWorld, type World } from "./world.ts";

/** Signs in, and seals the login with a key file. */
export async function startKeyFileWorld(): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await startWorld());
  const keys = await Deno.makeTempDir({ prefix: "anaplan-auth-keys-" });
  undo.defer(() => Deno.remove(keys, { recursive: true }));
  const key = newKey();
  await Deno.writeTextFile(`${keys}/key`, key);
  const { code, stderr } = await world.run("seal", "--key-file", `${keys}/key`);
  if (code !== 0) throw new Error(stderr);
  const tokens = new Set<string>();
  const home = sealedHome(world.home, key, tokens);
  const end = undo.move();
  return {
    ...world,
    home,
    makeStale: (profile) => home.changeCredentials({ expiresAt: Date.now() - 1 }, profile),
    plainFiles: () => plainFiles(home.path, tokens),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** The same home, its logins opened and sealed by hand; `tokens` gets what was seen in them. */
function sealedHome(home: Home, key: string, tokens: Set<string>): Home {
  const credentials: Home["credentials"] = async (profile) => {
    try {
      const { login } = openByHand(await Deno.readTextFile(home.credentialsFile(profile)), key);
      for (const token of [login.accessToken, login.refreshToken ?? ""]) tokens.add(token);
      return login;
    } catch {
      return undefined; // none, or none that is sealed with this key
    }
  };
  return {
    ...home,
    credentials,
    async changeCredentials(change, profile = "default") {
      const text = JSON.stringify({ ...await credentials(profile), ...change });
      await Deno.writeTextFile(home.credentialsFile(profile), sealByHand(text, key, profile));
    },
  };
}
